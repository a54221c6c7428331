"""Reading files of any size in blocks that overlap."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import NamedTuple

BLOCK = 1 << 20
"""Bytes read at once. Small enough that an interruption is noticed soon, large enough that most files are one."""


class Block(NamedTuple):
    """A part of a file. It begins with the last bytes of the block before it, unless a hole lay between."""

    offset: int
    data: bytes
    last: bool


def blocks_of(descriptor: int, overlap: int) -> Iterator[Block]:
    """The file's bytes, in order. Holes of sparse files are zeros, hold nothing, and are skipped. Raises OSError."""
    sparse = _is_sparse(descriptor)
    offset = 0
    kept = b""
    while True:
        position = offset + len(kept)
        if sparse:
            data_at = _next_data(descriptor, position)
            if data_at is None:
                yield Block(offset, kept, last=True)
                return
            if data_at > position:
                offset, kept = data_at, b""
        fresh = os.pread(descriptor, BLOCK, offset + len(kept))
        data = kept + fresh
        ended = len(fresh) < BLOCK and not os.pread(descriptor, 1, offset + len(data))
        yield Block(offset, data, last=ended)
        if ended:
            return
        kept = data[max(0, len(data) - overlap) :] if overlap else b""
        offset += len(data) - len(kept)


def _is_sparse(descriptor: int) -> bool:
    status = os.fstat(descriptor)
    return status.st_size > BLOCK and status.st_blocks * 512 < status.st_size


def _next_data(descriptor: int, position: int) -> int | None:
    """Where the next bytes stand that are not in a hole; None at the end."""
    try:
        return os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        return position  # the file system cannot tell: read everything
