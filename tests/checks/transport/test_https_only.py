from __future__ import annotations

import pytest

from readiness.facts import Configuration
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "transport/https-only"


def configured(*addresses: str) -> Configuration:
    return make.configuration(urls=tuple(make.url(address) for address in addresses))


def test_passes_on_https() -> None:
    assert judge(CHECK, make.configuration()).status is Status.PASSED


@pytest.mark.parametrize(
    "address", ["http://localhost:8080/x", "http://127.0.0.9/", "http://[::1]:80/", "HTTPS://a.example"]
)
def test_passes_on_this_machine(address: str) -> None:
    assert judge(CHECK, configured(address)).status is Status.PASSED


@pytest.mark.parametrize(
    "address", ["http://a.example/x", "ftp://a.example", "ws://localhost", "http://localhost.example"]
)
def test_fails_on_anything_else(address: str) -> None:
    verdict = judge(CHECK, configured("https://a.example", address))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location == make.PLACE


def test_the_applications_own_urls_count_for_both() -> None:
    own = make.url("http://shop.example", None, "application")
    facts = make.configuration(urls=(*make.configuration().urls, own))
    for environment in (SANDBOX, PRODUCTION):
        assert judge(CHECK, facts, environment=environment).status is Status.FAILED


def test_unknown_without_urls() -> None:
    verdict = judge(CHECK, make.configuration(urls=()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
