"""Deliveries to order: signed rightly, or wrong in one of the ways a receiver must notice."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from readiness.emulator.core.messages import encode
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.webhook_delivery import Delivery, sign
from readiness.emulator.core.webhook_events import payload
from readiness.model import Environment, Record

HEADERS = {
    "id": "Flute-Webhook-ID",
    "timestamp": "Flute-Webhook-Timestamp",
    "signature": "Flute-Webhook-Signature",
}


class DeliveryOrder(Record):
    """Body of `POST /webhooks/deliver`."""

    url: str
    environment: Environment = Environment.SANDBOX
    event_type: str = "transaction.card.captured"
    data: dict[str, Any] | None = None
    """Member `data` of the body; null: some transaction."""
    body: str | None = None
    """The whole body as text, instead of one made from event type and data."""
    formatting: Literal["compact", "spaced", "indented", "reordered"] = "compact"
    """How the JSON is written; all mean the same, and each has its own signature."""
    webhook_id: Annotated[str, Field(min_length=1)] | None = None
    """Null: a new one. Give one to deliver the same event twice or out of order."""
    secret: str | None = None
    """Signs with this; null: the environment's webhook secret."""
    timestamp_offset: Annotated[float, Field(ge=-(10**9), le=10**9, allow_inf_nan=False)] = 0.0
    """Seconds added to the timestamp, which is signed too."""
    tamper: Literal["none", "body", "signature"] = "none"
    """Changes the body, or spoils the signature, after signing."""
    omit_header: Literal["id", "timestamp", "signature"] | None = None
    copies: Annotated[int, Field(ge=1, le=20)] = 1
    """How often the very same delivery is made, one after the other."""


def make_delivery(order: DeliveryOrder, secret: str, now: float, randomness: Randomness) -> Delivery:
    """The delivery that was ordered. `now` is real time."""
    webhook_id = order.webhook_id or new_uuid(randomness)
    stamp = str(int(now + order.timestamp_offset))
    body = _body(order, webhook_id, int(now), randomness)
    signature = sign(order.secret or secret, webhook_id, stamp, body)
    if order.tamper == "signature":
        signature = signature[:3] + ("B" if signature[3] == "A" else "A") + signature[4:]
    headers = {"id": webhook_id, "timestamp": stamp, "signature": signature}
    kept = [(HEADERS[name], value) for name, value in headers.items() if name != order.omit_header]
    sent = _changed(body) if order.tamper == "body" else body
    return Delivery(order.url, (("Content-Type", "application/json"), *kept), sent)


def _changed(body: bytes) -> bytes:
    """The body with another meaning: who parses before verifying would not see another white space."""
    spot = max((index for index, byte in enumerate(body) if bytes((byte,)).isalnum()), default=len(body))
    other = b"2" if body[spot : spot + 1] == b"1" else b"1"
    return body[:spot] + other + body[spot + 1 :]


def _body(order: DeliveryOrder, webhook_id: str, created: int, randomness: Randomness) -> bytes:
    if order.body is not None:
        return order.body.encode()
    data = order.data
    if data is None:
        data = {"object": {"id": new_uuid(randomness), "resourceType": "transaction"}}
    event = payload(webhook_id, order.event_type, created, data)
    if order.formatting == "spaced":
        return json.dumps(event, separators=(" , ", " :  ")).encode() + b"\n"
    if order.formatting == "indented":
        return json.dumps(event, indent=4).encode()
    if order.formatting == "reordered":
        return encode(dict(reversed(event.items())))
    return encode(event)
