"""Webhooks: whether Aurora sent them, lately, and for the first time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from email.message import Message
from http import HTTPStatus

log = logging.getLogger("shop.webhooks")

WINDOW = 300.0
"""Seconds; an older or newer message may be a replay."""


class Webhooks:
    """Thread-safe. What was seen lives as long as the process; a bigger shop has a table for it."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.lock = threading.Lock()
        self.seen: set[str] = set()
        self.effects = 0

    def receive(self, headers: Message, body: bytes) -> HTTPStatus:
        """Let the event take effect if it is genuine and new; the status to answer with."""
        if not self.is_genuine(headers, body):
            return HTTPStatus.UNAUTHORIZED
        try:
            event = json.loads(body)
        except ValueError:
            return HTTPStatus.BAD_REQUEST
        if not isinstance(event, dict):
            return HTTPStatus.BAD_REQUEST
        if self.is_new(headers["Flute-Webhook-ID"]):
            self.effects += 1
            log.info("event %s", event.get("type"))
        return HTTPStatus.OK

    def is_genuine(self, headers: Message, body: bytes) -> bool:
        """Whether time and signature are right."""
        identifier, timestamp, signature = (
            headers.get(f"Flute-Webhook-{name}", "") for name in ("ID", "Timestamp", "Signature")
        )
        if not identifier or not self.is_recent(timestamp):
            return False
        return hmac.compare_digest(self.sign(identifier, timestamp, body).encode(), signature.encode())

    def is_recent(self, timestamp: str) -> bool:
        """Whether it was sent within the window, by our clock."""
        return timestamp.isascii() and timestamp.isdigit() and abs(time.time() - int(timestamp)) <= WINDOW

    def sign(self, identifier: str, timestamp: str, body: bytes) -> str:
        """The signature over the body, byte for byte as it came."""
        message = f"{identifier}.{timestamp}.".encode() + body
        digest = hmac.new(self.secret.encode(), message, hashlib.sha256).digest()
        return "v1," + base64.b64encode(digest).decode()

    def is_new(self, identifier: str) -> bool:
        """Whether it comes for the first time; from now on, it does not."""
        with self.lock:
            if identifier in self.seen:
                return False
            self.seen.add(identifier)
            return True
