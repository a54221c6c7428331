"""Carries bytes between two connections, with how each of them ended: closed, half closed, or reset."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

CHUNK = 65_536
_LINGER_ZERO = struct.pack("ii", 1, 0)


class Stream:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def reset(self) -> None:
        """Close with RST, as the other side was."""
        connection = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self.writer.transport.abort()


async def relay(client: Stream, server: Stream, *, heard: bool = True) -> None:
    """Until both sides have ended. What is a fault at the emulator is the same fault for the application.

    `heard`: whether the server gets what the client says from now on; it is read in any case, for what is left unread
    when a connection is closed makes the system reset it, and the answer before it is lost.
    """
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_carry(client, server, heard=heard))
            both.create_task(_carry(server, client))
    except* OSError:
        client.reset()
        server.reset()
    finally:
        server.writer.close()


async def _carry(source: Stream, target: Stream, *, heard: bool = True) -> None:
    while data := await source.reader.read(CHUNK):
        if heard:
            target.writer.write(data)
            await target.writer.drain()
    if target.writer.can_write_eof():
        target.writer.write_eof()
    else:
        target.writer.close()
