"""The event types of webhooks, and the thin payload they come in (facts: webhooks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.emulator.core.messages import encode

PING = "ping"

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Settlements": ("settlement.batch.completed",),
    "Card Transactions": tuple(
        f"transaction.card.{name}" for name in ("authorized", "captured", "declined", "failed", "voided", "refunded")
    ),
    "ACH Transactions": tuple(
        f"transaction.ach.{name}"
        for name in ("scheduled", "in_progress", "held", "cancelled", "cleared", "charged_back", "failed", "refunded")
    ),
    "Invoices": ("invoice.created", "invoice.paid"),
    "Subscriptions": tuple(f"subscription.{name}" for name in ("created", "paid", "payment_failed", "delinquent")),
    "Quick Payments": ("quick_payment.created", "quick_payment.paid"),
    "Merchants": ("merchant.created",),
    "API Keys": ("api_key.created", "api_key.deleted"),
    "Terminals": ("terminal.added", "terminal.deactivated", "terminal.out_of_paper"),
    "Payment Sessions": ("payment_session.created", "payment_session.completed"),
}
SINCE_G3 = frozenset(_GROUPS["Payment Sessions"])
GROUP_BY_TYPE: Mapping[str, str] = {event: group for group, events in _GROUPS.items() for event in events}
"""Event types that can be subscribed to, with their groups; `ping` is not one of them."""


def payload(event_id: str, event_type: str, created: int, data: Any) -> dict[str, Any]:
    """What is delivered: thin, the receiver fetches the resource."""
    return {"id": event_id, "type": event_type, "created": created, "apiVersion": "v2", "data": data}


def thin_body(event_id: str, event_type: str, created: int, object_id: str, resource_type: str) -> bytes:
    """The body of an event about one object."""
    data = {"object": {"id": object_id, "resourceType": resource_type}}
    return encode(payload(event_id, event_type, created, data))
