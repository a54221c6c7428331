"""Field names of the older contract generations.

Everything inside is named as G4 names it; what goes out to, or comes in from, a G1 or G2 client is renamed here. G2 is
the June 2026 rename of webhook fields; in all else it is G1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.emulator.settings import Generation

Names = Mapping[str, str]
"""G4 name -> older name."""

ADDRESS: Names = {"addressLine1": "line1", "addressLine2": "line2"}

G1_NAMES: Mapping[str, Names] = {
    "api_key": {"apiKeyName": "name"},
    "payment_processor": {"paymentProcessorId": "id", "processorName": "name"},
    "payment_config": {"addressVerificationServiceOptions": "avsOptions"},
    "contact_info": {**ADDRESS, "contactInfoId": "id", "mobilePhoneNumber": "mobileNumber"},
    "transaction_request": {**ADDRESS, "isCustomerInitiatedTransaction": "customerInitiatedTransaction"}
    | {"isSameDayProcessing": "isFasterProcessing"},
    "capture_request": {"captureAmount": "amount"},
    "reversal_request": {"reversalAmount": "amount"},
    "transaction": {"transactionStatus": "status"},
    "webhook_endpoint": {
        "endpointId": "id",
        "endpointName": "name",
        "endpointStatus": "status",
        "hmacSecret": "secret",
    },
    "event_type": {"eventType": "id"},
    "delivery_log": {
        "deliveryLogId": "id",
        "endpointId": "webhookEndpointId",
        "endpointName": "webhookName",
        "deliveryLogStatus": "status",
        "endpointHTTPResponseCode": "responseStatusCode",
        "roundTripDurationMs": "durationMs",
    },
    "ping": {
        "isDelivered": "success",
        "endpointHTTPResponseCode": "statusCode",
        "roundTripDurationMs": "durationMs",
    },
}

G2_NAMES: Mapping[str, Names] = {
    **G1_NAMES,
    "webhook_endpoint": {"endpointName": "webhookName", "endpointStatus": "status"},
    "event_type": {"eventType": "eventTypeId"},
    "delivery_log": {
        **G1_NAMES["delivery_log"],
        "deliveryLogId": "deliveryLogId",
        "deliveryLogStatus": "deliveryAttemptStatus",
        "roundTripDurationMs": "roundTripDurationMs",
    },
    "ping": {"isDelivered": "success", "endpointHTTPResponseCode": "statusCode"},
}

_BY_GENERATION: Mapping[Generation, Mapping[str, Names]] = {"G1": G1_NAMES, "G2": G2_NAMES, "G4": {}}


def names(generation: Generation, shape: str) -> Names:
    """The renames of one shape; empty for the newest generation."""
    return _BY_GENERATION[generation].get(shape, {})


def outgoing(generation: Generation, shape: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with its own keys (not nested ones) named as that generation names them."""
    renames = names(generation, shape)
    return {renames.get(key, key): value for key, value in payload.items()}


def incoming(generation: Generation, shape: str, payload: Any) -> Any:
    """A request body with older names, at any depth, turned into the newest; new names are unknown to an old server."""
    renames = names(generation, shape)
    if not renames:
        return payload
    return _renamed(payload, {old: new for new, old in renames.items()}, frozenset(renames))


def _renamed(payload: Any, new_by_old: Names, unknown: frozenset[str]) -> Any:
    if isinstance(payload, dict):
        return {
            new_by_old.get(key, key): _renamed(value, new_by_old, unknown)
            for key, value in payload.items()
            if key not in unknown
        }
    if isinstance(payload, list):
        return [_renamed(value, new_by_old, unknown) for value in payload]
    return payload
