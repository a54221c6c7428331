from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import pytest

from readiness.emulator.core.webhook_delivery import Delivery, DeliveryResult, sign
from tests.emulator.driver import SANDBOX, Driver, parsed, response_of

ENDPOINTS = "/v2/webhooks/endpoints"
URL = "https://127.0.0.1:9/hook"
OK = DeliveryResult(204, 12)


def create(driver: Driver, token: str, **extra: Any) -> dict[str, Any]:
    body = {"endpointName": "Shop", "endpointUrl": URL, "eventTypes": ["transaction.card.captured"], **extra}
    response = driver.call("POST", ENDPOINTS, token, body)
    assert response.status == 200, response.body
    created: dict[str, Any] = parsed(response)
    return created


def settle(driver: Driver, token: str, method: str, target: str, result: DeliveryResult) -> Any:
    exchange = driver.exchange(method, target, headers={"Authorization": f"Bearer {token}"})
    assert exchange.waits_for is not None
    driver.core.resume(exchange, result)
    return parsed(response_of(exchange))


def deliver(driver: Driver, token: str, result: DeliveryResult = OK) -> list[Delivery]:
    """Make a sale and play the receiver of what it causes."""
    body = (
        b'{"baseAmount":1,"paymentProcessorId":"%s","transactionDetails":{"cardData":{"paymentMethodDetails":'
        b'{"cardNumber":"4111111111111111","expirationMonth":12,"expirationYear":2030}}}}'
    ) % driver.processor().encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    exchange = driver.exchange("POST", "/v2/transactions", headers=headers, body=body)
    for pending in exchange.deliveries:
        pending.finish(result)
    return [pending.delivery for pending in exchange.deliveries]


def test_the_secret_is_shown_once(driver: Driver, merchant: str) -> None:
    created = create(driver, merchant)
    assert re.fullmatch("[0-9a-f]{64}", created["hmacSecret"])
    assert created["endpointStatus"] == "Active"
    listed = parsed(driver.call("GET", ENDPOINTS, merchant))
    assert set(listed) == {"items", "pageInfo"}
    assert set(listed["items"][0]) == {
        *("endpointId", "endpointName", "endpointUrl", "endpointStatus", "eventTypes", "createdOn", "modifiedOn")
    }
    assert driver.core.environments[SANDBOX].is_secret(created["hmacSecret"])


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"endpointUrl": "http://localhost/x"}, "EndpointUrl"),
        ({"endpointUrl": "https://"}, "EndpointUrl"),
        ({"endpointUrl": "https://[x"}, "EndpointUrl"),
        ({"endpointUrl": "https://a/" + "x" * 2048}, "EndpointUrl"),
        ({"eventTypes": []}, "EventTypes"),
        ({"eventTypes": ["merchant.created", "merchant.created"]}, "EventTypes"),
        ({"endpointName": "x" * 256}, "EndpointName"),
        ({"eventTypes": ["ping"]}, "$.eventTypes[0]"),
        ({"eventTypes": ["refund.completed"]}, "$.eventTypes[0]"),
        ({"name": "old"}, "$.name"),
    ],
)
def test_endpoint_rules(driver: Driver, merchant: str, changes: dict[str, Any], key: str) -> None:
    body = {"endpointName": "Shop", "endpointUrl": URL, "eventTypes": ["merchant.created"], **changes}
    response = driver.call("POST", ENDPOINTS, merchant, body)
    assert response.status == 400
    assert list(parsed(response)["errors"]) == [key]


def test_plain_http_by_setting(driver: Driver, merchant: str) -> None:
    driver.configure(http_webhook_endpoints=True)
    create(driver, merchant, endpointUrl="http://127.0.0.1:9/hook")


def test_patch_delete(driver: Driver, merchant: str) -> None:
    path = f"{ENDPOINTS}/{create(driver, merchant)['endpointId']}"
    changed = parsed(driver.call("PATCH", path, merchant, {"endpointStatus": "Inactive"}))
    assert (changed["endpointStatus"], changed["endpointName"]) == ("Inactive", "Shop")
    changed = parsed(driver.call("PATCH", path, merchant, {"eventTypes": ["invoice.paid"]}))
    assert changed["eventTypes"] == ["invoice.paid"]
    assert driver.call("PATCH", path, merchant, {"endpointUrl": "http://x/"}).status == 400
    gone = driver.call("DELETE", path, merchant)
    assert (gone.status, gone.body) == (200, b"")
    assert driver.call("GET", path, merchant).status == 404


def test_list_filters_and_order(driver: Driver, merchant: str) -> None:
    for name in ("b", "c", "a"):
        create(driver, merchant, endpointName=name)
        driver.core.clock.advance(1)

    def names(query: str) -> list[str]:
        return [one["endpointName"] for one in parsed(driver.call("GET", f"{ENDPOINTS}?{query}", merchant))["items"]]

    assert names("") == ["a", "c", "b"]
    assert names("sortBy=endpointName&sortOrder=Asc") == ["a", "b", "c"]
    assert names("search=C") == ["c"]
    assert names("endpointStatus=Inactive") == []
    assert names("pageSize=1&pageIndex=1") == ["c"]


def test_a_sale_is_delivered_signed_to_active_subscribers(driver: Driver, merchant: str) -> None:
    created = create(driver, merchant)
    create(driver, merchant, eventTypes=["invoice.paid"])
    inactive = create(driver, merchant)
    driver.call("PATCH", f"{ENDPOINTS}/{inactive['endpointId']}", merchant, {"endpointStatus": "Inactive"})
    (delivery,) = deliver(driver, merchant)
    headers = dict(delivery.headers)
    stamp = headers["Flute-Webhook-Timestamp"]
    expected = sign(created["hmacSecret"], headers["Flute-Webhook-ID"], stamp, delivery.body)
    assert headers["Flute-Webhook-Signature"] == expected
    assert stamp == "1790000000"
    event = json.loads(delivery.body)
    assert (event["type"], event["apiVersion"], event["id"]) == (
        "transaction.card.captured",
        "v2",
        headers["Flute-Webhook-ID"],
    )
    assert event["data"]["object"]["resourceType"] == "transaction"


def test_key_events_reach_subscribers(driver: Driver, merchant: str, partner: str) -> None:
    create(driver, merchant, eventTypes=["api_key.created", "api_key.deleted"])
    merchant_id = driver.core.environments[SANDBOX].account.merchant_id
    payload = {"merchantId": merchant_id, "apiKeyName": "x"}
    created = parsed(driver.call("POST", "/v2/api-keys", partner, payload))
    driver.call("DELETE", f"/v2/api-keys/{created['clientId']}", partner)
    logs = parsed(driver.call("GET", "/v2/webhooks/delivery-logs", merchant))["items"]
    assert [log["eventType"] for log in logs] == ["api_key.deleted", "api_key.created"]


def test_a_failed_ping_is_a_200(driver: Driver, merchant: str) -> None:
    path = f"{ENDPOINTS}/{create(driver, merchant)['endpointId']}/ping"
    assert settle(driver, merchant, "POST", path, OK) == {
        "isDelivered": True,
        "endpointHTTPResponseCode": 204,
        "roundTripDurationMs": 12,
        "errorMessage": None,
    }
    failed = settle(driver, merchant, "POST", path, DeliveryResult(None, 3, "ConnectError: refused"))
    assert (failed["isDelivered"], failed["errorMessage"]) == (False, "ConnectError: refused")
    refused = settle(driver, merchant, "POST", path, DeliveryResult(401, 3))
    assert (refused["isDelivered"], refused["errorMessage"]) == (False, "The endpoint answered 401.")


def test_delivery_logs(driver: Driver, merchant: str) -> None:
    created = create(driver, merchant)
    deliver(driver, merchant, DeliveryResult(500, 8, headers=(("x-a", "b"),), body="no"))
    driver.core.clock.advance(1)
    deliver(driver, merchant)
    base = "/v2/webhooks/delivery-logs"
    items = parsed(driver.call("GET", base, merchant))["items"]
    assert [item["deliveryLogStatus"] for item in items] == ["Success", "Failure"]
    assert set(items[0]) == {
        *("deliveryLogId", "endpointId", "endpointName", "endpointUrl", "eventId", "eventType", "attemptNumber"),
        *("deliveryLogStatus", "endpointHTTPResponseCode", "roundTripDurationMs", "errorMessage", "createdOn"),
    }
    failures = parsed(driver.call("GET", f"{base}?deliveryLogStatus=Failure", merchant))["items"]
    assert len(failures) == 1
    assert len(parsed(driver.call("GET", f"{base}?endpointHTTPResponseCode=204", merchant))["items"]) == 1
    assert len(parsed(driver.call("GET", f"{base}?endpointId={created['endpointId']}", merchant))["items"]) == 2
    detail = parsed(driver.call("GET", f"{base}/{failures[0]['deliveryLogId']}", merchant))
    assert detail["responseHeaders"] == {"x-a": "b"}
    assert (detail["responseBody"], detail["nextRetryAt"]) == ("no", None)
    assert "Flute-Webhook-Signature" in detail["requestHeaders"]


def test_retry(driver: Driver, merchant: str) -> None:
    created = create(driver, merchant)
    deliver(driver, merchant, DeliveryResult(500, 8))
    base = "/v2/webhooks/delivery-logs"
    first = parsed(driver.call("GET", base, merchant))["items"][0]
    again = settle(driver, merchant, "POST", f"{base}/{first['deliveryLogId']}/retry", OK)
    assert (again["attemptNumber"], again["deliveryLogStatus"]) == (2, "Success")
    assert again["eventId"] == first["eventId"]
    refused = driver.call("POST", f"{base}/{again['deliveryLogId']}/retry", merchant)
    assert (refused.status, "only Failure is retryable" in parsed(refused)["details"]) == (400, True)
    settle(driver, merchant, "POST", f"{ENDPOINTS}/{created['endpointId']}/ping", DeliveryResult(None, 1, "x"))
    ping = parsed(driver.call("GET", f"{base}?eventType=ping", merchant))["items"][0]
    refused = driver.call("POST", f"{base}/{ping['deliveryLogId']}/retry", merchant)
    assert parsed(refused)["details"] == "Ping deliveries are synthetic and not retryable"
    driver.call("DELETE", f"{ENDPOINTS}/{created['endpointId']}", merchant)
    assert driver.call("POST", f"{base}/{first['deliveryLogId']}/retry", merchant).status == 404
    assert len(parsed(driver.call("GET", base, merchant))["items"]) == 3


def test_export(driver: Driver, merchant: str) -> None:
    create(driver, merchant)
    deliver(driver, merchant)
    base = "/v2/webhooks/delivery-logs/export"
    table = driver.call("GET", base, merchant)
    assert dict(table.headers)[b"content-disposition"] == b"attachment; filename=delivery-logs.csv"
    assert table.body.splitlines()[0].startswith(b"deliveryLogId,endpointId,")
    assert len(parsed(driver.call("GET", f"{base}?format=Json", merchant))) == 1
    assert driver.call("GET", f"{base}?format=Xml", merchant).status == 400


def test_event_types(driver: Driver, merchant: str) -> None:
    items = parsed(driver.call("GET", "/v2/webhooks/event-types", merchant))["items"]
    assert len(items) == 31
    assert set(items[0]) == {"eventType", "description", "group"}
    assert "ping" not in [item["eventType"] for item in items]


class OldNames(NamedTuple):
    endpoint: set[str]
    event_type: set[str]
    log: set[str]
    ping: set[str]
    created: set[str]


G1 = OldNames(
    endpoint={"id", "name", "endpointUrl", "status", "eventTypes", "createdOn", "modifiedOn"},
    event_type={"id", "name", "description", "group"},
    log={"id", "webhookEndpointId", "webhookName", "status", "responseStatusCode", "durationMs"},
    ping={"success", "statusCode", "durationMs", "errorMessage"},
    created={"id", "secret", "createdAt"},
)
G2 = OldNames(
    endpoint={"endpointId", "webhookName", "endpointUrl", "status", "eventTypes", "createdOn", "modifiedOn"},
    event_type={"eventTypeId", "name", "description", "group"},
    log={"deliveryLogId", "webhookName", "deliveryAttemptStatus", "roundTripDurationMs"},
    ping={"success", "statusCode", "roundTripDurationMs", "errorMessage"},
    created={"endpointId", "hmacSecret", "createdAt"},
)


@pytest.mark.parametrize(("generation", "names"), [("G1", G1), ("G2", G2)])
def test_older_names(driver: Driver, merchant: str, generation: str, names: OldNames) -> None:
    driver.configure(generation=generation)
    name = "name" if generation == "G1" else "webhookName"
    body = {name: "Shop", "endpointUrl": URL, "eventTypes": ["transaction.card.captured"]}
    created = parsed(driver.call("POST", ENDPOINTS, merchant, body))
    assert names.created <= set(created)
    (listed,) = parsed(driver.call("GET", f"{ENDPOINTS}?name=shop", merchant))["data"]
    assert set(listed) == names.endpoint
    path = f"{ENDPOINTS}/{created['id' if generation == 'G1' else 'endpointId']}"
    assert driver.call("PUT", path, merchant, {**body, "status": "Inactive"}).status == 200
    assert driver.call("PATCH", path, merchant, body).status == 405
    assert set(settle(driver, merchant, "POST", f"{path}/ping", OK)) == names.ping
    types = parsed(driver.call("GET", "/v2/webhooks/event-types", merchant))["data"]
    assert len(types) == 29
    assert set(types[0]) == names.event_type
    logs = parsed(driver.call("GET", "/v2/webhooks/delivery-logs", merchant))
    assert logs["total"] == 1
    assert names.log <= set(logs["items"][0])
    assert driver.call("DELETE", path, merchant).status == 204
