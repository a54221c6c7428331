"""The thin shell around the core: five loopback listeners, the requests they take and how answers leave."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import Coroutine
from email.utils import formatdate
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from readiness.emulator.core.binding import BODY_LIMIT
from readiness.emulator.core.emulator import EmulatorCore
from readiness.emulator.core.fault_effects import Played
from readiness.emulator.core.messages import Host, Request
from readiness.emulator.core.webhook_delivery import PendingDelivery
from readiness.emulator.delivery import DeliveryClient
from readiness.model import Environment

LINGER_ZERO = struct.pack("ii", 1, 0)
CHUNK = 65_536
_BODILESS_STATUS = frozenset({204, 304})

# What clients do wrong is in the journal; uvicorn's own remarks about it would only end up on a user's terminal.
_silent = logging.getLogger("readiness.emulator.protocol")
_silent.propagate = False
_silent.addHandler(logging.NullHandler())


class Connection(H11Protocol):
    """uvicorn's protocol, with a handle for the application to break the connection in mid-answer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = _silent
        self.access_log = False
        self.app_state = {**self.app_state, "connection": self}

    def send_400_response(self, msg: str) -> None:
        """Record what was no HTTP, then answer as uvicorn does."""
        note = getattr(self.app, "note_unparsable", None)
        if note is not None:
            note()
        super().send_400_response(msg)

    def reset(self) -> None:
        """Close with RST: nothing that is still unsent leaves."""
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self.transport.abort()

    def close(self) -> None:
        """Send what was written, then close."""
        self.transport.close()


class VendorApp:
    """One vendor host of one environment as an ASGI application."""

    def __init__(self, core: EmulatorCore, environment: Environment, host: Host, background: Background) -> None:
        self._core = core
        self._environment = environment
        self._host = host
        self._background = background
        self._date = (0, b"")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _read(scope["headers"], receive)
        request = Request(
            self._environment,
            self._host,
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            list(scope["headers"]),
            body,
        )
        exchange = self._core.receive(request)
        if exchange.waits_for is not None:
            self._core.resume(exchange, await self._background.client.send(exchange.waits_for.delivery))
        if exchange.played is not None:
            connection: Connection = scope["state"]["connection"]
            try:
                await self._play(exchange.played, connection, receive, send)
            finally:
                self._core.journal.end(exchange.entry, self._core.clock.real())
        self._background.deliver(exchange.deliveries)

    def note_unparsable(self) -> None:
        """Put into the journal what was no HTTP."""
        self._core.refuse_unparsable(Request(self._environment, self._host, "", "", "", (), b""))

    async def _play(self, played: Played, connection: Connection, receive: Receive, send: Send) -> None:
        if played.transmission == "hang":
            await _gone(receive, played.seconds)
            connection.close()
        elif played.seconds:
            await asyncio.sleep(played.seconds)
        if played.transmission == "reset":
            connection.reset()
        if played.transmission in {"hang", "reset"}:
            await _gone(receive, None)
            return
        await self._send(played, connection, send)

    async def _send(self, played: Played, connection: Connection, send: Send) -> None:
        response = played.response
        size = played.size if played.transmission == "huge" else len(response.body)
        headers = [*response.headers, (b"date", self._http_date()), (b"server", b"Kestrel")]
        if response.status not in _BODILESS_STATUS:
            headers.append((b"content-length", str(size).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if played.transmission == "huge":
            await _send_filler(size, connection, send)
        elif played.transmission == "break_off":
            part = response.body[: played.size]
            await send({"type": "http.response.body", "body": part, "more_body": True})
            connection.close()
        else:
            await send({"type": "http.response.body", "body": response.body, "more_body": False})

    def _http_date(self) -> bytes:
        second = int(self._core.wire_time())
        if second != self._date[0]:
            self._date = (second, formatdate(second, usegmt=True).encode())
        return self._date[1]


async def _read(headers: Any, receive: Receive) -> bytes:
    """The body, read a little beyond the limit at most; a request that announces none has none."""
    if not any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers):
        return b""
    body = b""
    while len(body) <= BODY_LIMIT:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message["body"]
        if not message["more_body"]:
            break
    return body


async def _gone(receive: Receive, seconds: float | None) -> None:
    """Wait until the client is gone, or so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _send_filler(size: int, connection: Connection, send: Send) -> None:
    """Well-formed JSON of that many bytes, one string; as much of it as the client takes."""
    await send({"type": "http.response.body", "body": b'"', "more_body": True})
    left = size - 2
    while left > 0 and not connection.transport.is_closing():
        part = b"a" * min(left, CHUNK)
        left -= len(part)
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b'"', "more_body": False})


class Background:
    """Deliveries that nobody waits for."""

    def __init__(self) -> None:
        self.client = DeliveryClient()
        self._tasks: set[asyncio.Task[None]] = set()

    def deliver(self, pending: list[PendingDelivery]) -> None:
        """Start deliveries; their outcome goes to the delivery log."""
        for one in pending:
            self._start(self._deliver(one))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, pending: PendingDelivery) -> None:
        pending.finish(await self.client.send(pending.delivery))

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.close()


class Listener:
    """One bound socket that serves one application."""

    def __init__(self, app: ASGIApp, bound: socket.socket, context: ssl.SSLContext | None) -> None:
        self._bound = bound
        self._context = context
        self._state = ServerState()
        self._config = Config(
            app,
            http=Connection,
            lifespan="off",
            log_config=None,
            ws="none",
            interface="asgi3",
            proxy_headers=False,
            timeout_keep_alive=60,
        )
        self._config.load()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Accept connections."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(config=self._config, server_state=self._state, app_state={}),
            sock=self._bound,
            ssl=self._context,
        )

    async def stop(self) -> None:
        """Break off everything at once; nobody is left to be polite to."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; 0 takes a free port. Raises OSError if the port is taken."""
    # asyncio switches Nagle's algorithm off only where the protocol is named; it would cost 40 ms an answer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen(512)
    except OSError:
        bound.close()
        raise
    return bound
