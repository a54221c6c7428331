from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Finding, Status
from readiness.report import render
from readiness.report.as_markdown import LIMIT
from readiness.report.sequence import APPLICATION, ARROWS, CALLER, MOST_LIVES, ROW, Event, sequence_of
from readiness.report.stories import Lab, Story, lab_of
from readiness.report.view import view_of
from tests.report.lab import lab
from tests.report.rows import HOSTILE, MAJOR, row
from tests.report.sample import audit, sample


def told() -> Lab:
    found = view_of(sample()).lab
    assert found is not None
    return found


def story(name: str) -> Story:
    return next(each for each in told().stories if each.scenario.name == name)


def event(kind: str, **more: Any) -> Event:
    return Event.model_validate({"t": 1.0, "kind": kind, "text": "x", **more})


def use(token: int, state: str = "valid") -> Event:
    return event("call", to="api", answer="200", token=token, token_state=state)


MINT = event("call", to="oauth", answer="200")


def test_what_was_played_is_told_and_what_was_not_is_listed_with_the_reason() -> None:
    assert [each.title for each in told().stories] == ["Lost answer", "Expiry", "Webhooks"]
    assert told().left_out[0] == ("declines", "the application has no charge")
    assert told().left_out[1][0] == "herd"


def test_scenarios_with_one_reason_stand_together() -> None:
    scenarios = [{"name": name, "why_not": "the healthy run failed"} for name in ("a", "b")]
    found = lab_of({"lab": {"duration": 1, "scenarios": [*scenarios, {"name": "c", "why_not": "other"}]}}, ())
    assert found is not None
    assert found.left_out == (("a, b", "the healthy run failed"), ("c", "other"))
    assert found.share == 0


def test_a_story_names_the_checks_that_point_into_it() -> None:
    assert [item.result.id for item in story("lost-answer").judged] == ["resilience/idempotency-key-kept"]
    assert story("lost-answer").group == "failed"
    assert story("expiry").group is None


@pytest.mark.parametrize(
    ("statuses", "group"),
    [
        ((Status.PASSED, Status.FAILED), "failed"),
        ((Status.PASSED, Status.UNKNOWN), "unknown"),
        ((Status.PASSED,), "passed"),
    ],
)
def test_a_story_is_as_bad_as_its_worst_check(statuses: tuple[Status, ...], group: str) -> None:
    finding = Finding(message="m", evidence="behaviour", pointer="/scenarios/expiry/calls/0")
    rows = [row(f"a/{number}", status, MAJOR, findings=(finding,)) for number, status in enumerate(statuses)]
    found = view_of(audit(*rows, figures={"lab": lab()})).lab
    assert found is not None
    assert [each.group for each in found.stories] == [None, group, None]


def test_times_add_up() -> None:
    total = told().total
    assert (round(total.application, 2), total.paused, round(total.ours, 2)) == (1.55, 2.5, 0.25)
    assert total.application + total.paused + total.ours == pytest.approx(total.duration)
    assert round(told().share, 3) == 0.942


def test_arrows_lead_from_who_acts_and_unanswered_ones_end_in_a_bar() -> None:
    asked, lost, note = sequence_of([event("asked"), event("call", to="api", answer="no answer"), event("cut")]).marks
    assert (asked.arrow, lost.arrow, note.arrow) == ("asked", "unanswered", None)
    assert lost.y - asked.y == ROW
    assert ARROWS["asked"].startswith(f"M{CALLER} 0H{APPLICATION}m")
    assert ARROWS["answered"].startswith(f"M{APPLICATION} 0H{CALLER}m")
    assert ARROWS["unanswered"].endswith("v14")


def test_a_token_lives_from_its_minting_to_its_last_use_and_turns_where_it_is_refused() -> None:
    picture = sequence_of([MINT, use(1), use(1, "expired"), MINT, use(2)])
    first, second = picture.lives
    assert first.top < picture.marks[0].y < first.bottom
    assert first.refused == picture.marks[2].y
    assert second.refused is None
    assert second.top < picture.marks[3].y
    assert second.x == first.x, "the second begins after the first has ended"


def test_a_token_without_a_minting_in_sight_lives_from_its_first_use() -> None:
    picture = sequence_of([event("asked"), use(4)])
    assert picture.lives[0].top == picture.marks[1].y - 8


def test_tokens_at_the_same_time_stand_side_by_side_and_very_many_are_counted() -> None:
    numbers = range(1, MOST_LIVES + 3)
    picture = sequence_of([*(use(number) for number in numbers), *(use(number) for number in numbers)])
    assert len({life.x for life in picture.lives}) == len(picture.lives) == MOST_LIVES
    assert picture.lives_left_out == 2


def test_labels_keep_the_answer_when_they_are_cut() -> None:
    (mark,) = sequence_of(
        [event("call", to="api", answer="no answer").model_copy(update={"text": "GET /" + "x" * 90})]
    ).marks
    assert len(mark.label) == 39
    assert mark.label.endswith("… → no answer")


@pytest.mark.parametrize("broken", [{}, {"scenarios": []}, {"scenarios": [{}], "duration": 1}, "x", {"duration": -1}])
def test_a_figure_that_cannot_be_read_is_left_out(broken: Any) -> None:
    assert lab_of({"lab": broken}, ()) is None


def test_markdown_gives_up_time_lines_before_findings() -> None:
    scenarios = [lab()["scenarios"][0] | {"name": f"s{number}"} for number in range(70)]
    failed = row("a/b", Status.FAILED, MAJOR, findings=(Finding(message="m", pointer="/scenarios/s7/calls/1"),))
    text = render(audit(failed, figures={"lab": lab() | {"scenarios": scenarios}}), "md")
    assert len(text) <= LIMIT
    assert "the time lines of scenarios without a failure are left out here" in text
    assert text.count("| s | Who |") == 1
    assert "findings are left out" not in text


def test_hostile_output_of_the_application_is_shown_as_text() -> None:
    page = render(sample(), "html")
    assert HOSTILE not in page.partition('<script type="application/json"')[0]
    assert "⟨U+202E⟩" in page.partition('id="lab"')[2]


def test_a_whole_catalogue_of_long_stories_stays_small() -> None:
    long = lab()["scenarios"][1]
    scenarios = [long | {"name": f"scenario-{number}"} for number in range(17)]
    bare = len(render(audit(), "html"))
    assert len(render(audit(figures={"lab": lab() | {"scenarios": scenarios}}), "html")) - bare < 180_000
