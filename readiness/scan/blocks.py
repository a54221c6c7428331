"""Reading files of any size in blocks that overlap."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

BLOCK = 1 << 20
"""Bytes read at once. Small enough that an interruption is noticed soon, large enough that most files are one."""


class Block(NamedTuple):
    """A part of a file. `head` of its first bytes are the last ones of the block before, `tail` those of the next.

    What lies on a border is seen twice; `owns` tells which block answers for it, so that each place counts once and
    is looked at with half an overlap of context on either side.
    """

    offset: int
    data: bytes
    head: int = 0
    tail: int = 0

    @property
    def border(self) -> int:
        """From where on the next block answers."""
        return len(self.data) - self.tail + self.tail // 2

    def owns(self, start: int) -> bool:
        """Whether what starts there is this block's to tell."""
        return self.head // 2 <= start < self.border


def blocks_of(descriptor: int, overlap: int) -> Iterator[Block]:
    """The file's bytes, in order. Holes of sparse files are zeros, hold nothing, and are skipped. Raises OSError."""
    sparse = _is_sparse(descriptor)
    offset = _next_data(descriptor, 0) if sparse else 0
    kept = b""
    while offset is not None:
        fresh = os.pread(descriptor, BLOCK, offset + len(kept))
        data = kept + fresh
        position = offset + len(data)
        following = _next_data(descriptor, position) if sparse else position
        if following == position and not os.pread(descriptor, 1, position):
            following = None
        tail = min(overlap, len(data)) if following == position else 0
        yield Block(offset, data, len(kept), tail)
        kept = data[len(data) - tail :]
        offset = None if following is None else following - tail


def blocks_from(read: Callable[[int], bytes], overlap: int) -> Iterator[Block]:
    """The same for what can only be read from front to back; `read` gives nothing at the end, and not before.

    An error of `read` is raised behind all that it gave.
    """
    offset, kept = 0, b""
    fresh, error = _read_block(read)
    while True:
        data = kept + fresh
        fresh, error = _read_block(read) if len(fresh) == BLOCK and not error else (b"", error)
        tail = min(overlap, len(data)) if fresh else 0
        yield Block(offset, data, len(kept), tail)
        if not fresh:
            break
        kept = data[len(data) - tail :]
        offset += len(data) - tail
    if error:
        raise error


def _read_block(read: Callable[[int], bytes]) -> tuple[bytes, Exception | None]:
    parts: list[bytes] = []
    size = 0
    try:
        while size < BLOCK and (data := read(BLOCK - size)):
            parts.append(data)
            size += len(data)
    except Exception as error:  # noqa: BLE001 - it is raised again
        return b"".join(parts), error
    return b"".join(parts), None


def _is_sparse(descriptor: int) -> bool:
    status = os.fstat(descriptor)
    return status.st_size > BLOCK and status.st_blocks * 512 < status.st_size


def _next_data(descriptor: int, position: int) -> int | None:
    """Where the next bytes stand that are not in a hole; None at the end."""
    try:
        return os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        # Beyond the last data: the end. Any other error: the file system cannot tell, so everything is read.
        return None if error.errno == errno.ENXIO else position
