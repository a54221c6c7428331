from __future__ import annotations

import math
import random

import pytest

from readiness.emulator.core.keys import ApiKey, KeyStore
from readiness.emulator.settings import Settings


def store() -> tuple[KeyStore, ApiKey]:
    keys = KeyStore(random.Random(1).randbytes)
    return keys, keys.create("merchant", "m-1", "one", 0.0)


def test_a_key_authenticates_by_its_secret_only() -> None:
    keys, key = store()
    assert keys.authenticate(key.client_id, key.client_secret, 1.0) is key
    assert keys.authenticate(key.client_id, key.client_secret[:-1], 1.0) is None
    assert keys.authenticate("unknown", key.client_secret, 1.0) is None


def test_deletion_takes_effect_at_once_and_once() -> None:
    keys, key = store()
    assert keys.delete(key.client_id, 10.0, Settings()) is key
    assert keys.authenticate(key.client_id, key.client_secret, 10.0) is None
    assert list(keys.listed(None, 10.0)) == []
    assert keys.delete(key.client_id, 11.0, Settings()) is None


def test_lags_are_those_of_the_moment_of_deletion() -> None:
    keys, key = store()
    keys.delete(key.client_id, 10.0, Settings(mint_lag=5, token_lag=None, list_lag=2))
    assert keys.authenticate(key.client_id, key.client_secret, 14.9) is key
    assert keys.authenticate(key.client_id, key.client_secret, 15.0) is None
    assert key.tokens_end_at == math.inf
    assert [one.client_id for one in keys.listed("m-1", 11.9)] == [key.client_id]
    assert list(keys.listed("m-1", 12.0)) == []


def test_the_portal_may_bring_an_id_but_not_a_taken_one() -> None:
    keys, _ = store()
    keys.create("merchant", "m-1", "given", 0.0, client_id="mine", client_secret="s3cret-value")
    assert keys.authenticate("mine", "s3cret-value", 0.0) is not None
    assert keys.holds_secret("s3cret-value")
    with pytest.raises(ValueError, match="exists already"):
        keys.create("merchant", "m-1", "again", 0.0, client_id="mine")
