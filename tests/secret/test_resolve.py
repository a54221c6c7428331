from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
import traceback
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import SecretUnavailable, UsageError
from readiness.model import Environment, Location
from readiness.secret import (
    SecretBook,
    SecretRef,
    SecretRequest,
    SecretStore,
    StoreContext,
    describe,
    open_secrets,
    plain_value,
    stores,
)

CANARY = "canary-7Jq2Lw9ZpX"
KEY = b"run key"


def request(store: str, spec: Any, index: int = 0, **more: Any) -> SecretRequest:
    ref = SecretRef(store=store, spec=spec, injected_by=more.pop("injected_by", None))
    path = ("environments", "sandbox", "retired_keys", index, "client_secret")
    name = f"sandbox retired_keys[{index}] client_secret"
    place = Location(path="readiness.yaml", line=3, column=5)
    return SecretRequest(path, Environment.SANDBOX, "retired_client_secret", name, ref, place, **more)


def opened(folder: Path, *references: tuple[str, Any], timeout: float = 10.0) -> SecretBook:
    wanted = [request(store, spec, index) for index, (store, spec) in enumerate(references)]
    return open_secrets(wanted, KEY, base=folder, timeout=timeout)


def test_opens_what_can_be_had_and_says_what_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET", CANARY)
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.delenv("UNSET", raising=False)
    (tmp_path / "key").write_text(f"{CANARY}-in-a-file\r\n")
    wanted = [
        request("env", "SET", 0, injected_by="Doppler", client_id=SecretRef(store="literal", spec="id-1")),
        request("env", "EMPTY", 1),
        request("env", "UNSET", 2),
        request("file", "key", 3),
        request("literal", f"{CANARY}-in-the-config", 4),
        request("nowhere", "x", 5),
    ]
    book = open_secrets(iter(wanted), KEY, base=tmp_path)
    values = [secret and secret.reveal() for secret in map(book.secret, [one.path for one in wanted])]
    assert values == [CANARY, None, None, f"{CANARY}-in-a-file", f"{CANARY}-in-the-config", None]
    assert [fact.problem for fact in book.facts] == [
        None,
        "env EMPTY is empty",
        "the environment variable UNSET is not set",
        None,
        None,
        "no secret store is called `nowhere` (install the package that brings it)",
    ]
    first, file = book.facts[0], book.facts[3]
    assert first.tag == hmac.new(KEY, CANARY.encode(), hashlib.sha256).hexdigest()
    assert (first.length, first.source, first.reference) == (len(CANARY), "env", "env SET")
    assert (first.manager, first.injected_by, first.available) == (True, "Doppler", True)
    assert first.location == Location(path="readiness.yaml", line=3, column=5)
    assert file.file is not None
    assert not file.manager
    assert [fact.available for fact in book.facts] == [True, False, False, True, True, False]
    assert book.secret(("environments", "production", "client_secret")) is None
    assert book.redactor.counts[0] == 3
    assert "Basic header" in {hit.form for hit in book.redactor.find(b"Basic aWQtMTpjYW5hcnktN0pxMkx3OVpwWA==")}
    shown = f"{book.facts} {book.redactor} {wanted} {vars(book)} {[fact.model_dump_json() for fact in book.facts]}"
    assert CANARY not in shown


def test_the_same_secret_has_the_same_tag(tmp_path: Path) -> None:
    book = opened(tmp_path, ("literal", CANARY), ("literal", CANARY + "x"), ("emulator", CANARY))
    tags = [fact.tag for fact in book.facts]
    assert tags[0] == tags[2] != tags[1]
    assert book.facts[2].source == "emulator"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"line one\nline two\n", "has several lines; keep the value alone in its entry"),
        (b"value\0value", "has several lines; keep the value alone in its entry"),
    ],
)
def test_what_is_no_single_value(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "key").write_bytes(content)
    assert opened(tmp_path, ("file", "key")).facts[0].problem == f"file key {problem}"


def test_an_environment_variable_that_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINARY", CANARY + "\udcff")
    monkeypatch.setenv("LARGE", CANARY * 5000)
    facts = opened(tmp_path, ("env", "BINARY"), ("env", "LARGE")).facts
    problems = [fact.problem for fact in facts]
    assert problems == ["env BINARY is not UTF-8 text", "env LARGE is longer than 65536 characters"]


def test_a_short_secret_is_an_error_that_does_not_repeat_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORT", "s3cr3t!")
    monkeypatch.setenv("LONG", CANARY)
    error: UsageError | None = None
    try:
        opened(tmp_path, ("env", "LONG"), ("env", "SHORT"))
    except UsageError as raised:
        error = raised
    assert error is not None
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "s3cr3t!" not in told
    assert CANARY not in told
    assert "sandbox retired_keys[1] client_secret, env SHORT" in error.message
    assert error.exit_code == 2


def test_a_hanging_store_costs_its_own_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET", CANARY)
    hang = threading.Event()

    class Hanging:
        name = "hanging"
        manager = True

        def describe(self, spec: Any) -> str:
            return f"hanging {spec}"

        def read(self, _spec: Any, _context: StoreContext) -> str:
            hang.wait(60)
            return "too late"

    install(monkeypatch, hanging=Hanging)
    try:
        sleeper = [sys.executable, "-c", "import signal; signal.pause()"]
        book = opened(tmp_path, ("hanging", "x"), ("env", "SET"), ("command", sleeper), ("hanging", "x"), timeout=0.3)
        mine = [thread for thread in threading.enumerate() if thread.name.startswith("secret ")]
        assert all(thread.daemon for thread in mine)
    finally:
        hang.set()
    problems = [fact.problem for fact in book.facts]
    assert problems[0] == problems[3] == "hanging x gave no value within 0.3 s"
    assert problems[1] is None
    assert f"the command {sys.executable} gave no value within 0.3 s" in str(problems[2])


def test_all_are_read_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(3, timeout=30)

    class Waiting:
        name = "waiting"
        manager = False

        def describe(self, spec: Any) -> str:
            return f"waiting {spec}"

        def read(self, spec: Any, _context: StoreContext) -> str:
            together.wait()  # passes only when three reads are under way
            return f"{CANARY}-{spec}"

    install(monkeypatch, waiting=Waiting)
    book = opened(tmp_path, ("waiting", 1), ("waiting", 2), ("waiting", 3), ("waiting", 1), timeout=30)
    assert [fact.problem for fact in book.facts] == [None] * 4  # equal references are read once


class TalkingStore:
    """A plug-in whose errors hold the value."""

    name = "talking"
    manager = True

    def describe(self, spec: Any) -> str:
        if spec == "describe":
            raise RuntimeError(CANARY)
        return f"talking {spec}"

    def read(self, spec: Any, context: StoreContext) -> str:
        assert isinstance(context.base, Path)
        if spec == "raise":
            raise RuntimeError(CANARY)
        if spec == "refuse":
            raise SecretUnavailable("the shop is closed")
        if spec == "bytes":
            return CANARY.encode()  # type: ignore[return-value] # as careless plug-ins do
        return CANARY


class BrokenStore(TalkingStore):
    def __init__(self) -> None:
        raise RuntimeError(CANARY)


def install(monkeypatch: pytest.MonkeyPatch, **kinds: type) -> None:
    """Make classes known as entry points, without a package around them."""

    class Installed(EntryPoint):
        def load(self) -> Any:
            return kinds[self.name]

    found = [Installed(name, "anywhere:Store", stores.GROUP) for name in kinds]
    monkeypatch.setattr(stores, "entry_points", lambda **query: EntryPoints(found).select(**query))


def test_plug_in_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, talking=TalkingStore, broken=BrokenStore)
    store: SecretStore = stores.store_named("talking")
    assert store.name == "talking"
    names = ["fine", "raise", "refuse", "bytes", "describe"]
    facts = opened(tmp_path, *(("talking", name) for name in names), ("broken", "x")).facts
    assert [fact.problem for fact in facts] == [
        None,
        "talking raise failed (RuntimeError)",
        "the shop is closed",
        "talking bytes gave no text",
        None,
        "the secret store `broken` cannot be loaded (RuntimeError)",
    ]
    assert [fact.reference for fact in facts] == [*(f"talking {name}" for name in names[:4]), "talking", "broken"]
    assert facts[0].manager
    assert CANARY not in json.dumps([fact.model_dump(mode="json") for fact in facts])


def test_whether_a_manager_keeps_it(tmp_path: Path) -> None:
    fake = tmp_path / "pass"
    fake.write_text(f"#!/bin/sh\necho {CANARY}\n")
    fake.chmod(0o700)
    book = opened(tmp_path, ("command", [str(fake)]), ("command", ["echo", f"{CANARY}2"]), ("literal", CANARY))
    assert [fact.manager for fact in book.facts] == [True, False, False]
    assert CANARY not in str(book.facts[1].reference)


def test_a_value_that_is_not_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSET", raising=False)
    assert plain_value(SecretRef(store="literal", spec="id"), base=tmp_path) == ("id", None)
    value, problem = plain_value(SecretRef(store="env", spec="UNSET"), base=tmp_path)
    assert (value, problem) == (None, "the environment variable UNSET is not set")
    assert describe(SecretRef(store="env", spec="UNSET")) == "env UNSET"
