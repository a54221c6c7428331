"""Small files searched together: a call for each would cost more than the search itself."""

from __future__ import annotations

import os
from bisect import bisect_right
from typing import Generic, NamedTuple, TypeVar

from readiness.scan.content import POINTERS
from readiness.scan.needles import Needles
from readiness.scan.place import utf16_codec
from readiness.scan.signatures import kind_of

LARGEST = 1 << 20
"""Bytes of a file from which on it is no small one."""
_ENOUGH = 1 << 18
"""Bytes that are searched at once; they fit into a processor's cache."""
_HEAD = 1024

F = TypeVar("F")


class Held(NamedTuple, Generic[F]):
    """A file, and where its bytes stand."""

    file: F
    start: int
    end: int
    whole: bool
    """False if it was larger or smaller than was said: it changed, or could not be read at once."""

    @property
    def size(self) -> int:
        """Bytes that were read."""
        return self.end - self.start


class Batch(Generic[F]):
    """Holds files' contents until there are enough to be searched."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._view = memoryview(bytearray(_ENOUGH + LARGEST))
        self._held: list[Held[F]] = []
        self._filled = 0

    @property
    def files(self) -> int:
        """How many files it holds."""
        return len(self._held)

    @property
    def bytes(self) -> int:
        """How many bytes these have."""
        return self._filled - len(self._held)

    @property
    def full(self) -> bool:
        """Whether it is time to search."""
        return self._filled >= _ENOUGH

    def read(self, file: F, descriptor: int, size: int) -> None:
        """Take in a file of `size` bytes, fewer than `LARGEST`. Raises OSError."""
        start = self._filled
        end = start + os.preadv(descriptor, [self._view[start : start + size + 1]], 0)
        self._held.append(Held(file, start, end, end - start == size))
        self._view[end] = 0x0A  # nothing that is looked for goes on behind it
        self._filled = end + 1

    def suspects(self) -> list[Held[F]]:
        """The files that need a closer look, in order; most do not. The batch is empty then."""
        data, held = self._view[: self._filled], self._held
        self._held, self._filled = [], 0
        starts = [each.start for each in held]
        regions, gates, embedded = self._needles.signals(data)
        found: set[int] = set()
        points = (*embedded, *(end for _, end in gates))
        for start, end in (*((region.start, region.end) for region in regions), *((end - 1, end) for end in points)):
            found.update(range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)))
        return [
            each
            for number, each in enumerate(held)
            if number in found or not each.whole or _is_special(data[each.start : each.end])
        ]


def _is_special(data: memoryview) -> bool:
    """Whether a file with these bytes is read in other ways than as they are."""
    head = bytes(data[:_HEAD])
    return bool(kind_of(head)) or head.startswith(POINTERS) or utf16_codec(head) is not None
