"""The emulator inside a process: listeners in a background thread, ended with the `with` block."""

from __future__ import annotations

import asyncio
import random
import secrets
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from readiness.emulator.control import Control
from readiness.emulator.core.emulator import EmulatorCore
from readiness.emulator.core.messages import Host
from readiness.emulator.core.randomness import Randomness
from readiness.emulator.server import Background, Listener, VendorApp, bind
from readiness.emulator.settings import Settings
from readiness.emulator.tls import server_context
from readiness.errors import UsageError
from readiness.model import Environment
from readiness.secret import Secret

T = TypeVar("T")
VENDOR_HOSTS: tuple[tuple[Environment, Host], ...] = (
    (Environment.SANDBOX, "api"),
    (Environment.SANDBOX, "oauth"),
    (Environment.PRODUCTION, "api"),
    (Environment.PRODUCTION, "oauth"),
)
"""The vendor's listeners in the order of their ports, after the control listener."""


class EmbeddedEmulator:
    """Serves an emulator for the length of a `with` block.

    `port` is the control port, the vendor hosts take the four after it; 0 takes free ones. Raises UsageError if a port
    is taken. `core` is the state machine behind the listeners; it belongs to the server's thread, so change it only
    through `perform`, or while no request is under way. With `tls`, the certificate also bears `names`.
    """

    def __init__(
        self, settings: Settings | None = None, *, tls: bool = False, port: int = 0, names: tuple[str, ...] = ()
    ) -> None:
        self.settings = settings or Settings()
        self.core = EmulatorCore(self.settings, _steady_time(), _randomness(self.settings.seed))
        self.ca_file: Path | None = None
        self.control_url = ""
        self.announcement: dict[str, Any] = {}
        self._tls = tls
        self._port = port
        self._names = names
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        sockets = _bind_all(self._port)
        context = None
        if self._tls:
            self._folder = tempfile.TemporaryDirectory(prefix="readiness-emulator-")
            context, self.ca_file = server_context(self.settings, Path(self._folder.name), self._names)
        ports = [bound.getsockname()[1] for bound in sockets]
        self.control_url = f"http://127.0.0.1:{ports[0]}"
        self.announcement = self._announce(ports[1:])
        self._thread = threading.Thread(
            target=self._run, args=(sockets, context), name="readiness-emulator", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._clean_up()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._clean_up()

    def _clean_up(self) -> None:
        if self._thread is not None:
            self._thread.join()
        if self._folder is not None:
            self._folder.cleanup()

    def _run(self, sockets: list[socket.socket], context: ssl.SSLContext | None) -> None:
        try:
            asyncio.run(self._serve(sockets, context))
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits for the start
            self._failure = error
        finally:
            for bound in sockets:
                bound.close()
            self._ready.set()

    async def _serve(self, sockets: list[socket.socket], context: ssl.SSLContext | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        background = Background()
        listeners = [Listener(Control(self.core, background.client).app(), sockets[0], None)]
        for bound, (environment, host) in zip(sockets[1:], VENDOR_HOSTS, strict=True):
            listeners.append(Listener(VendorApp(self.core, environment, host, background), bound, context))
        for listener in listeners:
            await listener.start()
        self._ready.set()
        await self._stop.wait()
        for listener in listeners:
            await listener.stop()
        await background.stop()

    def perform(self, action: Callable[[EmulatorCore], T]) -> T:
        """Do something to the core in the server's thread, between two requests, and give what comes of it."""
        assert self._loop is not None
        done: Future[T] = Future()

        def perform() -> None:
            try:
                done.set_result(action(self.core))
            except BaseException as error:  # noqa: BLE001 - it is raised where the caller waits
                done.set_exception(error)

        self._loop.call_soon_threadsafe(perform)
        return done.result()

    def adopt(self, environment: Environment, client_id: str, secret: Secret) -> None:
        """Know a merchant's key that was made elsewhere; nothing happens if the id is known."""
        state = self.core.environments[environment]
        if state.keys.get(client_id) is None:
            made_at = self.core.clock.now()
            name = "Key from the config"
            state.keys.create(
                "merchant", state.account.merchant_id, name, made_at, client_id=client_id, client_secret=secret.reveal()
            )

    def _announce(self, ports: list[int]) -> dict[str, Any]:
        scheme = "https" if self._tls else "http"
        urls = {
            (environment, host): f"{scheme}://127.0.0.1:{port}"
            for (environment, host), port in zip(VENDOR_HOSTS, ports, strict=True)
        }
        announcement: dict[str, Any] = {"control_url": self.control_url}
        if self.ca_file is not None:
            announcement["ca_file"] = str(self.ca_file)
        announcement["environments"] = {
            environment.value: {
                "api_url": urls[environment, "api"],
                "oauth_url": urls[environment, "oauth"],
                "merchant": {
                    "client_id": state.merchant.client_id,
                    "client_secret": state.merchant.client_secret,
                    "merchant_id": state.merchant.merchant_id,
                },
                "partner": {
                    "client_id": state.partner.client_id,
                    "client_secret": state.partner.client_secret,
                },
                "webhook_secret": state.webhook_secret,
            }
            for environment, state in self.core.environments.items()
        }
        return announcement


def _steady_time() -> Callable[[], float]:
    """Seconds since the epoch that never jump: the wall clock once, then the monotonic one."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


def _randomness(seed: int | None) -> Randomness:
    if seed is None:
        return secrets.token_bytes
    return random.Random(seed).randbytes  # noqa: S311 - repeatable on request, for tests


def _bind_all(port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for index in range(1 + len(VENDOR_HOSTS)):
        number = port + index if port else 0
        try:
            sockets.append(bind(number))
        except (OSError, OverflowError) as error:
            for bound in sockets:
                bound.close()
            raise UsageError(
                f"Port {number} on 127.0.0.1 cannot be used: {error}.",
                "Choose another --port; five in a row are needed, or leave it out to take free ones.",
            ) from error
    return sockets
