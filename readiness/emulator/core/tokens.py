"""Opaque access and refresh tokens of one environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from readiness.emulator.core.keys import ApiKey
from readiness.emulator.core.randomness import Randomness, new_opaque

TokenState = Literal["none", "valid", "expired", "revoked", "unknown", "other_environment"]

MAX_TOKENS = 50_000
"""Tokens remembered, expired ones too; the oldest are forgotten first and then count as unknown."""
REFRESH_TTL = 14 * 86_400
"""Lifetime of a refresh token in seconds; unpublished, OpenIddict's default."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token issued with a key."""

    value: str
    key: ApiKey
    issued_at: float
    expires_at: float

    def state(self, now: float) -> TokenState:
        """Expiry counts first: a token that is both expired and revoked is expired."""
        if now >= self.expires_at:
            return "expired"
        return "revoked" if now >= self.key.tokens_end_at else "valid"


class TokenStore:
    """Access and refresh tokens by value."""

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}

    def issue(self, key: ApiKey, now: float, ttl: int) -> Token:
        """A new access token."""
        return self._remember(self._access, key, now, ttl)

    def issue_refresh(self, key: ApiKey, now: float) -> Token:
        """A new refresh token."""
        return self._remember(self._refresh, key, now, REFRESH_TTL)

    def get(self, value: str) -> Token | None:
        """The access token with that value."""
        return self._access.get(value)

    def redeem(self, value: str, now: float) -> Token | None:
        """Use a refresh token, which works once."""
        token = self._refresh.pop(value, None)
        return token if token is not None and token.state(now) == "valid" else None

    def values(self) -> Iterator[str]:
        """Every token that is remembered, of both kinds."""
        yield from self.access_values()
        yield from tuple(self._refresh)

    def access_values(self) -> Iterator[str]:
        """Every access token that is remembered."""
        yield from tuple(self._access)

    def holds(self, text: str) -> bool:
        """Whether the text is a token of this environment, of either kind."""
        return text in self._access or text in self._refresh

    def _remember(self, tokens: dict[str, Token], key: ApiKey, now: float, ttl: int) -> Token:
        token = Token(new_opaque(self._randomness), key, now, now + ttl)
        tokens[token.value] = token
        if len(tokens) > MAX_TOKENS:
            del tokens[next(iter(tokens))]
        return token
