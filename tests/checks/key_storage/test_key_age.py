from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from readiness.facts import Configuration
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import SANDBOX
from tests.checks.judging import judge

CHECK = "key-storage/key-age"


def made_on(day: str | None) -> Configuration:
    return make.of(make.configuration(), SANDBOX, created_on=date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-24", Status.PASSED),
        ("2025-11-24", Status.PASSED),
        ("2025-11-23", Status.FAILED),
        ("2026-11-25", Status.FAILED),
    ],
)
def test_a_year_is_allowed_and_the_future_is_not(day: str, expected: Status) -> None:
    verdict = judge(CHECK, made_on(day))
    assert verdict.status is expected
    if expected is Status.FAILED:
        assert verdict.findings[0].location == make.PLACE


def test_days_are_counted_in_utc() -> None:
    evening = datetime(2026, 11, 24, 20, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert judge(CHECK, made_on("2026-11-25"), now=evening).status is Status.PASSED


def test_unknown_when_not_declared() -> None:
    verdict = judge(CHECK, made_on(None))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "environments.sandbox.created_on" in verdict.summary


def test_not_applicable_when_emulated() -> None:
    assert judge(CHECK, make.of(make.configuration(), SANDBOX, emulated=True)).status is Status.NOT_APPLICABLE
