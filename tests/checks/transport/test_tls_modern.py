from __future__ import annotations

from typing import Any

import pytest

from readiness.facts import Connection
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "transport/tls-modern"


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_passes_on_new_versions(version: str) -> None:
    assert judge(CHECK, make.connection(make.host(tls=make.tls(version=version)))).status is Status.PASSED


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1", "SSLv3"])
def test_fails_on_old_versions(version: str) -> None:
    verdict = judge(CHECK, make.connection(make.host(tls=make.tls(version=version))))
    assert verdict.status is Status.FAILED
    assert version in verdict.findings[0].message


def test_fails_when_an_own_host_still_accepts_an_old_version() -> None:
    old = {"TLSv1": "refused", "TLSv1.1": "accepted"}
    verdict = judge(CHECK, make.connection(make.own_host(tls=make.tls(old_versions=old))))
    assert verdict.status is Status.FAILED
    assert "still accepts TLSv1.1" in verdict.findings[0].message


@pytest.mark.parametrize("old", [{}, {"TLSv1": "refused"}, {"TLSv1": "refused", "TLSv1.1": make.missing()}])
def test_unknown_when_an_own_host_was_not_tried(old: dict[str, Any]) -> None:
    assert judge(CHECK, make.connection(make.own_host(tls=make.tls(old_versions=old)))).status is Status.UNKNOWN


def test_the_vendors_hosts_are_not_tried() -> None:
    assert judge(CHECK, make.connection(make.host(tls=make.tls(old_versions={})))).status is Status.PASSED


def test_fails_on_plain_http_over_a_network() -> None:
    assert judge(CHECK, make.connection(make.host(tls=None))).status is Status.FAILED


def test_not_applicable_when_all_is_plain_http_on_this_machine() -> None:
    assert judge(CHECK, make.connection(make.host(tls=None, loopback=True))).status is Status.NOT_APPLICABLE


def test_plain_http_on_this_machine_is_left_out() -> None:
    local = make.host("oauth", tls=None, loopback=True)
    assert judge(CHECK, make.connection(make.host(), local)).status is Status.PASSED


@pytest.mark.parametrize("tls", [make.missing(Because.UNREACHABLE), make.tls(version=None)])
def test_unknown_without_a_handshake(tls: Any) -> None:
    verdict = judge(CHECK, make.connection(make.host(tls=tls)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.UNREACHABLE)


def test_unknown_without_hosts() -> None:
    assert judge(CHECK, Connection(hosts=())).status is Status.UNKNOWN
