from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from readiness.errors import SecretUnavailable
from readiness.secret import StoreContext
from readiness.secret.stores import store_named
from tests.secret.stores.conftest import CANARY, Refusal

TOKEN = "vault-token-for-tests"
SPEC = {"path": "aurora/sandbox", "field": "client_secret"}


class Vault(ThreadingHTTPServer):
    """Speaks as much of KV version 2 as a read needs, and misbehaves on some paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.hang = threading.Event()
        self.seen: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Vault

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers.get("X-Vault-Namespace")))
        if self.path.endswith("/hang"):
            self.server.hang.wait(30)
            return
        status, body = self._answer()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "http://localhost:9/elsewhere")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self) -> tuple[int, Any]:
        if self.headers["X-Vault-Token"] != TOKEN:
            return 403, {"errors": [f"permission denied {CANARY}"]}
        path = self.path.removeprefix("/v1/")
        secret = {"client_secret": CANARY, "number": 5}
        answers: dict[str, tuple[int, Any]] = {
            "secret/data/aurora/sandbox": (200, {"data": {"data": secret, "metadata": {"version": 3}}}),
            "kv/data/aurora/sandbox": (200, {"data": {"data": {"client_secret": "other mount"}}}),
            "secret/data/aurora/version1": (200, {"data": secret}),
            "secret/data/aurora/html": (200, f"<html>{CANARY}</html>".encode()),
            "secret/data/aurora/list": (200, [CANARY]),
            "secret/data/aurora/redirect": (307, b""),
            "secret/data/aurora/sealed": (503, {"errors": [f"sealed {CANARY}"]}),
            "secret/data/aurora/fault": (500, {"errors": [CANARY]}),
        }
        return answers.get(path, (404, {"errors": []}))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    server = Vault()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("VAULT_ADDR", server.url)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.delenv("VAULT_NAMESPACE", raising=False)
    yield server
    server.hang.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_reads_a_field(vault: Vault, context: StoreContext, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_named("vault")
    assert store.read(SPEC, context) == CANARY
    monkeypatch.setenv("VAULT_ADDR", "https://nowhere.invalid")
    spec = SPEC | {"mount": "kv", "address": vault.url, "namespace": "team"}
    assert store.read(spec, context) == "other mount"
    assert vault.seen == [("/v1/secret/data/aurora/sandbox", None), ("/v1/kv/data/aurora/sandbox", "team")]
    assert store.describe(spec) == "vault kv/aurora/sandbox, field client_secret"
    assert store.manager


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"path": "aurora/none"}, "has no such secret"),
        ({"field": "other"}, "has no such field in this secret"),
        ({"field": "number"}, "holds no text in this field"),
        ({"path": "aurora/version1"}, "does not answer as a key-value engine of version 2"),
        ({"path": "aurora/html"}, "gave no JSON"),
        ({"path": "aurora/list"}, "gave no JSON"),
        ({"path": "aurora/redirect"}, "redirects elsewhere; give the active node's address"),
        ({"path": "aurora/sealed"}, "is sealed (503)"),
        ({"path": "aurora/fault"}, "failed (InternalServerError)"),
        ({"address": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
@pytest.mark.usefixtures("vault")
def test_says_why_there_is_no_value(spec: dict[str, str], reason: str, refusal: Refusal) -> None:
    whole = SPEC | spec
    assert refusal("vault", whole) == f"Vault {reason}: {store_named('vault').describe(whole)}"


def test_needs_address_and_token(vault: Vault, refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal("vault", SPEC | {"address": "http://vault.acme.example"}) == (
        "the address of Vault is not an https address"
    )
    assert refusal("vault", SPEC | {"address": "ftp://127.0.0.1"}) == "the address of Vault is not an https address"
    monkeypatch.setenv("VAULT_TOKEN", "wrong-token-canary")
    assert refusal("vault", SPEC).startswith("Vault denies access to it (403)")
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("HOME", "/nonexistent")
    seen = len(vault.seen)
    assert refusal("vault", SPEC).startswith("Vault needs a token (set VAULT_TOKEN)")
    assert len(vault.seen) == seen
    monkeypatch.delenv("VAULT_ADDR")
    assert refusal("vault", SPEC) == "the address of Vault is not known"


@pytest.mark.usefixtures("vault")
def test_does_not_wait_for_ever(context: StoreContext) -> None:
    context.timeout = 0.3
    with pytest.raises(SecretUnavailable, match="did not answer in time"):
        store_named("vault").read(SPEC | {"path": "aurora/hang"}, context)


def test_names_the_missing_extra(monkeypatch: pytest.MonkeyPatch, context: StoreContext) -> None:
    monkeypatch.setitem(sys.modules, "hvac", None)
    with pytest.raises(SecretUnavailable) as caught:
        store_named("vault").read(SPEC, context)
    assert caught.value.hint == "pip install 'aurora-readiness[vault]'"
