"""Whether a webhook was sent by Aurora, and lately."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from email.message import Message

WINDOW = 300.0
"""Seconds; an older or newer message may be a replay."""


def is_genuine(body: bytes, headers: Message, secret: str) -> bool:
    """Check time and signature over the raw body, byte for byte as it came."""
    event, timestamp = headers.get("Flute-Webhook-ID", ""), headers.get("Flute-Webhook-Timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(time.time() - int(timestamp)) > WINDOW:
        return False
    digest = hmac.new(secret.encode(), f"{event}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return hmac.compare_digest(expected.encode(), headers.get("Flute-Webhook-Signature", "").encode())
