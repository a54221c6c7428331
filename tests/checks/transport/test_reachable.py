from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "transport/reachable"


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 403, 404, 405])
def test_any_answer_of_theirs_passes(status: int) -> None:
    hosts = (make.host("api", answer=make.exchange(status)), make.host("oauth"))
    assert judge(CHECK, make.connection(*hosts)).status is Status.PASSED


@pytest.mark.parametrize(
    "fault",
    [
        {"answer": make.FAULTS["trouble dns"]},
        {"answer": make.FAULTS["trouble connect"]},
        {"resolved": False, "answer": make.missing(Because.UNREACHABLE)},
        {"connected": False, "answer": make.missing(Because.UNREACHABLE)},
    ],
)
def test_a_dead_name_and_a_refused_connection_fail(fault: dict[str, Any]) -> None:
    verdict = judge(CHECK, make.connection(make.host("api"), make.host("oauth", **fault)))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/hosts/1"
    assert "oauth.flute.com" in verdict.findings[0].message


def test_a_host_that_answers_through_a_proxy_is_reachable() -> None:
    hosts = (make.host("api", resolved=False), make.host("oauth", connected=False))
    assert judge(CHECK, make.connection(*hosts)).status is Status.PASSED


@pytest.mark.parametrize(
    ("fault", "because"),
    [
        ("trouble timeout", Because.TIMED_OUT),
        ("trouble tls", Because.UNREACHABLE),
        ("trouble reset", Because.UNREACHABLE),
        ("429", Because.UNREACHABLE),
        ("503", Because.UNREACHABLE),
    ],
)
def test_unknown_when_it_may_be_anything(fault: str, because: Because) -> None:
    hosts = (make.host("api", answer=make.FAULTS[fault]), make.host("oauth"))
    verdict = judge(CHECK, make.connection(*hosts))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, because)


def test_own_hosts_do_not_count() -> None:
    hosts = (make.host("api"), make.host("oauth"), make.own_host(resolved=False))
    assert judge(CHECK, make.connection(*hosts)).status is Status.PASSED


def test_one_host_may_have_both_roles() -> None:
    assert judge(CHECK, make.connection(make.host(roles=("api", "oauth")))).status is Status.PASSED


def test_unknown_when_a_role_has_no_host() -> None:
    verdict = judge(CHECK, make.connection(make.host("api")))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "oauth" in verdict.summary
