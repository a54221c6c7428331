from __future__ import annotations

import pytest

from readiness.config.presets import KNOWN_HOSTS, RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.model import Environment
from readiness.scan.hosts import patterns, retired_hosts, sandbox_hosts
from tests.scan.planting import found_in

HOSTS = [retired_hosts(RETIRED_HOSTS)]


def found(text: str) -> list[str]:
    return [one.what for one in found_in(HOSTS, text.encode())]


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ('"https://api.uat.arise.risewithaurora.com/v2"', "api.uat.arise.risewithaurora.com"),
        ("OAUTH.UAT.ARISE.RISEWITHAURORA.COM", "oauth.uat.arise.risewithaurora.com"),
        ("https://sandbox.api.uat.flute.com:443/", "sandbox.api.uat.flute.com"),
        ("see https://uat.rwaapps.net:8888/oauth2/token.", "uat.rwaapps.net"),
        ("host=rwaapps.net\n", "rwaapps.net"),
    ],
)
def test_retired_hosts_are_found(text: str, host: str) -> None:
    assert found(text) == [host]


@pytest.mark.parametrize(
    "text",
    [
        "https://api.flute.com https://sandbox.api.flute.com",
        "https://api.arise.risewithaurora.com",
        "https://developer.uat.flute.com/docs",
        "https://rwaapps.net.example.org",
        "https://myrwaapps.net",
        "rwaapps.network",
        "apixuatxarisexrisewithauroraxcom",
    ],
)
def test_other_hosts_are_not(text: str) -> None:
    assert found(text) == []


def test_offsets_are_those_of_the_text() -> None:
    assert [one[:3] for one in found_in(HOSTS, b"a = 'rwaapps.net'")] == [(5, 16, "rwaapps.net")]


@pytest.mark.parametrize(
    "host",
    [
        "sandbox.api.flute.com",
        "sandbox.oauth.api.flute.com",
        "new.sandbox.flute.com",
        "uat.arise.risewithaurora.com",
        "oauth.uat.arise.risewithaurora.com",
        "gateway.test.acme.example",
    ],
)
def test_sandbox_hosts_are_found(host: str) -> None:
    every = [sandbox_hosts({*KNOWN_HOSTS[Environment.SANDBOX], "gateway.test.acme.example"})]
    for text in (f"https://{host}/v2", host.upper(), f"A={host}:443", f'"//{host}"'):
        assert [one.what for one in found_in(every, text.encode())] == [host]


@pytest.mark.parametrize(
    "text",
    [
        "https://api.flute.com/v2 https://oauth.api.flute.com",
        "https://developer.uat.flute.com/docs",
        "sandbox.example.com",
        "sandbox.api.flute.com.example.org",
        "sandbox-api.flute.community",
        "sandboxXapi.flute.com",
        "my sandbox. flute.com",
    ],
)
def test_other_hosts_are_not_the_sandbox(text: str) -> None:
    assert list(found_in([sandbox_hosts(KNOWN_HOSTS[Environment.SANDBOX])], text.encode())) == []


def test_a_host_of_both_environments_is_no_sandbox() -> None:
    hosts = KnownHosts(sandbox=("gateway.acme.example",), production=("gateway.acme.example",))
    assert list(found_in(patterns(hosts), b"https://gateway.acme.example")) == []


def test_without_retired_hosts_none_is_found() -> None:
    assert [pattern.kind for pattern in patterns(KnownHosts())] == ["sandbox_hosts"]
