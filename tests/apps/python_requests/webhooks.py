"""Verification of Aurora's webhooks."""

from __future__ import annotations

import base64
import hmac
import threading
import time
from collections.abc import Mapping


class Receiver:
    """Verifies webhooks and counts those that take effect."""

    def __init__(self, secret: str) -> None:
        self.secret = secret.encode()
        self.seen: set[str] = set()
        self.lock = threading.Lock()

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether Aurora signed these very bytes within the last five minutes."""
        event, sent = headers.get("flute-webhook-id"), headers.get("flute-webhook-timestamp")
        if not event or not sent or not self.is_recent(sent):
            return False
        digest = hmac.digest(self.secret, f"{event}.{sent}.".encode() + body, "sha256")
        expected = f"v1,{base64.b64encode(digest).decode()}"
        return hmac.compare_digest(expected.encode(), headers.get("flute-webhook-signature", "").encode())

    def is_recent(self, sent: str) -> bool:
        """Whether that time is at most five minutes off."""
        try:
            return abs(time.time() - int(sent)) <= 300
        except ValueError:
            return False

    def take(self, event: str) -> None:
        """Let the event take effect, once."""
        with self.lock:
            self.seen.add(event)

    @property
    def effects(self) -> int:
        """How many events took effect."""
        return len(self.seen)
