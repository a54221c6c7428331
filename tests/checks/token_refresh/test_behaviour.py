from __future__ import annotations

import pytest

from readiness.evidence import Missing
from readiness.model import Because, Status
from readiness.traces import Absent, Call, Outcome, ScenarioTrace
from tests.checks.lives import PER_CALL, did, failed, judged, line, lived, mint, pay

PASSED, FAILED, UNKNOWN = Status.PASSED, Status.FAILED, Status.UNKNOWN

REJECTED = {"token_state": "expired"}


@pytest.mark.parametrize(
    "check",
    [
        *("never-sends-expired-token", "recovers-from-401", "single-flight", "survives-token-outage"),
        *("no-401-loop", "token-not-exposed"),
    ],
)
def test_a_good_application_passes_and_the_verdict_says_that_the_vendor_is_emulated(check: str) -> None:
    verdict = judged(f"token-refresh/{check}")
    assert verdict.status is PASSED
    assert verdict.summary.startswith("Emulated API: ")


def expiry(*calls: Call, outcomes: tuple[Outcome, ...] = (did("work 1", 2, 3),)) -> ScenarioTrace:
    return lived([mint(0), pay(0.1), *calls], [did("prime", 0, 1), *outcomes], facts={"token_ttl": 2})


@pytest.mark.parametrize(
    ("calls", "status"),
    [
        ((pay(2.5, 401, **REJECTED), mint(2.6), pay(2.7)), PASSED),
        ((mint(2.5), pay(2.6)), PASSED),
        ((pay(2.5, 401, **REJECTED),), FAILED),
        ((pay(2.5, 401, **REJECTED), pay(2.7)), FAILED),
        ((pay(2.5, 401, **REJECTED), mint(2.6), pay(2.7, 503)), FAILED),
        ((pay(2.5, 401, **REJECTED), mint(2.6), mint(2.65), mint(2.66), pay(2.7)), FAILED),
        ((pay(2.5, 401, **REJECTED), mint(3.6), pay(3.7)), FAILED),
        ((), UNKNOWN),
    ],
)
def test_an_expired_token_is_made_good_within_its_action(calls: tuple[Call, ...], status: Status) -> None:
    verdict = judged("token-refresh/never-sends-expired-token", "expiry", expiry(*calls))
    assert verdict.status is status
    if status is FAILED:
        assert "POST /v2/transactions → 401" in verdict.findings[0].message
        assert verdict.findings[0].pointer == "/scenarios/expiry/calls/2"


def test_an_action_that_fails_for_another_reason_decides_nothing() -> None:
    trace = expiry(mint(2.5), pay(2.6, 503), outcomes=(failed("work 1", 2, 3),))
    assert judged("token-refresh/never-sends-expired-token", "expiry", trace).status is UNKNOWN


@pytest.mark.parametrize(
    ("calls", "outcome", "status"),
    [
        ([mint(1.1), pay(1.2)], did("rejected", 1, 2), PASSED),
        ([pay(1.1, 401, **REJECTED)], failed("rejected", 1, 2), FAILED),
        ([pay(1.1, 401, **REJECTED), mint(1.2), mint(1.3), mint(1.4), pay(1.5)], did("rejected", 1, 2), FAILED),
        ([], failed("rejected", 1, 2), UNKNOWN),
    ],
)
def test_recovery_from_a_rejected_token(calls: list[Call], outcome: Outcome, status: Status) -> None:
    trace = lived([pay(0.1), *calls], [did("prime", 0, 0.5), outcome])
    assert judged("token-refresh/recovers-from-401", "rejected-token", trace).status is status


def herd(first: int, second: int, kept: bool = True) -> ScenarioTrace:
    between = () if kept else (mint(4.05),)
    return lived(
        [
            mint(0),
            *(mint(2.5 + n / 100) for n in range(first)),
            *between,
            *(mint(5.5 + n / 100) for n in range(second)),
        ],
        [
            *(did("control 1", 1, 1.5), *(did("rejected", 2, 3) for _ in range(20))),
            *(did("control 2", 4, 4.1), *(did("due", 5, 6) for _ in range(20))),
        ],
    )


@pytest.mark.parametrize(
    ("first", "second", "kept", "status"),
    [
        (1, 1, True, PASSED),
        (2, 2, True, PASSED),
        (0, 1, True, PASSED),
        (20, 1, True, FAILED),
        (1, 3, True, FAILED),
        (1, 20, False, PASSED),
        (0, 0, True, UNKNOWN),
    ],
)
def test_a_herd_shares_a_token(first: int, second: int, kept: bool, status: Status) -> None:
    assert judged("token-refresh/single-flight", "herd", herd(first, second, kept)).status is status


def test_a_token_for_each_action_is_no_herd() -> None:
    verdict = judged("token-refresh/single-flight", "herd", Absent(what="tokens that are kept"), habits=PER_CALL)
    assert verdict.status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("times", "after", "status"),
    [
        ([1.0, 1.2, 1.6], True, PASSED),
        ([1.0], True, PASSED),
        ([1.0, 1.001, 1.002], True, FAILED),
        ([1 + n / 20 for n in range(12)], True, FAILED),
        ([1.0], False, FAILED),
        ([], True, UNKNOWN),
    ],
)
def test_an_outage_is_met_with_few_spaced_attempts(times: list[float], after: bool, status: Status) -> None:
    outcomes = [failed("outage 1", 1, 2), did("after 1", 4, 5) if after else failed("after 1", 4, 5)]
    trace = lived([mint(t, 503) for t in times], outcomes)
    assert judged("token-refresh/survives-token-outage", "token-outage", trace).status is status


@pytest.mark.parametrize(
    ("calls", "outcome", "status"),
    [
        ([pay(1.1, 401), mint(1.2), pay(1.3, 401)], failed("refused", 1, 2), PASSED),
        ([mint(1.1), pay(1.2, 401)], failed("refused", 1, 2), PASSED),
        ([pay(1 + n / 10, 401) for n in range(3)], failed("refused", 1, 2), FAILED),
        ([mint(1.1), mint(1.2), mint(1.3), pay(1.4, 401)], failed("refused", 1, 2), FAILED),
        ([pay(1.1, 401), mint(5), pay(5.1, 401), mint(5.2), pay(5.3, 401)], failed("refused", 1, 2), FAILED),
        ([pay(1.1, 401)], did("refused", 1, 2), FAILED),
        ([], failed("refused", 1, 2), UNKNOWN),
    ],
)
def test_a_permanent_401_ends(calls: list[Call], outcome: Outcome, status: Status) -> None:
    trace = lived(calls, [outcome])
    assert judged("token-refresh/no-401-loop", "permanent-401", trace).status is status


@pytest.mark.parametrize(
    "trace",
    [
        lived([pay(1, exposes=("access token in the URL",))]),
        lived(output=(line(1, "Authorization: Bearer [redacted]", "access token"),)),
        lived(outcomes=[failed("odd", 1, 2, holds=("access token",))]),
    ],
)
def test_a_token_out_of_its_place_fails(trace: ScenarioTrace) -> None:
    verdict = judged("token-refresh/token-not-exposed", "declines", trace)
    assert verdict.status is FAILED
    assert verdict.findings


def test_output_that_was_cut_proves_nothing() -> None:
    assert judged("token-refresh/token-not-exposed", "declines", lived(output_cut=True)).status is UNKNOWN
    held = lived(output=(line(1, "4111…", "card number"),))
    assert judged("token-refresh/token-not-exposed", "declines", held).status is PASSED


def test_a_scenario_that_was_not_played_says_why() -> None:
    missing = Missing(because=Because.UNREACHABLE, detail="the healthy run failed: it wrote: boom")
    verdict = judged("token-refresh/recovers-from-401", "rejected-token", missing)
    assert (verdict.status, verdict.because) == (UNKNOWN, Because.UNREACHABLE)
    assert "boom" in verdict.summary
