"""API keys of one environment, and what their deletion means for whom and when."""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.settings import Settings

KeyKind = Literal["merchant", "partner"]


@dataclass(slots=True)
class ApiKey:
    """A client id with its secret. Times are virtual; `inf` means never."""

    client_id: str
    client_secret: str
    kind: KeyKind
    merchant_id: str
    name: str
    created_at: float
    deleted_at: float = math.inf
    mint_ends_at: float = math.inf
    tokens_end_at: float = math.inf
    unlisted_at: float = math.inf


class KeyStore:
    """The keys of one environment; another one knows none of them."""

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self._keys: dict[str, ApiKey] = {}

    def create(
        self,
        kind: KeyKind,
        merchant_id: str,
        name: str,
        now: float,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> ApiKey:
        """A new key; the portal may be told id and secret. Raises ValueError if the id is taken."""
        client_id = client_id or new_uuid(self._randomness)
        if client_id in self._keys:
            raise ValueError("That client id exists already.")
        secret = client_secret or new_uuid(self._randomness)
        key = ApiKey(client_id, secret, kind, merchant_id, name, now)
        self._keys[client_id] = key
        return key

    def delete(self, client_id: str, now: float, settings: Settings) -> ApiKey | None:
        """Delete a key with the lags in force now; None if there is none, or none any more."""
        key = self._keys.get(client_id)
        if key is None or key.deleted_at <= now:
            return None
        key.deleted_at = now
        key.mint_ends_at = _after(now, settings.mint_lag)
        key.tokens_end_at = _after(now, settings.token_lag)
        key.unlisted_at = _after(now, settings.list_lag)
        return key

    def get(self, client_id: str) -> ApiKey | None:
        """The key with that id, deleted or not."""
        return self._keys.get(client_id)

    def authenticate(self, client_id: str, client_secret: str, now: float) -> ApiKey | None:
        """The key, if the secret is right and it may still mint."""
        key = self._keys.get(client_id)
        if key is None or now >= key.mint_ends_at:
            return None
        return key if hmac.compare_digest(key.client_secret.encode(), client_secret.encode()) else None

    def listed(self, merchant_id: str | None, now: float) -> Iterator[ApiKey]:
        """Merchant keys as the vendor lists them: of one merchant, or of all."""
        for key in self._keys.values():
            if key.kind == "merchant" and now < key.unlisted_at and merchant_id in (None, key.merchant_id):
                yield key

    def holds_secret(self, text: str) -> bool:
        """Whether the text is the secret of a key."""
        return any(key.client_secret == text for key in self._keys.values())


def _after(now: float, lag: float | None) -> float:
    return math.inf if lag is None else now + lag
