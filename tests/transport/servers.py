"""Tiny servers on loopback that behave as badly as they are told."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Behaviour = Callable[["Conversation"], None]


class Conversation:
    """One connection, after its request has been read."""

    def __init__(self, connection: socket.socket, request: bytes, closing: threading.Event) -> None:
        self.connection = connection
        self.request = request
        self.closing = closing
        """Set when the server is to end: whoever waits, waits for this."""

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name."""
        lines = self.request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        """Close with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Server:
    """Answers every connection once, as `behave` does; keeps what it was asked."""

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self.seen: list[Conversation] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc] # bound early

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            conversation = Conversation(connection, _read(connection), self._closing)
            if conversation.request:
                self.seen.append(conversation)
                self._behave(conversation)


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: ")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """A complete answer, after which the connection is closed."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def saying(*answers: bytes) -> Behaviour:
    """Give these answers one after another; the last for ever."""
    left = list(answers)

    def behave(conversation: Conversation) -> None:
        conversation.say(left.pop(0) if len(left) > 1 else left[0])

    return behave


def silent(conversation: Conversation) -> None:
    """Never answer."""
    conversation.closing.wait(10)


def resetting(conversation: Conversation) -> None:
    conversation.reset()


def dripping(conversation: Conversation) -> None:
    """An answer without end, a byte at a time."""
    conversation.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not conversation.closing.wait(0.01):
        conversation.say(b" ")


def dripping_to_an_end(conversation: Conversation) -> None:
    """A whole answer, a byte at a time."""
    for byte in answer(b'{"slow": true}'):
        conversation.closing.wait(0.001)
        conversation.say(bytes([byte]))
