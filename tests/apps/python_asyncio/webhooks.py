"""Aurora's webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any


class WebhookError(Exception):
    """The webhook is not accepted; `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Webhooks:
    """Checks webhooks and carries out each once."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.done: set[str] = set()
        self.effects = 0

    def handle(self, headers: Mapping[str, str], body: bytes) -> None:
        """Check it and carry it out. Raises WebhookError."""
        try:
            identifier, sent, signature = (
                headers[f"flute-webhook-{name}"] for name in ("id", "timestamp", "signature")
            )
        except KeyError:
            raise WebhookError(400) from None
        if not self.on_time(sent) or not hmac.compare_digest(
            signature.encode(), self.signature(identifier, sent, body).encode()
        ):
            raise WebhookError(401)
        try:
            event = json.loads(body)
        except ValueError:
            raise WebhookError(400) from None
        if not self.is_known(identifier):
            self.carry_out(event)

    def on_time(self, sent: str) -> bool:
        """Whether it was sent at most five minutes ago, or seems to be by clocks that differ."""
        return sent.isdecimal() and abs(time.time() - int(sent)) <= 300

    def signature(self, identifier: str, sent: str, body: bytes) -> str:
        """What Aurora would have signed it with."""
        mac = hmac.new(self.secret.encode(), b".".join((identifier.encode(), sent.encode(), body)), hashlib.sha256)
        return "v1," + base64.b64encode(mac.digest()).decode()

    def is_known(self, identifier: str) -> bool:
        """Whether it came before."""
        known = identifier in self.done
        self.done.add(identifier)
        return known

    def carry_out(self, _: Any) -> None:
        """Do what has to be done about the event."""
        self.effects += 1
