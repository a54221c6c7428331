from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.driver import Driver, card_data, header, parsed

LIST_FIELDS = {
    *("transactionId", "transactionDateTime", "transactionStatus", "transactionType", "paymentMethodType"),
    *("referenceId", "processedAmount", "currencyCode", "amountBreakdown", "cardDetails", "cardTokenType"),
    *("achDetails", "batchId", "customerId", "merchantId", "paymentProcessorId", "pricingType", "processorDetails"),
    "source",
}
DETAIL_FIELDS = LIST_FIELDS | {
    *("addressVerificationServiceResponse", "declineDetails", "originalTransactionId", "refundDetails"),
    "transactionEvents",
}


def sale(driver: Driver, token: str, **extra: Any) -> dict[str, Any]:
    response = driver.sale(token, **extra)
    assert response.status == 200, response.body
    body: dict[str, Any] = parsed(response)
    return body


def post(driver: Driver, token: str, target: str, payload: Any = None) -> tuple[int, dict[str, Any]]:
    response = driver.call("POST", f"/v2/transactions/{target}", token, payload)
    return response.status, parsed(response)


def test_a_sale(driver: Driver, merchant: str) -> None:
    body = sale(driver, merchant, referenceId="order-1")
    assert set(body) == DETAIL_FIELDS
    assert (body["transactionStatus"], body["transactionType"]) == ("Captured", "Sale")
    assert (body["processedAmount"], body["currencyCode"], body["referenceId"]) == (10.5, "USD", "order-1")
    assert body["cardDetails"]["maskedCardNumber"] == "411111******1111"
    assert body["refundDetails"] == {"refundedAmount": 0.0, "availableRefundAmount": 10.5}
    assert body["declineDetails"] is None


@pytest.mark.parametrize(
    ("card", "status", "code"),
    [
        ("4000000010050005", "Declined", "05"),
        ("4000000020910008", "Failed", "91"),
        ("4000000010990002", "Declined", "CVV"),
    ],
)
def test_a_decline_is_a_200(driver: Driver, merchant: str, card: str, status: str, code: str) -> None:
    body = sale(driver, merchant, card=card)
    assert (body["transactionStatus"], body["declineDetails"]["code"]) == (status, code)
    assert body["processorDetails"]["authCode"] is None
    assert body["refundDetails"] is None


def test_an_address_refusal_is_a_200(driver: Driver, merchant: str) -> None:
    address = {"addressLine1": "123 Test St", "postalCode": "10001", "countryCode": "US"}
    allowed = sale(driver, merchant, billingAddress=address)
    assert allowed["addressVerificationServiceResponse"]["action"] == "Allow"
    driver.configure(avs_denies=True)
    denied = sale(driver, merchant, billingAddress=address)
    assert (denied["transactionStatus"], denied["declineDetails"]["code"]) == ("Declined", "AVS")


def test_authorise_and_capture_a_part(driver: Driver, merchant: str) -> None:
    held = sale(driver, merchant, transactionDetails=card_data("4111111111111111", "Manual"))
    assert (held["transactionStatus"], held["transactionType"]) == ("Authorized", "Authorization")
    status, _ = post(driver, merchant, f"{held['transactionId']}/capture", {"captureAmount": 11})
    assert status == 400
    status, captured = post(driver, merchant, f"{held['transactionId']}/capture", {"captureAmount": 4.25})
    assert (status, captured["transactionStatus"], captured["processedAmount"]) == (200, "Captured", 4.25)
    assert [event["type"] for event in captured["transactionEvents"]] == ["Authorization", "Capture"]
    status, again = post(driver, merchant, f"{held['transactionId']}/capture")
    assert (status, again["errorCode"]) == (400, "V0000")


def test_an_authorisation_lapses(driver: Driver, merchant: str) -> None:
    held = sale(driver, merchant, transactionDetails=card_data("4111111111111111", "Manual"))
    driver.core.clock.advance(7 * 86_400)
    status, body = post(driver, driver.token(), f"{held['transactionId']}/capture")
    assert (status, body["errorCode"], body["exceptionType"]) == (402, "P0000", "PaymentFailedException")


def test_an_unsettled_sale_is_voided_whole(driver: Driver, merchant: str) -> None:
    made = sale(driver, merchant)
    status, body = post(driver, merchant, f"{made['transactionId']}/reversal", {"reversalAmount": 1})
    assert (status, body["transactionStatus"], body["transactionType"]) == (200, "Voided", "Sale")
    status, _ = post(driver, merchant, f"{made['transactionId']}/reversal")
    assert status == 400


def test_a_settled_sale_is_refunded_in_parts(driver: Driver, merchant: str) -> None:
    made = sale(driver, merchant)
    payload = {"paymentProcessorId": driver.processor()}
    settled = driver.call("POST", "/v2/settlements/batches/close", merchant, payload)
    assert parsed(settled)["status"] == "Approve"
    path = f"{made['transactionId']}/reversal"
    status, refund = post(driver, merchant, path, {"reversalAmount": 4})
    assert (status, refund["transactionType"], refund["processedAmount"]) == (200, "Refund", 4.0)
    assert refund["originalTransactionId"] == made["transactionId"]
    shown = parsed(driver.call("GET", f"/v2/transactions/{made['transactionId']}", merchant))
    assert shown["transactionStatus"] == "Settled"
    assert shown["refundDetails"] == {"refundedAmount": 4.0, "availableRefundAmount": 6.5}
    assert post(driver, merchant, path, {"reversalAmount": 7})[0] == 400
    assert post(driver, merchant, path)[1]["processedAmount"] == 6.5
    shown = parsed(driver.call("GET", f"/v2/transactions/{made['transactionId']}", merchant))
    assert (shown["transactionStatus"], shown["batchId"] is not None) == ("Refunded", True)


def test_ach(driver: Driver, merchant: str) -> None:
    bank = {"routingNumber": "021000021", "accountNumber": "1234567890"}
    details = {"achData": {"requesterIpAddress": "192.0.2.1", "paymentMethodDetails": bank}}
    request = {
        "baseAmount": 5,
        "paymentProcessorId": driver.processor("SandboxAch"),
        "transactionDetails": details,
        "contactInfo": {"firstName": "Jo"},
        "billingAddress": {"city": "New York", "stateCode": "NY", "postalCode": "10001", "countryCode": "US"},
    }
    response = driver.call("POST", "/v2/transactions", merchant, request)
    body = parsed(response)
    assert (response.status, body["transactionStatus"], body["paymentMethodType"]) == (200, "Scheduled", "ACH")
    assert body["achDetails"]["maskedAccountNumber"] == "******7890"
    assert b"1234567890" not in response.body
    cancelled = post(driver, merchant, f"{body['transactionId']}/reversal")[1]
    assert cancelled["transactionStatus"] == "Cancelled"
    del request["billingAddress"], request["contactInfo"]
    refused = parsed(driver.call("POST", "/v2/transactions", merchant, request))
    assert set(refused["errors"]) == {"BillingAddress", "ContactInfo"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"paymentProcessorId": None}, "PaymentProcessorId"),
        ({"baseAmount": 0}, "BaseAmount"),
        ({"currencyCode": "EUR"}, "CurrencyCode"),
        ({"transactionDetails": {}}, "TransactionDetails"),
        ({"transactionDetails": {"cardData": {}}}, "TransactionDetails.CardData"),
        ({"transactionDetails": card_data("4111111111111112")}, None),
        ({"extraAmounts": {"tipAmount": 1, "tipRate": 2}}, "TipRate"),
        ({"referenceId": "x" * 101}, "ReferenceId"),
    ],
)
def test_validation(driver: Driver, merchant: str, changes: dict[str, Any], key: str | None) -> None:
    response = driver.sale(merchant, **changes)
    body = parsed(response)
    assert (response.status, body["errorCode"]) == (400, "V0000")
    assert header(response, "x-correlation-id") == body["correlationId"]
    assert key is None or key in body["errors"]
    assert [entry.malformed for entry in driver.core.journal][-1]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 10},
        {"customerInitiatedTransaction": True},
        {"billingAddress": {"line1": "x"}},
        {"baseAmount": "10.50"},
        {"baseAmount": True},
        {"transactionDetails": {"cardData": {"captureMethod": "Later"}}},
    ],
)
def test_old_names_and_wrong_types_do_not_bind(driver: Driver, merchant: str, changes: dict[str, Any]) -> None:
    response = driver.sale(merchant, **changes)
    assert response.status == 400
    assert "traceId" in parsed(response)


def test_an_expired_card_is_told_at_form_level(driver: Driver, merchant: str) -> None:
    details = card_data("4111111111111111")
    details["cardData"]["paymentMethodDetails"]["expirationYear"] = 2020
    assert parsed(driver.sale(merchant, transactionDetails=details))["errors"] == {"": ["Card has expired"]}


def test_a_card_sale_to_an_ach_processor_is_a_bare_400(driver: Driver, merchant: str) -> None:
    response = driver.sale(merchant, paymentProcessorId=driver.processor("SandboxAch"))
    assert (response.status, response.body) == (400, b"")
    processor = driver.processor()
    driver.configure(sandbox_processors=["SandboxAch"])
    payload = {"baseAmount": 1, "paymentProcessorId": processor, "transactionDetails": card_data("4111111111111111")}
    body = parsed(driver.call("POST", "/v2/transactions", merchant, payload))
    assert body["details"] == "No active Card processor found for merchant"


def test_the_optional_duplicate_check(driver: Driver, merchant: str) -> None:
    driver.configure(duplicate_check=True)
    sale(driver, merchant, referenceId="a")
    sale(driver, merchant, referenceId="b")
    refused = driver.sale(merchant, referenceId="a")
    assert list(parsed(refused)["errors"]) == ["IsDuplicate"]
    driver.core.clock.advance(600)
    sale(driver, merchant, referenceId="a")


def test_ids(driver: Driver, merchant: str) -> None:
    assert driver.call("GET", "/v2/transactions/nothing", merchant).status == 400
    unknown = driver.call("GET", "/v2/transactions/11111111-1111-4111-8111-111111111111", merchant)
    assert unknown.status == 404
    assert parsed(unknown)["entityId"] is None


def test_the_oldest_are_forgotten(driver: Driver, merchant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.emulator.core.transactions.MAX_RECORDS", 1)
    first, second = sale(driver, merchant), sale(driver, merchant)
    assert driver.call("GET", f"/v2/transactions/{first['transactionId']}", merchant).status == 404
    assert driver.call("GET", f"/v2/transactions/{second['transactionId']}", merchant).status == 200


def test_g1_names_and_shapes(driver: Driver, merchant: str) -> None:
    driver.configure(generation="G1")
    address = {"line1": "123 Test St"}
    made = sale(driver, merchant, customerInitiatedTransaction=True, billingAddress=address, deviceId="x")
    assert (made["transactionStatus"], made["processedAmount"]) == ("Approved", 10.5)
    assert made["processorResponse"]["responseCode"] == "00"
    shown = parsed(driver.call("GET", f"/v2/transactions/{made['transactionId']}", merchant))
    assert shown["status"] == "Captured"
    assert "transactionStatus" not in shown
    held = sale(driver, merchant, transactionDetails=card_data("4111111111111111", "Manual"))
    assert held["transactionStatus"] == "Pending"
    _, captured = post(driver, merchant, f"{held['transactionId']}/capture", {"amount": 2})
    assert captured["processedAmount"] == 2.0
    listed = parsed(driver.call("GET", "/v2/transactions?page=0&pageSize=1", merchant))
    assert (listed["total"], len(listed["items"])) == (2, 1)
