from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyrings.alt.file import PlaintextKeyring  # type: ignore[import-untyped] # it has no types

from readiness.secret import StoreContext
from readiness.secret.stores import store_named
from tests.secret.stores.conftest import CANARY, Refusal

ENTRY = {"service": "aurora", "username": "sandbox"}


class Broken(KeyringBackend):
    """A back end that tells more than it should."""

    priority = 1.0
    backends: tuple[KeyringBackend, ...] = ()

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"{service} {username} {CANARY}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"{service} {username} {password}")


def broken() -> Broken:
    return Broken()  # type: ignore[no-untyped-call] # keyring's initialiser has no types


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[PlaintextKeyring]:
    """A real back end in a file of its own."""
    before = keyring.get_keyring()
    plain = PlaintextKeyring()
    plain.file_path = str(tmp_path / "keyring.cfg")
    keyring.set_keyring(plain)
    yield plain
    keyring.set_keyring(before)


@pytest.mark.usefixtures("backend")
def test_reads_an_entry(context: StoreContext, refusal: Refusal) -> None:
    keyring.set_password("aurora", "sandbox", CANARY)
    store = store_named("keyring")
    assert store.read(ENTRY, context) == CANARY
    assert store.describe(ENTRY) == "keyring aurora, sandbox"
    other = ENTRY | {"username": "production"}
    assert refusal("keyring", other) == "the keyring has no such entry: keyring aurora, production"


@pytest.mark.usefixtures("backend")
def test_what_a_back_end_says_is_not_told(refusal: Refusal) -> None:
    keyring.set_keyring(broken())
    assert refusal("keyring", ENTRY) == "the keyring failed (RuntimeError): keyring aurora, sandbox"


def test_a_back_end_that_keeps_plain_files_is_no_manager(backend: PlaintextKeyring) -> None:
    store = store_named("keyring")
    assert not store.manager
    chain = broken()
    keyring.set_keyring(chain)
    assert store.manager
    chain.backends = (backend, broken())
    assert not store.manager
    chain.backends = (broken(), backend)
    assert store.manager


def test_names_the_missing_extra(monkeypatch: pytest.MonkeyPatch, refusal: Refusal) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert refusal("keyring", ENTRY) == "the store `keyring` needs a library that is not installed"
    assert not store_named("keyring").manager
