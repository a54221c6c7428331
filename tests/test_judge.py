from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

import pytest

from readiness.evidence import EvidenceItem, EvidenceView, Selection, Terms, read_evidence
from readiness.judge import judge
from readiness.model import Attestation, Because, Severity, Status, Verdict, Waiver
from readiness.registry import Registry
from readiness.result import AuditResult, NotChecked, Plugin, Readiness, Result
from tests.literals import (
    NOW,
    PRODUCTION,
    SANDBOX,
    Season,
    Weather,
    evidence_set,
    item,
    make_check,
    make_probe,
    missing,
    registry,
    run_facts,
)

TODAY = NOW.date()
DAY = timedelta(days=1)
ATTESTATION = Attestation(by="Jo Doe", on=TODAY - DAY, expires=TODAY + DAY, evidence="a letter", note="seen by us")
WEATHER = make_probe(Weather, per_environment=True)
SEASON = make_probe(Season)


def failing(_: EvidenceView) -> Verdict:
    return Verdict.failed("seen otherwise")


def unseen(because: Because | None = None) -> Any:
    return lambda _: Verdict.unknown("not seen", because=because)


def judged(*parts: Any, items: tuple[EvidenceItem, ...] = (), **more: Any) -> AuditResult:
    return judge(evidence_set(*items, **more), registry(*parts))


def only(result: AuditResult) -> Result:
    (row,) = result.results
    return row


def test_a_verdict_becomes_a_result_with_all_its_texts() -> None:
    row = only(judged(make_check("area/slug", requirements=["R"])))
    assert (row.id, row.area, row.status, row.severity) == ("area/slug", "area", Status.PASSED, Severity.MAJOR)
    assert (row.title, row.expected) == ("area/slug holds", "area/slug holds")
    assert (row.why, row.remediation, row.requirements) == ("Money.", "Mend it.", ("R",))
    assert (row.summary, row.environment, row.waiver, row.attestation) == ("seen", None, None, None)
    failed = only(judged(make_check("area/slug", failing)))
    assert (failed.title, failed.expected) == ("area/slug does not hold", "area/slug holds")


def test_missing_evidence_is_unknown_and_the_check_is_not_called() -> None:
    def never(_: EvidenceView) -> NoReturn:
        raise AssertionError("called")

    check = make_check("a/b", never, needs=[Season, Weather])
    lack = missing(Because.TIMED_OUT, "the deadline was over")
    row = only(judged(check, SEASON, WEATHER, items=(item((Season, lack)), item(Weather(), SANDBOX))))
    assert (row.status, row.because, row.summary) == (Status.UNKNOWN, Because.TIMED_OUT, "the deadline was over")
    absent = only(judged(check, SEASON, WEATHER, items=(item(Weather(), SANDBOX),)))
    assert (absent.status, absent.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "season" in absent.summary


def test_optional_evidence_may_be_missing() -> None:
    def look(view: EvidenceView) -> Verdict:
        return Verdict.unknown(f"{view.get(Season)}")

    row = only(judged(make_check("a/b", look, optional=[Season]), SEASON, items=(item((Season, missing())),)))
    assert "not seen" in row.summary


def test_a_check_of_each_environment_gives_a_result_for_each() -> None:
    def look(view: EvidenceView) -> Verdict:
        return Verdict.passed("sun") if view[Weather].sunny else Verdict.failed("rain")

    check = make_check("a/b", look, needs=[Weather], per_environment=True)
    items = (item(Weather(), SANDBOX), item(Weather(sunny=False), PRODUCTION))
    rows = judged(check, WEATHER, items=items).results
    assert [(row.environment, row.status) for row in rows] == [(SANDBOX, Status.PASSED), (PRODUCTION, Status.FAILED)]
    assert [row.duration_ms for row in rows] == [7, 7]


def crashing(error: BaseException) -> Any:
    def crash(_: EvidenceView) -> NoReturn:
        raise error

    return crash


@pytest.mark.parametrize("error", [RuntimeError("s3cret"), KeyError("s3cret"), SystemExit(0), GeneratorExit()])
def test_a_crash_is_unknown_and_its_words_are_not_repeated(error: BaseException) -> None:
    result = judged(make_check("a/b", crashing(error)), make_check("a/c"))
    crashed, other = result.results
    assert (crashed.status, crashed.because) == (Status.UNKNOWN, Because.CRASHED)
    assert type(error).__name__ in crashed.summary
    assert "s3cret" not in result.model_dump_json()
    assert other.status is Status.PASSED
    assert result.verdict is Readiness.INCOMPLETE


def test_leaving_the_process_is_no_verdict() -> None:
    row = only(judged(make_check("a/b", lambda _: sys.exit(0))))
    assert (row.status, row.because) == (Status.UNKNOWN, Because.CRASHED)


def test_an_interruption_is_no_crash() -> None:
    with pytest.raises(KeyboardInterrupt):
        judged(make_check("a/b", crashing(KeyboardInterrupt())))


@pytest.mark.parametrize("nonsense", [None, True, "passed", {"status": "passed"}, Status.PASSED, object()])
def test_nonsense_is_no_verdict(nonsense: object) -> None:
    row = only(judged(make_check("a/b", lambda _: nonsense)))  # type: ignore[arg-type, return-value] # that is the point
    assert (row.status, row.because) == (Status.UNKNOWN, Because.CRASHED)


def test_a_check_cannot_attest() -> None:
    row = only(judged(make_check("a/b", lambda _: Verdict(status=Status.ATTESTED, summary="trust me"))))
    assert (row.status, row.because) == (Status.UNKNOWN, Because.CRASHED)


def test_evidence_that_a_check_did_not_declare_is_a_crash() -> None:
    def peek(view: EvidenceView) -> Verdict:
        return Verdict.passed(view[Season].name)

    row = only(judged(make_check("a/b", peek), SEASON, items=(item(Season()),)))
    assert (row.status, row.because) == (Status.UNKNOWN, Because.CRASHED)


def test_evidence_of_another_form_is_unknown() -> None:
    odd = item(Season()).model_copy(update={"data": {"name": 5}})
    check = make_check("a/b", needs=[Season])
    for broken in (odd, odd.model_copy(update={"data": {"unheard": 1}}), odd.model_copy(update={"data": None})):
        row = only(judged(check, SEASON, items=(broken,)))
        assert (row.status, row.because) == (Status.UNKNOWN, Because.CRASHED)


def test_evidence_of_an_unknown_kind_is_left_out() -> None:
    assert only(judged(make_check("a/b"), items=(item(Season()),))).status is Status.PASSED


def waiver(**more: Any) -> Waiver:
    given = {"check": "a/b", "reason": "r", "owner": "o", "ticket": "t", "expires": TODAY}
    return Waiver.model_validate({**given, **more})


@pytest.mark.parametrize(
    ("waived", "covers"),
    [
        (waiver(), True),
        (waiver(expires=TODAY + DAY), True),
        (waiver(expires=TODAY - DAY), False),
        (waiver(check="a/c"), False),
        (waiver(check="a/*"), False),
    ],
    ids=["today", "tomorrow", "yesterday", "another check", "no glob"],
)
def test_a_waiver_covers_a_failure_until_its_last_day(waived: Waiver, covers: bool) -> None:
    result = judged(make_check("a/b", failing), terms=Terms(waivers=(waived,)))
    row = only(result)
    assert row.status is Status.FAILED
    assert row.waiver == (waived if covers else None)
    assert result.verdict is (Readiness.READY_WITH_WAIVERS if covers else Readiness.NOT_READY)
    assert result.unused_waivers == (() if covers else (waived,))
    assert (result.counts.waived, result.counts.failed) == ((1, 0) if covers else (0, 1))


@pytest.mark.parametrize("seen", [Verdict.passed("seen"), Verdict.unknown("unseen"), Verdict.not_applicable("no")])
def test_a_waiver_covers_failures_only(seen: Verdict) -> None:
    result = judged(make_check("a/b", lambda _: seen), make_check("a/z"), terms=Terms(waivers=(waiver(),)))
    assert all(row.waiver is None for row in result.results)
    assert result.unused_waivers == (waiver(),)
    assert result.verdict is not Readiness.READY_WITH_WAIVERS


def test_a_waiver_for_one_environment_covers_that_one() -> None:
    check = make_check("a/b", failing, per_environment=True)
    one = waiver(environment=SANDBOX)
    rows = judged(check, terms=Terms(waivers=(one,))).results
    assert {row.environment: row.waiver for row in rows} == {SANDBOX: one, PRODUCTION: None}
    both = judged(check, terms=Terms(waivers=(waiver(),)))
    assert both.verdict is Readiness.READY_WITH_WAIVERS


def attested(function: Any, given: Attestation = ATTESTATION, check_id: str = "a/b", **facts: Any) -> Result:
    terms = Terms(attestations={check_id: given})
    return only(judged(make_check(check_id, function), terms=terms, run=run_facts(**facts)))


@pytest.mark.parametrize("because", [None, *Because])
def test_a_word_stands_only_for_what_was_not_configured_or_not_permitted(because: Because | None) -> None:
    row = attested(unseen(because))
    stands = because in {Because.NOT_CONFIGURED, Because.NOT_PERMITTED}
    assert row.status is (Status.ATTESTED if stands else Status.UNKNOWN)
    assert row.attestation == (ATTESTATION if stands else None)
    if stands:
        assert "Jo Doe" in row.summary
        assert "seen by us" in row.summary


@pytest.mark.parametrize("seen", [Verdict.passed("p"), Verdict.failed("f"), Verdict.not_applicable("n")])
def test_a_word_never_overrides_a_measurement(seen: Verdict) -> None:
    row = attested(lambda _: seen)
    assert (row.status, row.summary, row.attestation) == (seen.status, seen.summary, None)


def test_a_word_stands_for_evidence_that_is_missing_too() -> None:
    check = make_check("a/b", needs=[Season])
    terms = Terms(attestations={"a/b": ATTESTATION})
    for because, status in ((Because.NOT_PERMITTED, Status.ATTESTED), (Because.CRASHED, Status.UNKNOWN)):
        items = (item((Season, missing(because))),)
        assert only(judged(check, SEASON, items=items, terms=terms)).status is status


@pytest.mark.parametrize("area", ["key-storage", "environment-separation"])
def test_a_word_never_stands_for_these_areas(area: str) -> None:
    row = attested(unseen(Because.NOT_CONFIGURED), check_id=f"{area}/b")
    assert (row.status, row.attestation) == (Status.UNKNOWN, None)


@pytest.mark.parametrize(
    ("on", "expires", "started", "stands"),
    [
        ("2026-11-24", "2026-11-24", "2026-11-24T00:00:00Z", True),
        ("2026-11-24", "2026-11-24", "2026-11-24T23:59:59.999Z", True),
        ("2026-11-24", "2026-11-24", "2026-11-25T00:00:00Z", False),
        ("2026-11-24", "2026-11-24", "2026-11-23T23:59:59Z", False),
        ("2026-11-25", "2027-01-01", "2026-11-24T12:00:00Z", False),
        ("2026-11-24", "2026-11-24", "2026-11-25T04:00:00+05:00", True),
        ("2026-11-24", "2026-11-24", "2026-11-24T23:00:00-05:00", False),
    ],
    ids=["first", "last moment", "past", "before", "future-dated", "UTC from the east", "UTC from the west"],
)
def test_its_days_are_whole_and_utc(on: str, expires: str, started: str, stands: bool) -> None:
    given = ATTESTATION.model_copy(update={"on": date.fromisoformat(on), "expires": date.fromisoformat(expires)})
    row = attested(unseen(Because.NOT_CONFIGURED), given, started_at=datetime.fromisoformat(started))
    assert row.status is (Status.ATTESTED if stands else Status.UNKNOWN)


def test_an_attested_check_is_green_and_told_apart() -> None:
    terms = Terms(attestations={"a/b": ATTESTATION})
    result = judged(make_check("a/b", unseen(Because.NOT_CONFIGURED)), terms=terms)
    assert result.verdict is Readiness.READY
    assert (result.counts.attested, result.counts.passed) == (1, 0)


def test_nothing_judged_is_incomplete() -> None:
    assert judged().verdict is Readiness.INCOMPLETE
    left = judged(make_check("a/b"), terms=Terms(selection=Selection(only=("a",), skip=("a/b",))))
    assert left.verdict is Readiness.INCOMPLETE
    assert left.results == ()
    assert left.not_checked == (NotChecked(what="a/b", why="left out by --skip"),)


def test_an_interrupted_run_is_incomplete() -> None:
    result = judged(make_check("a/b"), run=run_facts(interrupted=True))
    assert result.verdict is Readiness.INCOMPLETE
    assert result.run.interrupted


def test_a_plugin_that_failed_makes_the_run_incomplete() -> None:
    broken = Plugin(name="ops", version="1", error="ImportError")
    known = registry(make_check("a/b"))
    known.plugins.append(broken)
    result = judge(evidence_set(plugins=(broken,)), known)
    assert result.verdict is Readiness.INCOMPLETE
    assert result.plugins == (broken,)


def plugged(*plugins: Plugin) -> Registry:
    known = registry(make_check("a/b"))
    known.plugins.extend(plugins)
    return known


def test_a_plugin_that_is_gone_makes_the_judgement_incomplete() -> None:
    ops = Plugin(name="ops", version="1")
    kept = evidence_set(plugins=(ops,))
    assert judge(kept, plugged(ops)).verdict is Readiness.READY
    alone = judge(kept, plugged())
    assert alone.verdict is Readiness.INCOMPLETE
    assert alone.plugins[0].name == "ops"
    assert alone.plugins[0].error is not None
    twice = judge(evidence_set(plugins=(ops, ops)), plugged(ops))
    assert twice.verdict is Readiness.INCOMPLETE


def test_a_plugin_that_came_later_is_named() -> None:
    late = Plugin(name="late", version=None)
    assert judge(evidence_set(), plugged(late)).plugins == (late,)
    failed = late.model_copy(update={"error": "SyntaxError"})
    assert judge(evidence_set(), plugged(failed)).verdict is Readiness.INCOMPLETE


def test_the_same_evidence_gives_the_same_bytes() -> None:
    parts = (make_check("b/two", failing), make_check("a/one", needs=[Season], per_environment=True), SEASON, WEATHER)
    kept = evidence_set(item(Season()), item(Weather(), SANDBOX), terms=Terms(waivers=(waiver(check="b/two"),)))
    first = judge(kept, registry(*parts))
    again = judge(read_evidence(kept.model_dump_json(indent=2)), registry(*reversed(parts)))
    assert first.model_dump_json() == again.model_dump_json()
    assert [row.id for row in first.results] == ["a/one", "a/one", "b/two"]
    assert first.evidence_digest == kept.digest()


def test_the_gate_is_the_one_of_the_terms() -> None:
    minor = make_check("a/b", failing, severity=Severity.MINOR)
    assert judged(minor, make_check("a/c")).verdict is Readiness.READY
    strict = judged(minor, make_check("a/c"), terms=Terms(gate=Severity.MINOR))
    assert (strict.verdict, strict.gate) == (Readiness.NOT_READY, Severity.MINOR)
