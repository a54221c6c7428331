from __future__ import annotations

import re

import pytest

from tests.emulator.driver import SANDBOX, Driver, parsed

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def create(driver: Driver, partner: str, name: str = "drill") -> dict[str, str]:
    merchant_id = driver.core.environments[SANDBOX].account.merchant_id
    response = driver.call("POST", "/v2/api-keys", partner, {"merchantId": merchant_id, "apiKeyName": name})
    assert response.status == 200
    created: dict[str, str] = parsed(response)
    return created


def test_create_list_delete(driver: Driver, partner: str) -> None:
    created = create(driver, partner)
    assert set(created) == {"clientId", "clientSecret"}
    assert re.fullmatch(GUID, created["clientSecret"])
    listed = parsed(driver.call("GET", "/v2/api-keys", partner))["apiKeys"]
    assert [key["apiKeyName"] for key in listed] == ["Default key", "drill"]
    assert all(set(key) == {"clientId", "merchantId", "apiKeyName"} for key in listed)
    gone = driver.call("DELETE", f"/v2/api-keys/{created['clientId']}", partner)
    assert (gone.status, gone.body) == (200, b"")
    again = driver.call("DELETE", f"/v2/api-keys/{created['clientId']}", partner)
    assert (again.status, parsed(again)["errorCode"]) == (404, "N0000")


def test_deletion_stops_minting_and_kills_tokens_at_once(driver: Driver, partner: str) -> None:
    created = create(driver, partner)
    token = parsed(driver.mint(created["clientId"], created["clientSecret"]))["access_token"]
    assert driver.call("GET", "/v2/ping", token).status == 200
    driver.call("DELETE", f"/v2/api-keys/{created['clientId']}", partner)
    assert driver.call("GET", "/v2/ping", token).status == 401
    refused = driver.mint(created["clientId"], created["clientSecret"])
    assert (refused.status, parsed(refused)["error"]) == (401, "invalid_client")
    assert [entry.token_state for entry in driver.core.journal][-2] == "revoked"


@pytest.mark.parametrize(("mint_lag", "token_lag"), [(30, 90), (90, 30), (0, None), (None, 0), (None, None)])
def test_lags_run_in_virtual_time(mint_lag: float | None, token_lag: float | None) -> None:
    driver = Driver(mint_lag=mint_lag, token_lag=token_lag)
    partner = driver.token("partner")
    created = create(driver, partner)
    token = parsed(driver.mint(created["clientId"], created["clientSecret"]))["access_token"]
    driver.call("DELETE", f"/v2/api-keys/{created['clientId']}", partner)
    elapsed = 0
    for moment in (0, 29, 30, 89, 90, 600):
        driver.core.clock.advance(moment - elapsed)
        elapsed = moment
        mints = driver.mint(created["clientId"], created["clientSecret"]).status == 200
        lives = driver.call("GET", "/v2/ping", token).status == 200
        assert mints is (mint_lag is None or moment < mint_lag)
        assert lives is (token_lag is None or moment < token_lag)


def test_merchant_tokens_are_refused_on_every_verb(driver: Driver, merchant: str) -> None:
    assert driver.call("GET", "/v2/api-keys", merchant).status == 403
    assert driver.call("POST", "/v2/api-keys", merchant, {}).status == 403
    assert driver.call("DELETE", "/v2/api-keys/x", merchant).status == 403


def test_partner_keys_are_neither_listed_nor_deletable(driver: Driver, partner: str) -> None:
    own = driver.core.environments[SANDBOX].partner.client_id
    assert own not in [key["clientId"] for key in parsed(driver.call("GET", "/v2/api-keys", partner))["apiKeys"]]
    assert driver.call("DELETE", f"/v2/api-keys/{own}", partner).status == 404


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ({"merchantId": "11111111-1111-4111-8111-111111111111", "name": "old"}, "$.name"),
        ({"merchantId": 7, "apiKeyName": "x"}, "$.merchantId"),
        ({"merchantId": "no-guid", "apiKeyName": "x"}, "$.merchantId"),
        (b"{", "$"),
        (b'{"merchantId": NaN}', "$"),
    ],
)
def test_what_cannot_be_bound_is_problem_details(driver: Driver, partner: str, payload: object, key: str) -> None:
    response = driver.call("POST", "/v2/api-keys", partner, payload)
    body = parsed(response)
    assert (response.status, body["status"]) == (400, 400)
    assert list(body["errors"]) == [key]
    assert "traceId" in body
    assert "correlationId" not in body


def test_the_refusal_of_an_unknown_field_names_the_net_type(driver: Driver, partner: str) -> None:
    body = parsed(driver.call("POST", "/v2/api-keys", partner, {"name": "x"}))
    text = body["errors"]["$.name"][0]
    assert text.startswith("The JSON property 'name' could not be mapped to any .NET member contained in type")
    assert "CreateApiKeyRequestDto" in text


def test_what_is_missing_or_empty_is_an_envelope(driver: Driver, partner: str) -> None:
    merchant_id = driver.core.environments[SANDBOX].account.merchant_id
    missing = parsed(driver.call("POST", "/v2/api-keys", partner, {"merchantId": merchant_id}))
    assert (missing["errorCode"], missing["errors"]) == (
        "V0000",
        {"ApiKeyName": ["'Api Key Name' must not be empty."]},
    )
    empty = parsed(driver.call("POST", "/v2/api-keys", partner, {"merchantId": merchant_id, "apiKeyName": ""}))
    assert list(empty["errors"]) == ["ApiKeyName"]


def test_ids(driver: Driver, partner: str) -> None:
    unknown = "11111111-1111-4111-8111-111111111111"
    assert driver.call("DELETE", "/v2/api-keys/none", partner).status == 400
    assert driver.call("DELETE", f"/v2/api-keys/{unknown}", partner).status == 404
    assert driver.call("GET", "/v2/api-keys?merchantId=none", partner).status == 400
    assert parsed(driver.call("GET", f"/v2/api-keys?merchantId={unknown}", partner)) == {"apiKeys": []}
    payload = {"merchantId": unknown, "apiKeyName": "x"}
    response = driver.call("POST", "/v2/api-keys", partner, payload)
    assert (response.status, parsed(response)["entityId"]) == (404, unknown)


def test_older_generations(driver: Driver, partner: str) -> None:
    driver.configure(generation="G1")
    merchant_id = driver.core.environments[SANDBOX].account.merchant_id
    lenient = {"merchantId": merchant_id, "name": "old", "extra": 1}
    created = parsed(driver.call("POST", "/v2/api-keys", partner, lenient))
    assert parsed(driver.call("GET", "/v2/api-keys", partner))["apiKeys"][-1]["name"] == "old"
    assert driver.call("POST", "/v2/api-keys", partner, {"merchantId": merchant_id, "apiKeyName": "x"}).status == 400
    path = f"/v2/api-keys/{created['clientId']}"
    assert driver.call("DELETE", path, partner).status == 400
    wrong = driver.call("DELETE", f"{path}?merchantId=11111111-1111-4111-8111-111111111111", partner)
    assert (wrong.status, parsed(wrong)["details"]) == (400, "Wrong merchant")
    assert driver.call("DELETE", f"{path}?merchantId={merchant_id}", partner).status == 200
