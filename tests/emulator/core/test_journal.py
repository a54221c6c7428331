from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from readiness.emulator.core.faults import FaultRule
from readiness.emulator.core.journal import Entry, Journal
from readiness.emulator.core.messages import Request
from readiness.emulator.core.redaction import Redaction
from tests.emulator.driver import PRODUCTION, SANDBOX, Driver, card_data

CANARIES = ["canary-secret-0123456789", "canary-token-ABCDEFGHIJ", "canary-cookie-zyxwvut", "canary-password-99"]


def dumped(driver: Driver) -> str:
    return json.dumps([entry.to_json() for entry in driver.core.journal])


def test_an_entry(driver: Driver, merchant: str) -> None:
    driver.core.clock.advance(60)
    driver.call("GET", "/v2/transactions?pageSize=1", merchant, headers={"User-Agent": "shop/1"})
    shown = list(driver.core.journal)[-1].to_json()
    assert shown["headers"].pop("authorization") == f"Bearer {shown['token']}"
    assert shown == {
        "sequence": 2,
        "time": "2026-09-21T14:13:20.000Z",
        "virtual_time": "2026-09-21T14:14:20.000Z",
        "environment": "sandbox",
        "host": "api",
        "method": "GET",
        "path": "/v2/transactions?pageSize=1",
        "headers": {"user-agent": "shop/1"},
        "body": None,
        "size": 0,
        "token_state": "valid",
        "token": shown["token"],
        "client_id": driver.core.environments[SANDBOX].merchant.client_id,
        "correlation_id": None,
        "status": 200,
        "fault": None,
        "malformed": False,
        "replayed": False,
        "committed": True,
    }


def test_token_states(driver: Driver, merchant: str) -> None:
    other = driver.token(environment=PRODUCTION)
    for token in (None, "unknown", merchant, other):
        driver.call("GET", "/v2/ping", token)
    key = driver.core.environments[SANDBOX].merchant
    driver.core.environments[SANDBOX].keys.delete(key.client_id, driver.core.clock.now(), driver.core.settings)
    driver.call("GET", "/v2/ping", merchant)
    driver.core.clock.advance(900)
    driver.call("GET", "/v2/ping", merchant)
    states = [entry.token_state for entry in driver.core.journal][2:]
    assert states == ["none", "unknown", "valid", "other_environment", "revoked", "expired"]


def test_refused_as_malformed(driver: Driver, merchant: str) -> None:
    driver.call("POST", "/v2/payment-sessions", merchant, {"nonsense": 1})
    driver.call("GET", "/v2/transactions/x", merchant)
    driver.token_request(b"grant_type=client_credentials")
    driver.call("GET", "/v2/ping")
    driver.call("GET", "/v2/transactions/11111111-1111-4111-8111-111111111111", merchant)
    assert [entry.malformed for entry in driver.core.journal][1:] == [True, True, True, False, False]


def test_the_same_secret_has_the_same_fingerprint_here_and_another_elsewhere() -> None:
    values = []
    for key in (bytes(32), bytes([1] * 32)):
        driver = Driver()
        driver.core.redaction = Redaction(key, lambda _: False)
        for _ in range(2):
            driver.mint("someone", "the-same-secret")
        values.append([entry.body["client_secret"] for entry in driver.core.journal])
    assert values[0][0] == values[0][1]
    assert values[0][0] != values[1][0]
    assert values[0][0].startswith("hmac:")


def test_no_canary_is_kept(driver: Driver, merchant: str) -> None:
    secret, token, cookie, password = CANARIES
    basic = base64.b64encode(f"client:{secret}".encode()).decode()
    driver.mint("someone", secret)
    driver.token_request(b"grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"})
    driver.token_request(f"grant_type=refresh_token&refresh_token={token}".encode())
    driver.token_request(f"client_secret={secret}".encode(), headers={"Content-Type": "text/plain"})
    driver.call("GET", f"/v2/ping?access_token={token}&password={password}", token)
    driver.call("GET", "/v2/ping", headers={"Cookie": f"s={cookie}", "X-Api-Key": secret, "Authorization": token})
    driver.call("POST", "/v2/api-keys", merchant, {"clientSecret": secret, "nested": [{"password": password}]})
    driver.call("POST", "/v2/api-keys", merchant, {"secret": {"deep": [secret]}})
    driver.call("POST", "/v2/api-keys", merchant, f'{{"clientSecret": "{secret}'.encode())
    text = dumped(driver)
    assert not [canary for canary in [*CANARIES, basic] if canary in text]


def test_issued_values_are_found_wherever_they_stand(driver: Driver, merchant: str) -> None:
    state = driver.core.environments[SANDBOX]
    issued = [merchant, state.merchant.client_secret, state.partner.client_secret, state.webhook_secret]
    for value in issued:
        driver.call("GET", f"/v2/{value}/x?note={quote(value)}", headers={"X-Note": f"<{value}>"})
        driver.call("POST", "/v2/transactions", merchant, {"note": value, value: 1, "list": [f"a {value} b"]})
    text = dumped(driver)
    assert not [value for value in issued if value in text]
    entry = list(driver.core.journal)[1]
    fingerprint = driver.core.redaction.fingerprint(merchant)
    assert entry.target == f"/v2/{fingerprint}/x?note={fingerprint}"


@pytest.mark.parametrize("number", ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"])
def test_no_card_number_is_kept(driver: Driver, merchant: str, number: str) -> None:
    driver.call("GET", f"/v2/cards/{number}?q={number}&{number}=1", merchant, headers={"X-Card": number})
    driver.call("POST", "/v2/transactions", merchant, {"transactionDetails": card_data(number), "x": number})
    driver.call("POST", "/v2/transactions", merchant, {"x": [4111111111111111, 4111111111111111.0]})
    driver.call("POST", "/v2/transactions", merchant, f'{{"broken {number}'.encode())
    text = dumped(driver)
    assert number not in text
    assert "4111111111111111" not in text
    assert '"securityCode": "123"' not in text


def test_amounts_names_and_ids_stay_readable(driver: Driver, merchant: str) -> None:
    driver.sale(merchant, referenceId="order-1", headers={"Idempotency-Key": "flute_1"})
    entry = list(driver.core.journal)[-1]
    assert entry.body["baseAmount"] == 10.5
    assert entry.body["referenceId"] == "order-1"
    assert entry.body["paymentProcessorId"] == driver.processor()
    assert entry.headers["idempotency-key"] == "flute_1"


def test_large_values_are_not_kept(driver: Driver) -> None:
    driver.call("POST", "/v2/x", payload={"a": "b" * 70_000}, headers={"X-Long": "c" * 5000})
    text = dumped(driver)
    assert len(text) < 2000
    assert "bytes, not kept" in text


def test_an_unparsable_request_is_recorded(driver: Driver) -> None:
    driver.core.refuse_unparsable(Request(SANDBOX, "api", "", "", "", (), b""))
    entry = list(driver.core.journal)[-1]
    assert (entry.status, entry.malformed, entry.committed) == (400, True, False)


def test_memory_is_bounded_and_numbers_go_on(driver: Driver) -> None:
    journal = Journal(max_entries=2)
    template = driver.exchange("GET", "/v2/ping").entry
    for _ in range(3):
        fields = {name: getattr(template, name) for name in Entry.__slots__}
        journal.add(Entry(**{**fields, "sequence": journal.next_sequence()}))
    assert [entry.sequence for entry in journal] == [2, 3]
    assert (len(journal), journal.dropped) == (2, 1)
    assert journal.clear() == 2
    assert (journal.next_sequence(), journal.dropped) == (4, 0)


def test_the_bytes_of_bodies_are_bounded(driver: Driver) -> None:
    driver.core.journal = Journal(max_bytes=100)
    for index in range(3):
        driver.call("POST", "/v2/x", payload={"text": str(index) * 30})
    kept = [entry.body["text"][0] for entry in driver.core.journal]
    assert (kept, driver.core.journal.dropped) == (["1", "2"], 1)


def test_a_crash_of_ours_is_a_500_and_does_not_end_the_emulator(
    driver: Driver, merchant: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(driver.core.environments[SANDBOX].idempotency, "replay", lambda *_: 1 / 0)
    response = driver.call("GET", "/v2/ping", merchant)
    assert response.status == 500
    assert caplog.messages == ["The emulator failed to answer GET /v2/ping: ZeroDivisionError"]
    assert "Traceback" not in caplog.text


def test_faults_are_named(driver: Driver) -> None:
    driver.core.faults.add(FaultRule.model_validate({"fault": {"kind": "throttle"}}))
    driver.call("GET", "/v2/ping")
    assert list(driver.core.journal)[-1].to_json()["fault"] == "throttle"
