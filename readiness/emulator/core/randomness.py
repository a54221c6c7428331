"""Ids, secrets and tokens, made from an injected source of random bytes."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable

Randomness = Callable[[int], bytes]
"""Gives so many random bytes."""


def new_uuid(randomness: Randomness) -> str:
    """A version 4 UUID."""
    return str(uuid.UUID(bytes=randomness(16), version=4))


def new_opaque(randomness: Randomness, size: int = 48) -> str:
    """An opaque text of `size` random bytes, without structure a client could decode."""
    return base64.urlsafe_b64encode(randomness(size)).decode().rstrip("=")


def new_hex(randomness: Randomness, size: int = 32) -> str:
    """Hex text; webhook secrets are 64 such digits."""
    return randomness(size).hex()
