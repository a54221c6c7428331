"""Signed deliveries: what is sent to an endpoint, and what came of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from readiness.emulator.core.messages import Response


def sign(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The `Flute-Webhook-Signature` value (facts: webhooks).

    HMAC-SHA256 over id, dot, timestamp, dot and the raw body. The key is the secret's text as it stands: hex is not
    decoded, a `whsec_` prefix not removed.
    """
    message = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def is_loopback(url: str) -> bool:
    """Whether an http or https URL stays on this machine; nothing else is ever contacted."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to a webhook endpoint."""

    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What came back; `status` is None if nothing did. Duration in milliseconds."""

    status: int | None
    duration_ms: int
    error: str | None = None
    headers: Sequence[tuple[str, str]] = ()
    body: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the endpoint answered 2xx."""
        return self.status is not None and 200 <= self.status < 300


NOT_LOOPBACK = DeliveryResult(None, 0, "The emulator delivers to loopback addresses only.")


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A delivery the server is to make; `finish` records the outcome and gives the response, if one waits for it."""

    delivery: Delivery
    finish: Callable[[DeliveryResult], Response]
