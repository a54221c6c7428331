from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest

from readiness.emulator.core.messages import Response
from tests.emulator.driver import PRODUCTION, Driver, header, parsed


def refusal(response: Response) -> tuple[int, str]:
    body = parsed(response)
    assert set(body) == {"error", "error_description", "error_uri"}
    assert header(response, "cache-control") == "no-store"
    return response.status, body["error"]


def test_client_credentials_in_the_body(driver: Driver) -> None:
    key = driver.core.environments[PRODUCTION].merchant
    response = driver.mint(key.client_id, key.client_secret, PRODUCTION)
    body = parsed(response)
    assert response.status == 200
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert set(body) == {"access_token", "token_type", "expires_in"}


def test_client_credentials_by_basic(driver: Driver) -> None:
    key = driver.core.environments[PRODUCTION].merchant
    basic = base64.b64encode(f"{key.client_id}:{key.client_secret}".encode()).decode()
    response = driver.token_request(
        b"grant_type=client_credentials", environment=PRODUCTION, headers={"Authorization": f"Basic {basic}"}
    )
    assert response.status == 200


def test_offline_access_gives_a_refresh_token_that_works_once(driver: Driver) -> None:
    key = driver.core.environments[PRODUCTION].merchant
    first = parsed(driver.mint(key.client_id, key.client_secret, PRODUCTION, scope="offline_access"))
    assert first["scope"] == "offline_access"
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = driver.mint(key.client_id, key.client_secret, PRODUCTION, **fields)
    assert second.status == 200
    assert parsed(second)["refresh_token"] != first["refresh_token"]
    again = driver.mint(key.client_id, key.client_secret, PRODUCTION, **fields)
    assert refusal(again) == (400, "invalid_grant")


@pytest.mark.parametrize(("mode", "given"), [("always", True), ("never", False)])
def test_refresh_tokens_by_setting(mode: str, *, given: bool) -> None:
    driver = Driver(refresh_tokens=mode)
    key = driver.core.environments[PRODUCTION].merchant
    scope = {} if given else {"scope": "offline_access"}
    body = parsed(driver.mint(key.client_id, key.client_secret, PRODUCTION, **scope))
    assert ("refresh_token" in body) is given


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("grant_type=client_credentials&client_secret=x", (400, "invalid_request")),
        ("client_id=a&client_secret=x", (400, "invalid_request")),
        ("grant_type=password&client_id=a&client_secret=x", (400, "unsupported_grant_type")),
        ("grant_type=client_credentials&client_id=a&client_secret=x", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=a", (401, "invalid_client")),
        ("grant_type=client_credentials&grant_type=client_credentials&client_id=a", (400, "invalid_request")),
        ("", (400, "invalid_request")),
        ("garbage", (400, "invalid_request")),
    ],
)
def test_refusals(driver: Driver, form: str, expected: tuple[int, str]) -> None:
    assert refusal(driver.token_request(form.encode())) == expected


def test_unknown_scope_missing_refresh_token_and_double_credentials(driver: Driver) -> None:
    key = driver.core.environments[PRODUCTION].merchant
    pair = {"client_id": key.client_id, "client_secret": key.client_secret}
    assert refusal(driver.mint(**pair, environment=PRODUCTION, scope="admin")) == (400, "invalid_scope")
    assert refusal(driver.mint(**pair, environment=PRODUCTION, grant_type="refresh_token")) == (400, "invalid_request")
    both = driver.token_request(
        urlencode({"grant_type": "client_credentials", **pair}).encode(), headers={"Authorization": "Basic YTpi"}
    )
    assert refusal(both) == (400, "invalid_request")


def test_a_missing_client_id_is_named_and_has_a_uri(driver: Driver) -> None:
    body = parsed(driver.token_request(b"grant_type=client_credentials"))
    assert body["error_description"] == "The mandatory 'client_id' parameter is missing."
    assert body["error_uri"] == "https://documentation.openiddict.com/errors/ID2029"


def test_json_and_get_are_no_token_requests(driver: Driver) -> None:
    assert refusal(driver.call("POST", "/oauth2/token", payload={"grant_type": "x"}, host="oauth"))[0] == 400
    assert refusal(driver.call("GET", "/oauth2/token", host="oauth"))[0] == 400


@pytest.mark.parametrize(("host", "path"), [("oauth", "/identity/oauth2/token"), ("api", "/oauth2/token")])
def test_a_wrong_host_or_path_is_an_empty_404(driver: Driver, host: str, path: str) -> None:
    response = driver.call("POST", path, payload={}, host=host)
    assert (response.status, response.body) == (404, b"")


def test_the_answer_never_repeats_what_was_sent(driver: Driver) -> None:
    response = driver.mint("someone", "canary-secret-4711")
    assert b"canary-secret-4711" not in response.body
