from __future__ import annotations

from typing import Any

import pytest

from readiness.facts import Configuration
from readiness.model import Because, Environment, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "environment-separation/hosts-match-environment"


@pytest.mark.parametrize("environment", [SANDBOX, PRODUCTION])
def test_passes_on_the_vendors_hosts(environment: Environment) -> None:
    verdict = judge(CHECK, make.configuration(), environment=environment)
    assert verdict.status is Status.PASSED
    assert "api.flute.com" in verdict.summary


def configured(*addresses: str, **settings: Any) -> Configuration:
    """Production with other API and token URLs."""
    roles = ("api", "oauth")
    urls = tuple(make.url(address, PRODUCTION, role) for address, role in zip(addresses, roles, strict=True))
    return make.of(make.configuration(urls=urls), PRODUCTION, **settings)


def test_fails_on_a_host_of_the_other_environment_with_its_line() -> None:
    # What a search and replace of `sandbox.api.flute.com` leaves behind.
    facts = configured("https://api.flute.com", "https://sandbox.oauth.api.flute.com/oauth2/token")
    verdict = judge(CHECK, facts, environment=PRODUCTION)
    assert verdict.status is Status.FAILED
    (finding,) = verdict.findings
    assert finding.location == make.PLACE
    assert "sandbox.oauth.api.flute.com belongs to sandbox" in finding.message


def test_hosts_are_compared_without_case_port_and_final_dot() -> None:
    facts = configured("https://API.Flute.com.:443", "https://oauth.api.flute.com/oauth2/token")
    assert judge(CHECK, facts, environment=PRODUCTION).status is Status.PASSED


def test_unknown_on_a_strange_host_and_says_how_to_declare_it() -> None:
    facts = configured("https://payments.acme.example", "https://oauth.api.flute.com/oauth2/token")
    verdict = judge(CHECK, facts, environment=PRODUCTION)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "known_hosts: {production: [payments.acme.example]}" in verdict.summary


def test_a_failure_outweighs_a_strange_host() -> None:
    facts = configured("https://payments.acme.example", "https://sandbox.oauth.api.flute.com/oauth2/token")
    assert judge(CHECK, facts, environment=PRODUCTION).status is Status.FAILED


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"emulated": True, "preset": "emulator"}, Status.PASSED),
        ({"emulated": False, "preset": "emulator"}, Status.PASSED),
        ({"emulated": False, "preset": None}, Status.UNKNOWN),
    ],
)
def test_loopback_is_known_only_where_it_is_emulated(settings: dict[str, Any], expected: Status) -> None:
    facts = configured("https://127.0.0.1:9001", "http://localhost:9002/oauth2/token", **settings)
    assert judge(CHECK, facts, environment=PRODUCTION).status is expected


def test_loopback_may_be_declared() -> None:
    facts = configured("https://127.0.0.1:9001", "https://127.0.0.1:9001/oauth2/token", preset=None)
    known = make.KNOWN.model_copy(update={"production": ("127.0.0.1",)})
    assert judge(CHECK, facts.model_copy(update={"known_hosts": known}), environment=PRODUCTION).status is Status.PASSED


def test_unknown_when_a_host_is_known_to_both() -> None:
    known = make.KNOWN.model_copy(update={"sandbox": ("api.flute.com",)})
    verdict = judge(CHECK, make.configuration(known_hosts=known), environment=PRODUCTION)
    assert verdict.status is Status.UNKNOWN
    assert "both" in verdict.summary


def test_unknown_without_urls() -> None:
    verdict = judge(CHECK, make.configuration(urls=()), environment=PRODUCTION)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert len(verdict.findings) == 2
