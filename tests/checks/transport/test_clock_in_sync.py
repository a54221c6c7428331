from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from readiness.facts import Connection
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "transport/clock-in-sync"


def dated(seconds: float, **kwargs: Any) -> Connection:
    """One vendor host whose Date is that far from our clock."""
    date = format_datetime(make.NOW + timedelta(seconds=seconds), usegmt=True)
    return make.connection(make.host(answer=make.exchange(401, headers={"Date": date}, **kwargs)))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, Status.PASSED),
        (-28, Status.PASSED),
        (29, Status.PASSED),
        (30, Status.UNKNOWN),
        (-30, Status.UNKNOWN),
        (-31, Status.UNKNOWN),
        (-32, Status.FAILED),
        (32, Status.FAILED),
        (3600, Status.FAILED),
    ],
)
def test_within_half_a_minute(seconds: float, expected: Status) -> None:
    verdict = judge(CHECK, (PRODUCTION, dated(seconds)))
    assert verdict.status is expected, verdict


def test_a_slow_answer_widens_the_interval() -> None:
    slow = {"sent": 1.0, "received": 21.0}
    assert judge(CHECK, (SANDBOX, dated(0, **slow))).status is Status.PASSED
    assert judge(CHECK, (SANDBOX, dated(-15, **slow))).status is Status.UNKNOWN


def test_a_failure_points_at_the_answer_of_its_environment() -> None:
    verdict = judge(CHECK, (SANDBOX, dated(0)), (PRODUCTION, dated(120)))
    assert verdict.status is Status.FAILED
    assert (verdict.findings[0].evidence, verdict.findings[0].pointer) == ("connection:production", "/hosts/0/answer")


@pytest.mark.parametrize(
    "headers", [{}, {"date": "yesterday"}, {"date": ""}, {"date": "Tue, 24 Nov 2026 12:00:00 -0000"}]
)
def test_unknown_without_a_readable_date(headers: dict[str, str]) -> None:
    hosts = make.connection(make.host(answer=make.exchange(401, headers=headers)))
    assert judge(CHECK, (SANDBOX, hosts)).status is Status.UNKNOWN


def test_a_cached_answer_tells_of_another_time() -> None:
    headers = {"date": "Tue, 24 Nov 2026 11:00:00 GMT", "age": "3600"}
    hosts = make.connection(make.host(answer=make.exchange(200, {}, headers=headers)))
    assert judge(CHECK, (SANDBOX, hosts)).status is Status.UNKNOWN


def test_unknown_when_nothing_was_asked() -> None:
    assert judge(CHECK).status is Status.UNKNOWN
    verdict = judge(CHECK, (SANDBOX, Connection, make.missing(Because.TIMED_OUT)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_own_hosts_are_not_asked() -> None:
    verdict = judge(CHECK, (SANDBOX, make.connection(make.own_host())))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
