from __future__ import annotations

import pytest

from readiness.config.presets import KNOWN_HOSTS, PRESETS, RETIRED_HOSTS, environment_of, retired_reason
from readiness.hosts import host_of
from readiness.model import Environment


@pytest.mark.parametrize("preset", ["aurora", "aurora-legacy"])
@pytest.mark.parametrize("environment", list(Environment))
def test_a_preset_names_only_known_hosts_of_its_environment(preset: str, environment: Environment) -> None:
    for url in PRESETS[preset][environment]:
        assert url.startswith("https://")
        assert environment_of(host_of(url)) is environment


def test_the_sandbox_token_host_has_the_vendors_irregular_order() -> None:
    assert PRESETS["aurora"][Environment.SANDBOX].oauth_url == "https://sandbox.oauth.api.flute.com/oauth2/token"


def test_no_host_belongs_to_both_environments() -> None:
    assert not KNOWN_HOSTS[Environment.SANDBOX] & KNOWN_HOSTS[Environment.PRODUCTION]
    assert environment_of("gateway.acme.example") is None


@pytest.mark.parametrize(
    "host",
    [
        "api.uat.arise.risewithaurora.com",
        "uat.arise.risewithaurora.com",
        "sandbox.api.uat.flute.com",
        "uat.rwaapps.net",
    ],
)
def test_retired_and_foreign_hosts_have_a_reason(host: str) -> None:
    assert retired_reason(host) in RETIRED_HOSTS.values()


@pytest.mark.parametrize(
    "host", ["api.flute.com", "api.arise.risewithaurora.com", "developer.uat.flute.com", "notrwaapps.net", "x.example"]
)
def test_other_hosts_are_not_retired(host: str) -> None:
    assert retired_reason(host) is None


def test_the_current_preset_uses_no_retired_host() -> None:
    for endpoints in PRESETS["aurora"].values():
        assert [retired_reason(host_of(url)) for url in endpoints] == [None, None]
