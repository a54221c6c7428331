from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator, Settings


@pytest.fixture(scope="module")
def served() -> Iterator[EmbeddedEmulator]:
    with EmbeddedEmulator() as emulator:
        yield emulator


@pytest.fixture
def control(served: EmbeddedEmulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.control_url, trust_env=False, timeout=5) as client:
        client.delete("/faults")
        client.delete("/journal")
        yield client
    served.core.settings = Settings()


def sandbox(served: EmbeddedEmulator) -> dict[str, Any]:
    described: dict[str, Any] = served.announcement["environments"]["sandbox"]
    return described


def mint(served: EmbeddedEmulator, key: dict[str, str], environment: str = "sandbox") -> httpx.Response:
    url = served.announcement["environments"][environment]["oauth_url"] + "/oauth2/token"
    pair = {name: key[name] for name in ("client_id", "client_secret")}
    return httpx.post(url, data={"grant_type": "client_credentials", **pair}, trust_env=False)


def ping(served: EmbeddedEmulator, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(sandbox(served)["api_url"] + "/v2/ping", headers=headers, trust_env=False).status_code


def refusal(response: httpx.Response, status: int = 400) -> str:
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    message: str = response.json()["error"]
    return message


def test_journal(served: EmbeddedEmulator, control: httpx.Client) -> None:
    mint(served, sandbox(served)["merchant"])
    mint(served, sandbox(served)["merchant"], "production")
    entries = control.get("/journal").json()["entries"]
    assert [(entry["environment"], entry["status"]) for entry in entries] == [("sandbox", 200), ("production", 401)]
    last = entries[-1]["sequence"]
    assert control.get("/journal", params={"since": last}).json() == {"entries": [], "dropped": 0}
    assert len(control.get("/journal", params={"environment": "sandbox"}).json()["entries"]) == 1
    assert refusal(control.get("/journal", params={"environment": "x"})) == "environment: there is no 'x'"
    assert refusal(control.get("/journal", params={"since": "x"})) == "since: 'x' is no integer"
    assert control.delete("/journal").json() == {"removed": 2}


def test_settings_change_in_part(control: httpx.Client, served: EmbeddedEmulator) -> None:
    assert control.get("/settings").json() == Settings().model_dump(mode="json")
    changed = control.put("/settings", json={"token_ttl": 60, "token_lag": None}).json()
    assert (changed["token_ttl"], changed["token_lag"], changed["mint_lag"]) == (60, None, 0)
    assert mint(served, sandbox(served)["merchant"]).json()["expires_in"] == 60
    assert control.put("/settings", json={"tls_min": "1.2"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"token_ttl": 0}, "token_ttl: "),
        ({"token_ttl": "soon"}, "token_ttl: "),
        ({"mint_lag": -1}, "mint_lag: "),
        ({"generation": "G9"}, "generation: "),
        ({"latency": {"*": -1}}, "latency."),
        ({"unknown": 1}, "unknown: "),
        ({"seed": 4}, "seed: fixed when the emulator starts"),
        ({"tls_certificate": "expired"}, "tls_certificate: fixed when the emulator starts"),
    ],
)
def test_wrong_settings_change_nothing(control: httpx.Client, body: dict[str, Any], place: str) -> None:
    assert refusal(control.put("/settings", json=body)).startswith(place)
    assert control.get("/settings").json() == Settings().model_dump(mode="json")


def test_faults(control: httpx.Client, served: EmbeddedEmulator) -> None:
    rule = {
        "environment": "sandbox",
        "match": {"method": "POST", "path": "/oauth2/*", "host": "oauth", "nth": 2},
        "times": 1,
        "fault": {"kind": "throttle", "retry_after": 2},
    }
    armed = control.post("/faults", json=rule).json()
    assert (armed["rule"]["match"]["nth"], armed["matched"], armed["applied"]) == (2, 0, 0)
    statuses = [mint(served, sandbox(served)["merchant"]).status_code for _ in range(3)]
    assert statuses == [200, 429, 200]
    (listed,) = control.get("/faults").json()["faults"]
    assert (listed["id"], listed["matched"], listed["applied"]) == (armed["id"], 3, 1)
    assert control.delete("/faults").json() == {"removed": 1}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "the body is not valid JSON"),
        (b"[]", "the body must be a JSON object"),
        (b"{}", "fault: Field required"),
        (b'{"fault": {"kind": "no"}}', "fault: Input tag 'no'"),
        (b'{"fault": {"kind": "empty_body"}, "match": {"nth": "x"}}', "match.nth: "),
    ],
)
def test_wrong_faults(control: httpx.Client, content: bytes, text: str) -> None:
    assert refusal(control.post("/faults", content=content)).startswith(text)


def test_clock(control: httpx.Client, served: EmbeddedEmulator) -> None:
    token = mint(served, sandbox(served)["merchant"]).json()["access_token"]
    assert ping(served, token) == 200
    before = control.post("/clock", json={"advance": 0}).json()["offset"]
    assert control.post("/clock", json={"advance": 900}).json()["offset"] == before + 900
    assert ping(served, token) == 401
    assert refusal(control.post("/clock", json={"advance": -1})).startswith("advance: ")
    assert refusal(control.post("/clock", json={})) == "advance: Field required"


def test_keys_as_the_portal_makes_them(control: httpx.Client, served: EmbeddedEmulator) -> None:
    key = control.post("/keys", json={"environment": "sandbox", "name": "throw-away"}).json()
    assert set(key) == {"environment", "kind", "client_id", "client_secret", "merchant_id"}
    assert key["merchant_id"] == sandbox(served)["merchant"]["merchant_id"]
    token = mint(served, key).json()["access_token"]
    assert mint(served, key, "production").status_code == 401
    assert control.delete(f"/keys/{key['client_id']}").json() == {"deleted": ["sandbox"]}
    assert (ping(served, token), mint(served, key).status_code) == (401, 401)
    assert refusal(control.delete(f"/keys/{key['client_id']}"), 404) == f"there is no key '{key['client_id']}'"


def test_the_same_credentials_can_be_put_into_both_environments(
    control: httpx.Client, served: EmbeddedEmulator
) -> None:
    pair = {"client_id": "shared", "client_secret": "shared-secret"}
    for environment in ("sandbox", "production"):
        assert control.post("/keys", json={"environment": environment, **pair}).status_code == 200
    assert [mint(served, pair, name).status_code for name in ("sandbox", "production")] == [200, 200]
    taken = control.post("/keys", json={"environment": "sandbox", **pair})
    assert refusal(taken) == "client_id: That client id exists already."
    assert control.delete("/keys/shared?environment=sandbox").json() == {"deleted": ["sandbox"]}
    assert [mint(served, pair, name).status_code for name in ("sandbox", "production")] == [401, 200]
    assert control.delete("/keys/shared").json() == {"deleted": ["production"]}
    assert refusal(control.post("/keys", json={"environment": "staging"})).startswith("environment: ")


def test_unknown_paths_and_methods_are_json_too(control: httpx.Client) -> None:
    assert refusal(control.get("/nothing"), 404) == "Not Found"
    assert refusal(control.patch("/clock"), 405) == "Method Not Allowed"
