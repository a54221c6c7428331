from __future__ import annotations

import pytest

from readiness.config.presets import RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.scan.hosts import patterns, retired_hosts
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


def test_without_retired_hosts_nothing_is_found() -> None:
    assert patterns(KnownHosts()) == ()
