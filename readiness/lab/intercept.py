"""The intercepting proxy: the application keeps its production URLs, and meets the emulator under them.

It is a forward proxy on this machine that carries bytes and reads no more than where they are to go. The vendor's hosts
lead to the emulator, whose certificate bears their names; so a connection that the emulator resets, breaks off or keeps
waiting is reset, broken off and kept waiting for the application as well. Hosts on the allow list lead to where they
are; every other host is refused.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from readiness.config.application import Application
from readiness.config.presets import KNOWN_HOSTS, environment_of
from readiness.emulator import EmbeddedEmulator
from readiness.hosts import is_loopback, normal_host
from readiness.lab.contacts import Contacts
from readiness.lab.relay import CHUNK, Stream, relay
from readiness.lab.trust import proxy_variables, write_bundle
from readiness.model import Environment
from readiness.traces import Handling, Scheme

HOST = "127.0.0.1"
VENDOR_NAMES = tuple(sorted(name for names in KNOWN_HOSTS.values() for name in names))
"""What the emulator's certificate has to bear."""
IDLE = 30.0
"""Seconds for which a connection is kept that asks for nothing."""
LONGEST_HEAD = 65_536
LONGEST_BODY = 10_000_000
HANDSHAKE = 0x16
"""The first byte of a TLS connection (RFC 8446, 5.1)."""


class Target(NamedTuple):
    """Where a request is to go."""

    scheme: Scheme
    host: str
    port: int
    path: str = ""


class _Refusal(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class Interceptor:
    """Serves one scenario's application for the length of an `async with` block. Needs an emulator that serves TLS."""

    def __init__(self, emulator: EmbeddedEmulator, contacts: Contacts, allow: Collection[str] = ()) -> None:
        assert emulator.ca_file is not None
        self._contacts = contacts
        self._allow = tuple(normal_host(host) for host in allow)
        self._environments = emulator.announcement["environments"]
        self._ca_file = emulator.ca_file
        self._bundle = emulator.ca_file.with_name("bundle.pem")
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0, limit=LONGEST_HEAD)
        self.url = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def variables(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Environment variables of the application, to be laid over what it inherits."""
        write_bundle(self._bundle, self._ca_file, inherited)
        return proxy_variables(self.url, self._bundle, inherited)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        client = Stream(reader, writer)
        try:
            await self._serve(client)
        except _Refusal as refusal:
            await _answer(client, refusal)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # who breaks off asks for nothing
        except asyncio.CancelledError:
            pass  # the scenario is over; the task ends here
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, client: Stream) -> None:
        head = await asyncio.wait_for(client.reader.readuntil(b"\r\n\r\n"), IDLE)
        line, _, headers = head.partition(b"\r\n")
        method, _, rest = line.decode("latin-1").partition(" ")
        asked = rest.partition(" ")[0]
        if method == "CONNECT":
            await self._tunnel(client, _target(f"//{asked}"))
        else:
            await self._forward(client, method, _target(asked), headers)

    async def _tunnel(self, client: Stream, target: Target) -> None:
        """Carry a connection that the application encrypts itself."""
        self._refuse_others(target)
        server = None if environment_of(target.host) else await _open(target.host, target.port, None)
        client.writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if server is None:
            first = await asyncio.wait_for(client.reader.read(CHUNK), IDLE)
            if first and first[0] != HANDSHAKE:
                raise self._refused(target._replace(scheme="http"))
            server = await self._emulated(target, None)
            server.writer.write(first)
        await relay(client, server)

    async def _forward(self, client: Stream, method: str, target: Target, headers: bytes) -> None:
        """Carry one request that the application leaves to the proxy to encrypt, if its URL says so."""
        self._refuse_others(target)
        kept, length = _read_headers(headers)
        body = await asyncio.wait_for(client.reader.readexactly(length), IDLE)
        context = ssl.create_default_context(cafile=str(self._bundle)) if target.scheme == "https" else None
        if environment_of(target.host):
            server = await self._emulated(target, context)
        else:
            server = await _open(target.host, target.port, context)
        line = f"{method} {target.path} HTTP/1.1\r\n".encode("latin-1")
        server.writer.write(line + kept + b"Connection: close\r\n\r\n" + body)
        await relay(client, server, heard=False)

    def _refuse_others(self, target: Target) -> None:
        """Note what is not the emulator's. Raises _Refusal unless the target may be reached."""
        if environment_of(target.host):
            if target.scheme != "https" or target.port != 443:
                raise self._refused(target)
        elif not is_loopback(target.host):
            if not self._allows(target.host):
                raise self._refused(target)
            self._note(target, "allowed")

    def _allows(self, host: str) -> bool:
        return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in self._allow)

    def _note(self, target: Target, handling: Handling) -> None:
        self._contacts.note(target.scheme, target.host, target.port, handling)

    def _refused(self, target: Target) -> _Refusal:
        self._note(target, "refused")
        if environment_of(target.host):
            return _Refusal("403 Forbidden", "The lab refuses this: the vendor is reached by https on port 443 only.")
        return _Refusal(
            "403 Forbidden",
            "The lab refuses this host: it is not the vendor's. List it in `application.allow_hosts` if it is needed.",
        )

    async def _emulated(self, target: Target, context: ssl.SSLContext | None) -> Stream:
        self._note(target, "emulated")
        environment = environment_of(target.host)
        assert isinstance(environment, Environment)
        role = "oauth_url" if "oauth" in target.host.split(".") else "api_url"
        port = urlsplit(self._environments[environment.value][role]).port
        assert port is not None
        return await _open(HOST, port, context, name=target.host)


@asynccontextmanager
async def intercepted(
    emulator: EmbeddedEmulator, settings: Application, contacts: Contacts, inherited: Mapping[str, str]
) -> AsyncIterator[Mapping[str, str]]:
    """The environment variables that the application inherits, those of a proxy among them if the config wants one."""
    if not settings.intercept:
        yield inherited
        return
    async with Interceptor(emulator, contacts, settings.allow_hosts) as proxy:
        yield {**inherited, **proxy.variables(inherited)}


async def _open(host: str, port: int, context: ssl.SSLContext | None, *, name: str | None = None) -> Stream:
    try:
        name = (name or host) if context else None
        return Stream(*await asyncio.open_connection(host, port, ssl=context, server_hostname=name))
    except OSError as error:
        raise _Refusal("502 Bad Gateway", f"The lab cannot connect to {host}:{port}: {error}.") from error


def _target(url: str) -> Target:
    """Of an absolute URL, or of `//host:port`. Raises _Refusal."""
    try:
        parts = urlsplit(url)
        host, port = normal_host(parts.hostname or ""), parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in {"", "http", "https"}:
        raise _Refusal("400 Bad Request", "This is the lab's proxy; it takes CONNECT and absolute URLs.")
    scheme: Scheme = "http" if parts.scheme == "http" or (not parts.scheme and port == 80) else "https"
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(scheme, host, port or (80 if scheme == "http" else 443), path)


def _read_headers(headers: bytes) -> tuple[bytes, int]:
    """The headers that travel on, and the length of the body. Raises _Refusal."""
    kept, length = [], 0
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        if name == b"transfer-encoding":
            raise _Refusal("411 Length Required", "The lab's proxy takes bodies of a stated length only.")
        if name == b"content-length":
            length = int(value) if value.strip().isdigit() else LONGEST_BODY + 1
        if name and name not in {b"connection", b"keep-alive"} and not name.startswith(b"proxy-"):
            kept.append(line + b"\r\n")
    if length > LONGEST_BODY:
        raise _Refusal("413 Content Too Large", "The lab's proxy does not take bodies of that length.")
    return b"".join(kept), length


async def _answer(client: Stream, refusal: _Refusal) -> None:
    body = f"{refusal.text}\n".encode()
    head = f"HTTP/1.1 {refusal.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    client.writer.write(head.encode("latin-1") + b"Connection: close\r\n\r\n" + body)
    try:
        await asyncio.wait_for(client.writer.drain(), IDLE)
    except (TimeoutError, OSError):
        client.reset()
