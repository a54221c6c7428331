from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from readiness.model import Severity, Status
from readiness.report.view import view_of
from readiness.result import AuditResult, Counts, NotChecked, Plugin, Readiness
from tests.report.rows import BLOCKER, HOSTILE, INFO, MAJOR, MINOR, PRODUCTION, SANDBOX, WAIVER, row
from tests.report.sample import audit, empty, figures, ready, sample


def test_groups_come_in_the_order_of_reading() -> None:
    assert [group.key for group in view_of(sample()).groups] == [
        "failed", "unknown", "waived", "attested", "not_applicable", "passed",
    ]  # fmt: skip
    assert [group.key for group in view_of(sample()).groups if group.folded] == ["not_applicable", "passed"]


def test_inside_a_group_the_dearest_comes_first() -> None:
    failed = view_of(sample()).groups[0].items

    assert [item.result.severity for item in failed] == [BLOCKER, BLOCKER, BLOCKER, MAJOR, MINOR]


@pytest.mark.parametrize(
    ("result", "verdict", "tone"),
    [
        (sample(), "NOT READY", "bad"),
        (ready(), "READY", "good"),
        (empty(), "INCOMPLETE", "open"),
        (audit(row("a/b", Status.FAILED, MAJOR, waiver=WAIVER)), "READY WITH 1 WAIVER", "good"),
        (audit(*(row(f"a/{n}", Status.FAILED, MAJOR, waiver=WAIVER) for n in "bc")), "READY WITH 2 WAIVERS", "good"),
    ],
)  # fmt: skip
def test_verdict_in_words(result: AuditResult, verdict: str, tone: str) -> None:
    view = view_of(result)

    assert (view.verdict, view.tone) == (verdict, tone)


def test_sentences_say_what_stands_in_the_way() -> None:
    assert view_of(sample()).sentences == (
        "4 failures at or above the gate (major) stand in the way.",
        "2 required checks could not be decided, and unknown never counts as passed.",
        "The waiver of token-refresh/tokens-overlap expired on 2026-10-01 and counts no more.",
        "The plug-in ops-checks did not load, so its checks are missing: ImportError: " + HOSTILE,
    )
    assert view_of(empty()).sentences == ("No check at or above the gate ran: an empty review proves nothing.",)


def test_a_part_is_not_taken_for_the_whole() -> None:
    reasons = ("left out by --only", "it is about production, left out by --environment", "it is too old")
    left = tuple(NotChecked(what=f"a/{index}", why=why) for index, why in enumerate(reasons))
    view = view_of(ready().model_copy(update={"not_checked": left}))

    assert view.sentences[-1].endswith("left out 2 checks or environments.")
    assert [step.title for step in view.steps] == ["Run the whole audit"]


def test_an_interrupted_run_is_marked() -> None:
    result = ready()
    partial = result.model_copy(
        update={"run": result.run.model_copy(update={"interrupted": True}), "verdict": Readiness.INCOMPLETE}
    )

    assert view_of(partial).sentences == ("The run was interrupted: this report is partial.",)


def test_at_most_five_steps_by_severity_failures_before_unknowns() -> None:
    rows = [row(f"a/unknown-{number}", Status.UNKNOWN, BLOCKER) for number in range(3)]
    rows += [row(f"a/major-{number}", Status.FAILED, MAJOR) for number in range(3)]
    rows += [row("a/blocker", Status.FAILED, BLOCKER)]

    steps = view_of(audit(*rows)).steps

    assert [step.title for step in steps] == ["Blocker", "Unknown 0", "Unknown 1", "Unknown 2", "Major 0"]


def test_a_check_of_both_environments_is_one_step() -> None:
    rows = [row("a/b", Status.FAILED, MAJOR, environment) for environment in (SANDBOX, PRODUCTION)]

    (step,) = view_of(audit(*rows)).steps
    assert step.where == "production, sandbox"

    (step,) = view_of(audit(rows[0], row("a/b", Status.UNKNOWN, MAJOR, PRODUCTION))).steps
    assert (step.group, step.where) == ("failed", "sandbox"), "where it is not known it is not failed"


def test_the_step_of_a_ready_run_is_to_hand_the_report_over() -> None:
    assert [step.title for step in view_of(ready()).steps] == ["Hand this report to the Aurora integration contact"]


def test_an_emulated_run_is_never_handed_over() -> None:
    emulated = ready().model_copy(update={"environments": {SANDBOX: {"preset": "emulator"}}})

    view = view_of(emulated)
    assert view.demonstration
    assert view.steps[0].title == "Review the real service"


def test_open_items_below_the_gate_follow_the_hand_over() -> None:
    result = audit(row("a/passed", Status.PASSED, BLOCKER), row("a/minor", Status.FAILED, MINOR))

    assert [step.title for step in view_of(result).steps] == [
        "Hand this report to the Aurora integration contact", "Minor",
    ]  # fmt: skip


def test_every_step_links_to_a_finding() -> None:
    view = view_of(sample())

    assert {step.anchor for step in view.steps} <= {item.anchor for item in view.items}


def test_coverage_counts_required_checks_that_have_evidence() -> None:
    coverage = view_of(sample()).coverage

    assert (coverage.required, coverage.covered, coverage.attested) == (12, 10, 1)
    assert str(coverage) == "10 of 12 required checks have evidence, 1 of them a person's word."
    assert "no evidence" in str(view_of(empty()).coverage)


def test_counters_equal_the_result_s_counts() -> None:
    counters = {key: count for key, _, count in view_of(sample()).counters}

    assert counters == Counts.of(sample().results).model_dump()


def test_requests_are_those_of_the_check_in_its_environment() -> None:
    requests = {item.result.name: item.requests for item in view_of(sample()).items}

    assert [entry.correlation_id for entry in requests["token-refresh/token-issued (sandbox)"]] == [
        "c0ffee-01", "c0ffee-02", "c0ffee-03",
    ]  # fmt: skip
    assert requests["token-refresh/token-issued (production)"] == ()


def test_anchors_are_unique_even_for_names_that_look_alike() -> None:
    rows = [row(name, Status.PASSED, INFO) for name in ("a/b-c", "a/b.c", "a/b c", "a/B-c")]

    anchors = [item.anchor for item in view_of(audit(*rows)).items]
    assert len(set(anchors)) == len(anchors)
    assert all(anchor.startswith("check-a-b-c") for anchor in anchors)


def test_waivers_tell_days_left_and_what_became_of_them() -> None:
    lines = view_of(sample()).waivers

    assert [(line.waiver.check, line.state, line.days_left) for line in lines] == [
        ("transport/certificate-valid", "in use", 37),
        ("token-refresh/tokens-overlap", "expired, void", -54),
    ]


def test_an_unused_waiver_on_its_last_day_is_not_expired() -> None:
    waiver = WAIVER.model_copy(update={"expires": date(2026, 11, 24)})

    (line,) = view_of(audit(unused_waivers=(waiver,))).waivers
    assert (line.state, line.days_left) == ("unused", 0)


def test_lacking_permissions_are_named_once() -> None:
    assert view_of(sample()).permissions == ("wait-for-expiry",)


def test_a_plug_in_that_did_not_load_is_said() -> None:
    result = audit(row("a/b", Status.PASSED, MAJOR), plugins=(Plugin(name="p", version=None, error="boom"),))

    assert "The plug-in p did not load, so its checks are missing: boom" in view_of(result).sentences


def test_the_gate_decides_what_is_required() -> None:
    result = audit(row("a/b", Status.UNKNOWN, MINOR), row("a/c", Status.PASSED, BLOCKER))

    assert view_of(result).verdict == "READY"
    stricter = result.model_copy(update={"gate": Severity.MINOR, "verdict": Readiness.INCOMPLETE})
    assert "1 required check could not be decided" in view_of(stricter).sentences[0]


@pytest.mark.parametrize(
    "broken",
    [
        {"matrix": {"cells": []}},
        {"matrix": {"cells": figures()["matrix"]["cells"][:3]}},
        {"matrix": {"cells": figures()["matrix"]["cells"][:3] * 2}},
        {"matrix": "x", "drill": []},
        {"drill": figures()["drill"] | {"clocks": []}},
        {"drill": figures()["drill"] | {"poll_interval": float("nan")}},
    ],
)
def test_figures_that_cannot_be_drawn_are_left_out(broken: dict[str, Any]) -> None:
    view = view_of(audit(figures=broken))

    assert view.matrix is None
    assert view.drill is None
