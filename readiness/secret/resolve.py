"""Reads every secret of a config at once, and keeps what may be known of each."""

from __future__ import annotations

import hashlib
import hmac
import queue
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from readiness.errors import SecretUnavailable, UsageError
from readiness.model import Environment, FileFacts, Location, SecretFacts
from readiness.secret.forms import SHORTEST
from readiness.secret.redactor import Redactor
from readiness.secret.reference import SecretRef, SecretRole
from readiness.secret.stores import StoreContext, store_named
from readiness.secret.stores.command import is_manager_command
from readiness.secret.stores.file import file_facts
from readiness.secret.stores.interface import LARGEST
from readiness.secret.value import Secret

TIMEOUT = 20.0
"""Seconds that a store may take; a person may have to unlock it."""
_GRACE = 1.0
"""Seconds more, in which a store that keeps its own time says so itself."""

SecretPath = tuple[str | int, ...]


class SecretRequest(NamedTuple):
    """A secret of the config that is wanted."""

    path: SecretPath
    """Where it stands: `("environments", "sandbox", "client_secret")`."""
    environment: Environment
    role: SecretRole
    name: str
    """What reports call it: `sandbox client_secret`."""
    ref: SecretRef
    location: Location | None
    client_id: SecretRef | None = None
    """The id that goes with a client secret; with it the pair's Basic header is known too."""


class _Reading(NamedTuple):
    """What a reference gave: a value or a problem. Its parts show no value."""

    value: Secret | None
    problem: str | None
    file: FileFacts | None = None
    manager: bool = False


class SecretBook:
    """The secrets of one run, by their place in the config."""

    def __init__(
        self,
        secrets: dict[SecretPath, Secret],
        facts: dict[SecretPath, SecretFacts],
        redactor: Redactor,
        run_key: bytes,
    ) -> None:
        self._secrets = secrets
        self._facts = facts
        self._run_key = run_key
        self.facts = tuple(facts.values())
        """In the order in which they were asked for; those that gave no value too."""
        self.redactor = redactor
        """Knows all of them."""

    def secret(self, path: SecretPath) -> Secret | None:
        """The secret at that place; None if the config has none there, or its reference gave no value."""
        return self._secrets.get(path)

    def problem(self, path: SecretPath) -> str:
        """Why there is no secret at that place."""
        facts = self._facts.get(path)
        if facts is None:
            return f"the config gives no {' '.join(map(str, path[1:]))}"
        return f"{facts.name}: {facts.problem}"

    def fingerprint(self, secret: Secret) -> tuple[int, str]:
        """Length in characters, and a tag: equal tags of one run, equal secrets."""
        value = secret.reveal()
        return len(value), _tag(self._run_key, value)


def open_secrets(
    entries: Iterable[SecretRequest], run_key: bytes, *, base: Path, timeout: float = TIMEOUT
) -> SecretBook:
    """Read them, all at the same time. What cannot be read becomes a problem in the facts, never an exception.

    `base` is the config's folder, `timeout` in seconds for each reference, `run_key` keys the facts' tags.
    UsageError if a value is too short to be searched for or masked.
    """
    requests = list(entries)
    ids = [request.client_id for request in requests if request.client_id is not None]
    readings = _read_all([*(request.ref for request in requests), *ids], base, timeout)
    _refuse_short(requests, readings)
    redactor = Redactor()
    secrets: dict[SecretPath, Secret] = {}
    for request in requests:
        value = _reading_of(request.ref, readings).value
        if value is not None:
            named = secrets[request.path] = Secret(value.reveal(), request.name)
            client_id = _reading_of(request.client_id, readings).value if request.client_id else None
            redactor.add(named, client_id=client_id.reveal() if client_id else None)
    facts = {
        request.path: _facts(request, _reading_of(request.ref, readings), run_key, redactor) for request in requests
    }
    return SecretBook(secrets, facts, redactor, run_key)


def plain_value(ref: SecretRef, *, base: Path, timeout: float = TIMEOUT) -> tuple[str | None, str | None]:
    """The value of a reference that is not secret, such as a client id, or why there is none."""
    reading = _read_all([ref], base, timeout)[0][1]
    return (reading.value.reveal() if reading.value else None), reading.problem


def describe(ref: SecretRef) -> str:
    """The reference in words, without a value: `env AURORA_SECRET`, `command pass show …`."""
    try:
        return store_named(ref.store).describe(ref.spec)
    except Exception:  # noqa: BLE001 - a plug-in may fail in any way
        return ref.store


def _reading_of(ref: SecretRef, readings: list[tuple[SecretRef, _Reading]]) -> _Reading:
    return next(reading for known, reading in readings if known == ref)


def _read_all(refs: Sequence[SecretRef], base: Path, timeout: float) -> list[tuple[SecretRef, _Reading]]:
    """Read each different reference once, in a thread of its own.

    A store may hang where nothing can interrupt it (a prompt on a bus, a dead network file system), so the
    threads are daemons and are left behind when their time is up.
    """
    distinct = [ref for index, ref in enumerate(refs) if ref not in refs[:index]]
    context = StoreContext(base, timeout)
    answers: queue.SimpleQueue[tuple[int, _Reading]] = queue.SimpleQueue()
    readings = [_Reading(None, f"{describe(ref)} gave no value within {timeout:g} s") for ref in distinct]
    for index, ref in enumerate(distinct):
        threading.Thread(
            target=lambda index=index, ref=ref: answers.put((index, _reading(ref, context))),
            name=f"secret {index}",
            daemon=True,
        ).start()
    deadline = time.monotonic() + timeout + _GRACE
    try:
        for _ in distinct:
            index, reading = answers.get(timeout=max(deadline - time.monotonic(), 0))
            readings[index] = reading
    except queue.Empty:
        pass
    finally:
        context.stop()
    return list(zip(distinct, readings, strict=True))


def _reading(ref: SecretRef, context: StoreContext) -> _Reading:
    """Read one reference; whatever goes wrong becomes a problem without the store's own words."""
    file = file_facts(ref.spec, context) if ref.store == "file" else None
    try:
        store = store_named(ref.store)
        value, problem = _checked(store.read(ref.spec, context))
        managed = store.manager
    except SecretUnavailable as error:
        problem = error.message + (f" ({error.hint})" if error.hint else "")
        return _Reading(None, problem, file)
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; its text may hold the value
        return _Reading(None, f"{describe(ref)} failed ({type(error).__name__})", file)
    if ref.store == "file":
        managed = file is not None and file.mounted_secret
    elif ref.store == "env":
        managed = bool(ref.injected_by)
    elif ref.store == "command":
        managed = is_manager_command(ref.spec)
    return _Reading(value, f"{describe(ref)} {problem}" if problem else None, file, managed)


def _checked(raw: object) -> tuple[Secret | None, str | None]:
    """A value without its final line break, or what is wrong with it."""
    if not isinstance(raw, str):
        return None, "gave no text"
    value = raw.removesuffix("\n").removesuffix("\r")
    if not value:
        return None, "is empty"
    if len(value) > LARGEST:
        return None, f"is longer than {LARGEST} characters"
    if any("\ud800" <= char <= "\udfff" for char in value):
        return None, "is not UTF-8 text"
    if any(char in "\r\n\0" for char in value):
        return None, "has several lines; keep the value alone in its entry"
    return Secret(value, "value"), None


def _refuse_short(requests: Sequence[SecretRequest], readings: list[tuple[SecretRef, _Reading]]) -> None:
    short = [
        f"{request.name}, {describe(request.ref)}"
        for request in requests
        if (value := _reading_of(request.ref, readings).value) and len(value.reveal()) < SHORTEST
    ]
    if short:
        raise UsageError(
            f"A secret of fewer than {SHORTEST} characters could be neither searched for nor masked: "
            + "; ".join(short),
            "check that the reference leads to the secret itself",
        )


def _facts(request: SecretRequest, reading: _Reading, run_key: bytes, redactor: Redactor) -> SecretFacts:
    value = reading.value.reveal() if reading.value else None
    return SecretFacts(
        name=request.name,
        environment=request.environment,
        role=request.role,
        source=request.ref.store,
        reference=redactor.text(describe(request.ref)),
        location=request.location,
        length=None if value is None else len(value),
        tag=None if value is None else _tag(run_key, value),
        problem=None if reading.problem is None else redactor.text(reading.problem),
        injected_by=request.ref.injected_by,
        manager=reading.manager,
        file=reading.file,
    )


def _tag(run_key: bytes, value: str) -> str:
    return hmac.new(run_key, value.encode(), hashlib.sha256).hexdigest()
