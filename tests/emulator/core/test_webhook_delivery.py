from __future__ import annotations

import pytest

from readiness.emulator.core.webhook_delivery import DeliveryResult, is_loopback, sign


def test_the_worked_vector() -> None:
    signature = sign("shared-secret", "test-event-id", "1739465072", b'{"foo":"bar"}')
    assert signature == "v1,MoBTr+YEFLhJg5KfG23bbyHO/1uAHsYGM99G2p/Dk/U="


def test_the_secret_is_taken_verbatim() -> None:
    assert sign("whsec_61", "i", "1", b"") != sign("61", "i", "1", b"") != sign("a", "i", "1", b"")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8080/x", True),
        ("https://localhost/x", True),
        ("http://[::1]:1/", True),
        ("http://127.9.9.9/", True),
        ("http://10.0.0.1/", False),
        ("https://example.com/", False),
        ("http://localhost.example.com/", False),
        ("http://127.0.0.1@example.com/", False),
        ("http://2130706433/", False),
        ("ftp://127.0.0.1/", False),
        ("http://127.0.0.1:99999/", False),
        ("http://[::1/", False),
        ("", False),
    ],
)
def test_loopback(url: str, *, loopback: bool) -> None:
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (299, True), (302, False), (500, False), (None, False)])
def test_delivered_means_2xx(status: int | None, *, delivered: bool) -> None:
    assert DeliveryResult(status, 1).delivered is delivered
