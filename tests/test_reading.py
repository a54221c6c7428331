from __future__ import annotations

from typing import Any

import pytest

from readiness.evidence import Missing
from readiness.model import Because, Finding, Status
from readiness.reading import (
    MintOutcome,
    lifetime_of,
    listed,
    mint_outcome,
    not_accepted,
    text,
    token_refused,
    unknown,
    weigh,
    without_token,
)
from tests.checks import factories as make


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (make.token(), MintOutcome.ISSUED),
        (make.refused(400), MintOutcome.REFUSED),
        (make.refused(401), MintOutcome.REFUSED),
        (make.refused(403), MintOutcome.WRONG),
        (make.token(400, {"error": "invalid_request"}), MintOutcome.WRONG),
        (make.unauthorised(), MintOutcome.WRONG),
        (make.exchange(404), MintOutcome.WRONG),
        (make.FAULTS["list"], MintOutcome.WRONG),
        (make.FAULTS["missing fields"], MintOutcome.WRONG),
        (make.token(201), MintOutcome.WRONG),
    ],
)
def test_what_a_complete_answer_says_of_a_key(attempt: Any, expected: MintOutcome) -> None:
    assert mint_outcome(attempt) is expected


def test_a_lifetime_beyond_all_clocks_is_none() -> None:
    assert mint_outcome(make.token(200, {"access_token": "t", "token_type": "Bearer", "expires_in": 10**400})) is (
        MintOutcome.WRONG
    )


@pytest.mark.parametrize("fault", ["html", "truncated", "empty", "redirect", "408", "429", "500", "503"])
def test_what_decides_nothing(fault: str) -> None:
    assert isinstance(mint_outcome(make.FAULTS[fault]), Missing)
    assert isinstance(token_refused(make.FAULTS[fault]), Missing)


def test_why_it_decides_nothing() -> None:
    reasons = {fault: mint_outcome(make.FAULTS[fault]) for fault in ("trouble timeout", "408", "redirect", "503")}
    found = {fault: reason.because for fault, reason in reasons.items() if isinstance(reason, Missing)}
    assert found == {
        "trouble timeout": Because.TIMED_OUT,
        "408": Because.TIMED_OUT,
        "redirect": Because.REFUSED,
        "503": Because.UNREACHABLE,
    }


def test_a_token_is_accepted_or_refused_or_neither() -> None:
    assert token_refused(make.config_read()) is False
    assert token_refused(make.unauthorised()) is True
    forbidden = token_refused(make.exchange(403))
    assert isinstance(forbidden, Missing)
    assert forbidden.because is Because.REFUSED
    for fault in ("404 empty", "html", "list"):
        assert isinstance(token_refused(make.FAULTS[fault]), Missing)


@pytest.mark.parametrize(
    "body", [{"statusCode": 401, "title": "Validation failed"}, {"ErrorCode": "I0000"}, {"error": "invalid_token"}]
)
def test_an_error_with_status_200_shows_neither(body: dict[str, object]) -> None:
    lack = token_refused(make.exchange(200, body))
    assert isinstance(lack, Missing)
    assert "its body is an error" in lack.detail


def test_controls_say_why_they_are_none() -> None:
    assert without_token(make.token()) is None
    assert not_accepted(make.config_read()) is None
    for lack in (without_token(make.refused()), not_accepted(make.unauthorised())):
        assert lack is not None
        assert lack.because is Because.REFUSED
    assert lifetime_of(make.token()) == 900
    assert isinstance(lifetime_of(make.refused()), Missing)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"items": [{"a": 1}]}, ({"a": 1},)),
        ({"DATA": [{"a": 1}]}, ({"a": 1},)),
        ({"items": None}, ()),
        ({"items": []}, ()),
        ({"items": [{"a": 1}, "b"]}, None),
        ({"items": {"a": 1}}, None),
        ({"other": []}, None),
        ({}, None),
    ],
)
def test_lists_in_the_vendors_shapes(container: dict[str, Any], expected: tuple[dict[str, Any], ...] | None) -> None:
    assert listed(container, "items", "data") == expected


def test_texts_under_several_names() -> None:
    assert text({"ProcessorName": "Cards"}, "processorName", "name") == "Cards"
    assert text({"processorName": None, "name": "Cards"}, "processorName", "name") == "Cards"
    assert text({"name": 5}, "processorName", "name") is None
    assert text({"name": ""}, "name") is None


def test_a_failure_outweighs_what_is_unknown() -> None:
    failure, lack = Finding(message="seen"), make.missing(Because.TIMED_OUT, "late")
    assert weigh([failure], [lack], failed="no", passed="yes").status is Status.FAILED
    assert weigh([], [lack], failed="no", passed="yes").status is Status.UNKNOWN
    assert weigh([], [], failed="no", passed="yes").status is Status.PASSED


def test_all_reasons_are_told_and_the_first_leads() -> None:
    verdict = unknown(make.missing(Because.TIMED_OUT, "late"), make.missing(detail="unset"))
    assert verdict.because is Because.TIMED_OUT
    assert verdict.summary == "late (and 1 more)"
    assert [finding.message for finding in verdict.findings] == ["late", "unset"]
    assert unknown(make.missing(detail="unset")).findings == ()
