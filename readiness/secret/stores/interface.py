"""What every secret store offers, and what it is given."""

from __future__ import annotations

import importlib
import ipaddress
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from readiness.errors import SecretUnavailable

LARGEST = 65_536
"""Bytes of the largest value that is read; a key is a few dozen."""


class StoreContext:
    """What a store may need besides the reference: `base`, the folder of the config, and `timeout`, in seconds."""

    def __init__(self, base: Path, timeout: float) -> None:
        self.base = base
        self.timeout = timeout
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self._stopped = False

    @contextmanager
    def stoppable(self, stop: Callable[[], None]) -> Iterator[None]:
        """While this lasts, an end of the run, or of its patience, calls `stop`."""
        with self._lock:
            self._stops.append(stop)
            stopped = self._stopped
        if stopped:
            stop()
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def stop(self) -> None:
        """Give up on whatever is still being read."""
        with self._lock:
            self._stopped = True
            stops = tuple(self._stops)
        for stop in stops:
            stop()


class SecretStore(Protocol):
    """A place that keeps secrets. Others join through the entry-point group `readiness.secret_stores`.

    The entry point's name is the key used in the config, `spec` is what stands beside it.
    """

    name: str

    @property
    def manager(self) -> bool:
        """Whether it is a secrets manager: keeps values encrypted and hands them out by permission."""
        ...

    def describe(self, spec: Any) -> str:
        """The reference in words, for reports: nothing in it may be a secret."""
        ...

    def read(self, spec: Any, context: StoreContext) -> str:
        """The value. SecretUnavailable says why there is none, and never repeats what the store answered."""
        ...


def optional_module(name: str, extra: str) -> Any:
    """Import a library that only some stores need; SecretUnavailable names the command that installs it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        pass  # raised outside, so that no import's traceback hangs on it
    raise SecretUnavailable(
        f"the store `{extra}` needs a library that is not installed",
        f"pip install 'aurora-readiness[{extra}]'",
    )


def require_safe_url(url: str, setting: str) -> None:
    """Refuse an address that would carry a secret unencrypted; loopback may."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and _is_loopback(host):
        return
    raise SecretUnavailable(f"{setting} is not an https address", "plain http is for loopback addresses only")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
