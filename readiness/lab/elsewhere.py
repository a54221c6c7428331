"""A host that is not the vendor's, on this machine: it records who comes, and with what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from readiness.lab.recorder import Recorder
from readiness.model import Environment
from readiness.traces import Call

ANSWER = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LONGEST = 100_000
IDLE = 2.0
"""Seconds for which a silent connection is kept."""


class Elsewhere:
    """Listens as `localhost`: another name than the emulator's 127.0.0.1, so that clients see another host."""

    def __init__(self, recorder: Recorder, names: Callable[[bytes], list[str]]) -> None:
        self._recorder = recorder
        self._names = names
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "localhost", 0, limit=LONGEST)
        # Each address that `localhost` has may get a port of its own; clients are told the first.
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://localhost:{port}/collect"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head, body = await asyncio.wait_for(_request(reader), IDLE)
            self._note(head, body)
            writer.write(ANSWER)
            await writer.drain()
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            pass  # who sends no request has carried nothing here
        finally:
            writer.close()

    def _note(self, head: bytes, body: bytes) -> None:
        line, _, headers = head.partition(b"\r\n")
        method, path = (*line.decode("latin-1").split(" "), "", "")[:2]
        places = {"the URL": line, "a header": headers, "the body": body}
        self._recorder.elsewhere.append(
            Call(
                t=round(self._recorder.now(), 4),
                ended=round(self._recorder.now(), 4),
                environment=Environment.SANDBOX,
                host="elsewhere",
                method=method[:10],
                path=path.partition("?")[0][:200],
                status=404,
                exposes=tuple(f"{name} in {place}" for place, data in places.items() for name in self._names(data)),
            )
        )
        self._recorder.wake()


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = min(int(line.partition(b":")[2]), LONGEST)
    return head, await reader.readexactly(length)
