from __future__ import annotations

import pytest

from readiness.facts import Configuration, TokenUse
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "token-refresh/refresh-margin"


def with_margin(seconds: float | None) -> Configuration:
    return make.configuration(http_policy={"refresh_margin_s": seconds, "location": make.PLACE})


def test_passes_on_a_minute() -> None:
    verdict = judge(CHECK, make.configuration(), (SANDBOX, make.token_use()), (PRODUCTION, make.token_use()))
    assert verdict.status is Status.PASSED
    assert "60 s" in verdict.summary


@pytest.mark.parametrize(
    ("margin", "expected"),
    [(29.9, Status.FAILED), (30, Status.PASSED), (899, Status.PASSED), (900, Status.FAILED), (3600, Status.FAILED)],
)
def test_between_half_a_minute_and_the_lifetime(margin: float, expected: Status) -> None:
    verdict = judge(CHECK, with_margin(margin), (SANDBOX, make.token_use()))
    assert verdict.status is expected
    if expected is Status.FAILED:
        assert verdict.findings[0].location == make.PLACE


def test_the_shortest_lifetime_counts() -> None:
    short = make.token(200, {"access_token": "***", "token_type": "Bearer", "expires_in": 45})
    verdict = judge(CHECK, make.configuration(), (SANDBOX, make.token_use()), (PRODUCTION, make.token_use(mint=short)))
    assert verdict.status is Status.FAILED
    assert "production" in verdict.findings[0].message


def test_unknown_when_not_declared() -> None:
    verdict = judge(CHECK, with_margin(None), (SANDBOX, make.token_use()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "refresh_margin" in verdict.summary


def test_unknown_when_one_environment_minted_nothing() -> None:
    lost = make.token_use(mint=make.FAULTS["503"])
    verdict = judge(CHECK, make.configuration(), (SANDBOX, make.token_use()), (PRODUCTION, lost))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.UNREACHABLE)


def test_unknown_without_any_lifetime() -> None:
    assert judge(CHECK, make.configuration()).status is Status.UNKNOWN
    absent = make.missing(Because.TIMED_OUT)
    verdict = judge(CHECK, make.configuration(), (SANDBOX, TokenUse, absent))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_too_small_a_margin_fails_without_any_lifetime() -> None:
    assert judge(CHECK, with_margin(5)).status is Status.FAILED
