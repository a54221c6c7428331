from __future__ import annotations

import pytest

from readiness.secret import StoreContext
from readiness.secret.stores import store_named


def test_environment(monkeypatch: pytest.MonkeyPatch, context: StoreContext) -> None:
    monkeypatch.setenv("AURORA_SECRET", "value-of-it")
    store = store_named("env")
    assert store.read("AURORA_SECRET", context) == "value-of-it"
    assert store.describe("AURORA_SECRET") == "env AURORA_SECRET"
    assert not store.manager


@pytest.mark.parametrize("name", ["literal", "emulator"])
def test_values_at_hand_are_not_described(name: str, context: StoreContext) -> None:
    store = store_named(name)
    assert store.read("value-of-it", context) == "value-of-it"
    assert "value-of-it" not in store.describe("value-of-it")
    assert not store.manager
