from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.driver import SANDBOX, Driver, parsed

NEW, OLD = "/v2/payment-sessions", "/pay-int-api/payment-sessions"
VERSION = {"x-api-version": "1"}


def test_create_read_cancel(driver: Driver, merchant: str) -> None:
    body = {"amount": 12.5, "mode": "PaymentAndSave", "referenceId": "r", "metadata": {"a": "b"}}
    created = parsed(driver.call("POST", NEW, merchant, body))
    assert set(created) == {"id"}
    shown = parsed(driver.call("GET", f"{NEW}/{created['id']}", merchant))
    assert "id" not in shown
    assert (shown["mode"], shown["status"], shown["statusId"]) == ("PaymentAndSave", "Created", 1)
    assert (shown["referenceId"], shown["metadata"]) == ("r", {"a": "b"})
    cancelled = driver.call("POST", f"{NEW}/{created['id']}/cancel", merchant)
    assert (cancelled.status, cancelled.body) == (200, b"")
    again = driver.call("POST", f"{NEW}/{created['id']}/cancel", merchant)
    assert (again.status, parsed(again)["details"]) == (
        400,
        "Payment Session can be canceled only in Created status",
    )
    assert parsed(driver.call("GET", f"{NEW}/{created['id']}", merchant))["statusId"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"amount": 0}, 400),
        ({"amount": 0, "mode": "SaveMethod"}, 200),
        ({}, 200),
        ({"mode": 1}, 400),
        ({"amount": 1, "paymentMethodTypes": ["cash"]}, 400),
        ({"amount": 1, "expiresAt": "soon"}, 400),
        ({"amount": 1, "expiresAt": "2020-01-01T00:00:00Z"}, 400),
        ({"amount": 1, "isMultiUse": True}, 400),
    ],
)
def test_bodies(driver: Driver, merchant: str, body: dict[str, Any], status: int) -> None:
    assert driver.call("POST", NEW, merchant, body).status == status


def test_expiry(driver: Driver, merchant: str) -> None:
    created = parsed(driver.call("POST", NEW, merchant, {"amount": 1, "expiresAt": "2026-09-21T14:14:20"}))
    driver.core.clock.advance(60)
    assert parsed(driver.call("GET", f"{NEW}/{created['id']}", merchant))["statusId"] == 5


def test_the_older_family(driver: Driver, merchant: str) -> None:
    assert parsed(driver.call("GET", "/pay-int-api/ping", merchant)) == {"status": "ok"}
    assert driver.call("POST", OLD, merchant, {"amount": 1}).status == 400
    created = parsed(driver.call("POST", OLD, merchant, {"amount": 1, "mode": 3, "isMultiUse": False}, headers=VERSION))
    shown = parsed(driver.call("GET", f"{OLD}/{created['id']}", merchant, headers=VERSION))
    assert (shown["id"], shown["mode"]) == (created["id"], "PaymentAndSave")
    assert driver.call("POST", f"{OLD}/{created['id']}/cancel", merchant, headers=VERSION).status == 200


def test_a_session_of_another_merchant_is_a_403(driver: Driver, merchant: str) -> None:
    created = parsed(driver.call("POST", NEW, merchant, {"amount": 1}))
    keys = driver.core.environments[SANDBOX].keys
    other = keys.create("merchant", "another-merchant", "x", driver.core.clock.now())
    token = parsed(driver.mint(other.client_id, other.client_secret))["access_token"]
    assert driver.call("GET", f"{NEW}/{created['id']}", token).status == 403
    assert driver.call("GET", f"{NEW}/11111111-1111-4111-8111-111111111111", merchant).status == 404
