from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.hosts import TUNNELS, host_of, is_loopback, is_private, parent_in, place_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.Flute.com./v2", "api.flute.com"),
        ("https://user:pw@api.flute.com:8443/", "api.flute.com"),
        ("https://[::1]:80/", "::1"),
        ("https://[", ""),
        ("no url", ""),
        ("", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://A.example:443/hook/?secret=1#x", "a.example/hook"),
        ("http://a.example:80/hook", "a.example/hook"),
        ("https://a.example:80/hook", "a.example:80/hook"),
        ("https://user:pw@a.example", "a.example"),
        ("https://a.example:port/", ""),
    ],
)
def test_place_of_leaves_out_what_may_be_secret(url: str, place: str) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)
    assert is_private(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "fd00::1", "169.254.0.1", "0.0.0.0", "shop"])
def test_private(host: str) -> None:
    assert is_private(host)
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "hooks.acme.example", "localhost.acme.com", "2606:4700::1"])
def test_public(host: str) -> None:
    assert not is_private(host)
    assert not is_loopback(host)


def test_parents_are_whole_labels() -> None:
    assert parent_in("a.ngrok.io", TUNNELS) == "ngrok.io"
    assert parent_in("ngrok.io", TUNNELS) == "ngrok.io"
    assert parent_in("mongrok.io", TUNNELS) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    host = host_of(text)
    assert host == host.lower()
    place_of(text)
    is_private(host)
