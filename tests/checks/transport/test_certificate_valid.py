from __future__ import annotations

from typing import Any

import pytest

from readiness.facts import Connection
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "transport/certificate-valid"


def test_passes_when_all_verify() -> None:
    assert judge(CHECK, make.connection()).status is Status.PASSED


@pytest.mark.parametrize(("days", "expected"), [(14.0, Status.PASSED), (13.9, Status.FAILED), (-3.0, Status.FAILED)])
def test_two_weeks_must_be_left(days: float, expected: Status) -> None:
    assert judge(CHECK, make.connection(make.host(tls=make.tls(days_left=days)))).status is expected


def test_fails_when_it_does_not_verify() -> None:
    tls = make.tls(verified=False, verify_error="Hostname mismatch")
    verdict = judge(CHECK, make.connection(make.host(), make.own_host(tls=tls)))
    assert verdict.status is Status.FAILED
    assert "Hostname mismatch" in verdict.findings[0].message
    assert verdict.findings[0].pointer == "/hosts/1/tls"


def test_fails_on_plain_http_over_a_network() -> None:
    assert judge(CHECK, make.connection(make.host(tls=None))).status is Status.FAILED


def test_not_applicable_when_all_is_plain_http_on_this_machine() -> None:
    assert judge(CHECK, make.connection(make.host(tls=None, loopback=True))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("tls", [make.missing(Because.TIMED_OUT), make.tls(days_left=None), make.tls(verified=False)])
def test_unknown_when_the_certificate_was_not_read(tls: Any) -> None:
    assert judge(CHECK, make.connection(make.host(tls=tls))).status is Status.UNKNOWN


def test_unknown_without_hosts() -> None:
    assert judge(CHECK, Connection(hosts=())).status is Status.UNKNOWN
