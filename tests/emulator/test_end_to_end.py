"""The documented order, walked with a plain HTTP client that knows the vendor's documentation, not the emulator."""

from __future__ import annotations

import re
import ssl
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator, Settings
from tests.emulator.receiver import Receiver, verifies

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[tuple[Json, httpx.Client]]:
    settings = Settings(http_webhook_endpoints=True)
    with EmbeddedEmulator(settings, tls=True) as emulator:
        trust = ssl.create_default_context(cafile=str(emulator.ca_file))
        with httpx.Client(verify=trust, trust_env=False, timeout=10) as client:
            yield emulator.announcement["environments"]["sandbox"], client


class Shop:
    """An integration: it holds credentials, keeps a token and reads every answer strictly."""

    def __init__(self, urls: Json, client: httpx.Client, client_id: str, client_secret: str) -> None:
        self.urls = urls
        self.client = client
        self.client_id = client_id
        self.client_secret = client_secret
        self.token = ""

    def mint(self) -> httpx.Response:
        response = self.client.post(
            f"{self.urls['oauth_url']}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "scope": "offline_access",
            },
            headers={"Accept": "application/json"},
        )
        if response.status_code == 200:
            self.token = response.json()["access_token"]
        return response

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = f"flute_{uuid.uuid4()}"
        return self.client.request(method, self.urls["api_url"] + path, headers=headers, **options)

    def read(self, method: str, path: str, **options: Any) -> Json:
        response = self.call(method, path, **options)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        body: Json = response.json()
        return body


def assert_token(response: httpx.Response) -> None:
    body = response.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert isinstance(body["access_token"], str)
    assert len(body["access_token"]) >= 22
    assert body["token_type"] == "Bearer"
    assert type(body["expires_in"]) is int
    assert body["expires_in"] == 900


def assert_empty(response: httpx.Response) -> None:
    assert (response.status_code, response.content) == (200, b"")


def assert_transaction(body: Json, status: str, kind: str, amount: float) -> None:
    assert (body["transactionStatus"], body["transactionType"], body["processedAmount"]) == (status, kind, amount)
    assert GUID.fullmatch(body["transactionId"])
    assert STAMP.fullmatch(body["transactionDateTime"])
    assert body["currencyCode"] == "USD"
    assert set(body["amountBreakdown"]) == {
        *("baseAmount", "discountAmount", "discountRate", "surchargeAmount", "surchargeRate", "tipAmount", "tipRate")
    }
    assert set(body["processorDetails"]) == {"authCode", "mid", "rrn", "tid"}
    assert set(body["source"]) == {"sourceId", "sourceName", "sourceType"}
    assert re.fullmatch(r"\d{6}\*{6}\d{4}", body["cardDetails"]["maskedCardNumber"])
    for event in body["transactionEvents"]:
        assert set(event) == {"amount", "dateTime", "declineDetails", "originalTransactionId", "status", "type"}


def card_sale(processor: str, card: str, capture: str, amount: float) -> Json:
    details = {"cardNumber": card, "securityCode": "123", "expirationMonth": 12, "expirationYear": 2049}
    return {
        "baseAmount": amount,
        "paymentProcessorId": processor,
        "currencyCode": "USD",
        "referenceId": f"order-{capture}",
        "transactionDetails": {"cardData": {"captureMethod": capture, "paymentMethodDetails": details}},
        "billingAddress": {"addressLine1": "123 Test St", "postalCode": "10001", "countryCode": "US"},
    }


def create_key(partner: Shop, merchant_id: str) -> Json:
    assert_token(partner.mint())
    body = {"merchantId": merchant_id, "apiKeyName": "Walk"}
    created = partner.read("POST", "/v2/api-keys", json=body)
    assert set(created) == {"clientId", "clientSecret"}
    assert GUID.fullmatch(created["clientId"])
    listed = partner.read("GET", f"/v2/api-keys?merchantId={merchant_id}")["apiKeys"]
    assert {"clientId": created["clientId"], "merchantId": merchant_id, "apiKeyName": "Walk"} in listed
    return created


def card_processor(shop: Shop) -> str:
    config = shop.read("GET", "/v2/settings/payment-config")
    assert config["availableCurrencies"] == ["USD"]
    assert config["zeroCostProcessingOption"] in {"None", "CashDiscount", "DualPricing", "Surcharge"}
    assert set(config["addressVerificationServiceOptions"]) == {"isEnabled", "profile"}
    chosen = [one for one in config["availablePaymentProcessors"] if one["type"] in {"Tsys", "SandboxCard"}]
    assert len(chosen) == 1
    assert set(chosen[0]) == {*("paymentProcessorId", "processorName", "isDefault", "type", "settlementBatchTimeSlots")}
    processor: str = chosen[0]["paymentProcessorId"]
    return processor


def pay(shop: Shop, processor: str) -> str:
    """A declined sale, a sale, an authorisation with its capture; gives the id of the captured one."""
    declined = shop.read("POST", "/v2/transactions", json=card_sale(processor, "4000000010510008", "Auto", 5))
    assert_transaction(declined, "Declined", "Sale", 5.0)
    assert declined["declineDetails"] == {"code": "51", "message": "Insufficient funds"}
    sale = shop.read("POST", "/v2/transactions", json=card_sale(processor, "4111111111111111", "Auto", 10.5))
    assert_transaction(sale, "Captured", "Sale", 10.5)
    held = shop.read("POST", "/v2/transactions", json=card_sale(processor, "4111111111111111", "Manual", 20))
    assert_transaction(held, "Authorized", "Authorization", 20.0)
    captured = shop.read("POST", f"/v2/transactions/{held['transactionId']}/capture", json={"captureAmount": 15})
    assert_transaction(captured, "Captured", "Authorization", 15.0)
    listed = shop.read("GET", "/v2/transactions?pageSize=2&pageIndex=0")
    assert listed["pageInfo"] == {"pageIndex": 0, "pageSize": 2, "totalItems": 3, "totalPages": 2, "hasMore": True}
    assert [item["transactionId"] for item in listed["items"]] == [held["transactionId"], sale["transactionId"]]
    transaction_id: str = held["transactionId"]
    return transaction_id


def subscribe(shop: Shop, url: str) -> Json:
    types = {item["eventType"] for item in shop.read("GET", "/v2/webhooks/event-types")["items"]}
    wanted = ["transaction.card.voided", "transaction.card.captured"]
    assert set(wanted) <= types
    body = {"endpointName": "Shop", "endpointUrl": url, "eventTypes": wanted}
    endpoint = shop.read("POST", "/v2/webhooks/endpoints", json=body)
    assert re.fullmatch("[0-9a-f]{64}", endpoint["hmacSecret"])
    pinged = shop.read("POST", f"/v2/webhooks/endpoints/{endpoint['endpointId']}/ping")
    assert set(pinged) == {"isDelivered", "endpointHTTPResponseCode", "roundTripDurationMs", "errorMessage"}
    assert (pinged["isDelivered"], pinged["endpointHTTPResponseCode"]) == (True, 200)
    return endpoint


def test_the_documented_order(sandbox: tuple[Json, httpx.Client]) -> None:
    urls, client = sandbox
    partner = Shop(urls, client, **urls["partner"])
    created = create_key(partner, urls["merchant"]["merchant_id"])
    shop = Shop(urls, client, created["clientId"], created["clientSecret"])
    assert_token(shop.mint())
    assert_empty(shop.call("GET", "/v2/ping"))
    processor = card_processor(shop)
    transaction_id = pay(shop, processor)

    with Receiver() as receiver:
        endpoint = subscribe(shop, receiver.url)
        voided = shop.read("POST", f"/v2/transactions/{transaction_id}/reversal")
        assert_transaction(voided, "Voided", "Authorization", 15.0)
        (ping_headers, ping_body), (headers, body) = receiver.wait(2)
        assert verifies(ping_headers, ping_body, endpoint["hmacSecret"])
        assert verifies(headers, body, endpoint["hmacSecret"])
        event = httpx.Response(200, content=body).json()
        assert set(event) == {"id", "type", "created", "apiVersion", "data"}
        assert (event["type"], event["data"]["object"]["id"]) == ("transaction.card.voided", transaction_id)
        assert headers["flute-webhook-id"] == event["id"]

    assert_empty(partner.call("DELETE", f"/v2/api-keys/{created['clientId']}"))
    refused = shop.call("GET", "/v2/settings/payment-config")
    assert (refused.status_code, refused.content) == (401, b"")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    refused = shop.mint()
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    again = partner.call("DELETE", f"/v2/api-keys/{created['clientId']}")
    assert (again.status_code, again.json()["errorCode"]) == (404, "N0000")
    assert again.headers["x-correlation-id"] == again.json()["correlationId"]


def test_a_ping_that_cannot_be_delivered_is_still_a_200(sandbox: tuple[Json, httpx.Client]) -> None:
    urls, client = sandbox
    shop = Shop(urls, client, urls["merchant"]["client_id"], urls["merchant"]["client_secret"])
    shop.mint()
    body = {"endpointName": "Away", "endpointUrl": "https://hooks.example/x", "eventTypes": ["invoice.paid"]}
    endpoint = shop.read("POST", "/v2/webhooks/endpoints", json=body)
    pinged = shop.read("POST", f"/v2/webhooks/endpoints/{endpoint['endpointId']}/ping")
    assert (pinged["isDelivered"], pinged["endpointHTTPResponseCode"]) == (False, None)
    logs = shop.read("GET", "/v2/webhooks/delivery-logs?deliveryLogStatus=Failure")
    assert logs["items"][0]["endpointUrl"] == "https://hooks.example/x"
    assert logs["items"][0]["errorMessage"] == "The emulator delivers to loopback addresses only."
