"""Fingerprints of values that were found: they tell equal ones from others, in this run only."""

from __future__ import annotations

import hashlib
import secrets

_KEY = secrets.token_bytes(32)
"""Dies with the process."""


def fingerprint_of(value: str) -> str:
    """Sixteen hex digits."""
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=_KEY, digest_size=8).hexdigest()
