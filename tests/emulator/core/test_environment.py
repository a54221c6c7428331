from __future__ import annotations

import pytest

from readiness.emulator.core.messages import Request
from tests.emulator.driver import PRODUCTION, SANDBOX, Driver, header, parsed

READS = [
    "/v2/ping",
    "/v2/settings/payment-config",
    "/v2/settings/contact-information",
    "/v2/transactions",
    "/v2/webhooks/endpoints",
]


@pytest.mark.parametrize("path", READS)
def test_reads_take_merchant_tokens_only(driver: Driver, merchant: str, partner: str, path: str) -> None:
    assert driver.call("GET", path, merchant).status == 200
    refused = driver.call("GET", path, partner)
    assert refused.status == 403
    body = parsed(refused)
    assert (body["errorCode"], body["exceptionType"], body["title"]) == (
        "F0000",
        "ForbiddenException",
        "Access forbidden",
    )


def test_an_empty_401_with_a_challenge(driver: Driver) -> None:
    missing = driver.call("GET", "/v2/settings/payment-config")
    assert (missing.status, missing.body, header(missing, "www-authenticate")) == (401, b"", "Bearer")
    made_up = driver.call("GET", "/v2/settings/payment-config", "made-up")
    assert (made_up.status, made_up.body) == (401, b"")
    assert header(made_up, "www-authenticate") == (
        'Bearer error="invalid_token", error_description="The access token is invalid."'
    )


@pytest.mark.parametrize("path", ["/v2/nothing", "/v2/ping/more"])
def test_unknown_v2_paths_want_a_token_first(driver: Driver, merchant: str, path: str) -> None:
    assert driver.call("GET", path).status == 401
    found = driver.call("GET", path, merchant)
    assert (found.status, found.body) == (404, b"")


def test_the_isv_api_prefix(driver: Driver, merchant: str) -> None:
    assert driver.call("GET", "/isv-api/v2/ping").status == 500
    assert driver.call("GET", "/isv-api/v2/ping", merchant).status == 404
    assert driver.call("GET", "/elsewhere").status == 404


def test_a_known_path_with_another_method(driver: Driver, merchant: str) -> None:
    response = driver.call("DELETE", "/v2/transactions", merchant)
    assert (response.status, response.body) == (405, b"")
    assert header(response, "allow") == "GET, POST"


def test_ping_is_new(driver: Driver, merchant: str) -> None:
    response = driver.call("GET", "/v2/ping", merchant)
    assert (response.status, response.body, response.headers) == (200, b"", ())
    driver.configure(generation="G2")
    assert driver.call("GET", "/v2/ping", merchant).status == 404


def test_environments_share_nothing(driver: Driver, merchant: str) -> None:
    states = driver.core.environments
    sandbox, production = states[SANDBOX], states[PRODUCTION]
    for kind in ("merchant", "partner"):
        key = getattr(sandbox, kind)
        refused = driver.mint(key.client_id, key.client_secret, PRODUCTION)
        assert (refused.status, parsed(refused)["error"]) == (401, "invalid_client")
    assert driver.call("GET", "/v2/ping", merchant, environment=PRODUCTION).status == 401
    assert [entry.token_state for entry in driver.core.journal][-1] == "other_environment"
    assert sandbox.webhook_secret != production.webhook_secret
    assert sandbox.account.merchant_id != production.account.merchant_id
    driver.sale(merchant)
    listed = driver.call("GET", "/v2/transactions", driver.token(environment=PRODUCTION), environment=PRODUCTION)
    assert parsed(listed)["pageInfo"]["totalItems"] == 0


def test_a_vendor_that_mixes_environments_up_can_be_shown(driver: Driver, merchant: str) -> None:
    driver.configure(accept_foreign_tokens=True)
    assert driver.call("GET", "/v2/ping", merchant, environment=PRODUCTION).status == 200


def test_a_permission_switched_off_is_a_403_that_says_so(driver: Driver, merchant: str) -> None:
    driver.configure(disabled_permissions=["General Configurations"])
    response = driver.call("GET", "/v2/settings/payment-config", merchant)
    assert response.status == 403
    assert "General Configurations" in parsed(response)["details"]
    assert driver.call("GET", "/v2/transactions", merchant).status == 200


def test_a_token_expires_by_the_virtual_clock(driver: Driver, merchant: str) -> None:
    driver.core.clock.advance(899)
    assert driver.call("GET", "/v2/ping", merchant).status == 200
    driver.core.clock.advance(1)
    response = driver.call("GET", "/v2/ping", merchant)
    assert response.status == 401
    assert "expired" in (header(response, "www-authenticate") or "")
    assert [entry.token_state for entry in driver.core.journal][-2:] == ["valid", "expired"]


def test_a_post_without_any_length_is_refused_in_html(driver: Driver, merchant: str) -> None:
    headers = [(b"authorization", f"Bearer {merchant}".encode())]
    played = driver.core.receive(Request(SANDBOX, "api", "POST", "/v2/transactions", "", headers, b"")).played
    assert played is not None
    assert played.response.status == 411
    assert dict(played.response.headers)[b"content-type"] == b"text/html"
