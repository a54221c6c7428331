from __future__ import annotations

from readiness.lab_figures import FIRST, LAST, LONGEST_TEXT, lab_figure
from readiness.traces import BehaviourTrace, ScenarioTrace
from tests.report.lab import behaviour, call, charge, expiry, mint, outcome


def told(trace: ScenarioTrace) -> list[dict[str, object]]:
    facts = behaviour().model_copy(update={"scenarios": {"one": trace}})
    events: list[dict[str, object]] = lab_figure(facts)["scenarios"][0]["events"]
    return events


def bare(**more: object) -> ScenarioTrace:
    fields = {"story": "s", "expected": "e", "began": 0.0, "duration": 1.0, "waited": 0.5}
    return ScenarioTrace.model_validate(fields | more)


def test_events_come_in_the_order_of_time_and_answers_before_what_follows_them() -> None:
    trace = bare(outcomes=(outcome(0.1, 0.2), outcome(0.2, 0.4)), calls=(charge(0.15),))
    assert [event["kind"] for event in told(trace)] == ["asked", "call", "answered", "asked", "answered"]


def test_tokens_have_numbers_in_the_order_of_their_first_use() -> None:
    trace = bare(
        calls=(mint(0.1), charge(0.2, token="hmac:b"), charge(0.3, token="hmac:a"), charge(0.4, token="hmac:b"))
    )
    assert [event.get("token") for event in told(trace)] == [None, 1, 2, 1]


def test_no_event_of_many_is_lost_without_being_counted() -> None:
    events = told(expiry())
    assert len(events) == FIRST + 1 + LAST
    assert events[FIRST]["text"] == "23 more events between these"
    assert len(expiry().calls) + 4 == FIRST + LAST + 23


def test_texts_are_bounded() -> None:
    trace = bare(calls=(call(0.1, "api", "GET", "/" + "x" * 400),), outcomes=(outcome(0.1, 0.2, body="y " * 400),))
    assert all(len(str(value)) <= LONGEST_TEXT for event in told(trace) for value in event.values())


def test_what_the_application_did_is_said_in_numbers() -> None:
    did = lab_figure(behaviour())["scenarios"][1]["did"]
    assert did[0] == "It sent 41 requests: 2 for a token, 32 payments, 30 without a valid token."
    assert did[1] == "Of 2 actions, 1 succeeded for their callers."


def test_a_silent_application_is_told_too() -> None:
    facts = behaviour().model_copy(update={"scenarios": {"one": bare()}})
    assert lab_figure(facts)["scenarios"][0]["did"] == ["It sent no request.", "It wrote 0 lines."]


def test_contacts_that_are_not_listed_are_counted() -> None:
    many = behaviour().contacts or ()
    facts: BehaviourTrace = behaviour().model_copy(update={"contacts": many[:1] * 45})
    assert len(lab_figure(facts)["contacts"]) == 40
    assert lab_figure(facts)["contacts_left_out"] == 5 + 3
    assert lab_figure(facts.model_copy(update={"contacts": None}))["intercepted"] is False
