from __future__ import annotations

import random
import re

import pytest

from readiness.emulator.core import tokens as module
from readiness.emulator.core.keys import ApiKey
from readiness.emulator.core.tokens import TokenStore

RANDOMNESS = random.Random(2).randbytes


def key(tokens_end_at: float = float("inf")) -> ApiKey:
    return ApiKey("id", "secret", "merchant", "m", "name", 0.0, tokens_end_at=tokens_end_at)


def test_tokens_are_opaque_and_long() -> None:
    value = TokenStore(RANDOMNESS).issue(key(), 0.0, 900).value
    assert re.fullmatch(r"[A-Za-z0-9_-]{64}", value)


@pytest.mark.parametrize(
    ("now", "end", "state"),
    [(899.9, 1e9, "valid"), (900.0, 1e9, "expired"), (500.0, 500.0, "revoked"), (900.0, 500.0, "expired")],
)
def test_states(now: float, end: float, state: str) -> None:
    token = TokenStore(RANDOMNESS).issue(key(end), 0.0, 900)
    assert token.state(now) == state


def test_a_refresh_token_works_once() -> None:
    store = TokenStore(RANDOMNESS)
    refresh = store.issue_refresh(key(), 0.0)
    assert store.holds(refresh.value)
    assert store.get(refresh.value) is None
    assert store.redeem(refresh.value, 1.0) is refresh
    assert store.redeem(refresh.value, 1.0) is None


def test_the_oldest_tokens_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TOKENS", 2)
    store = TokenStore(RANDOMNESS)
    values = [store.issue(key(), 0.0, 900).value for _ in range(3)]
    assert [store.get(value) is not None for value in values] == [False, True, True]
