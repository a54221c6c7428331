"""Every object of a git repository, scanned as it streams out of `git cat-file --batch`.

The stream is scanned in large blocks, borders of objects and all, for a call per object would cost more than the
search itself. Only where the engine points at something is the object there looked at.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import re
import select
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import IO, NamedTuple

from readiness.scan.content import POINTERS
from readiness.scan.delta_order import PORTION, chains
from readiness.scan.git import Git, GitProcess
from readiness.scan.signatures import HEAD, kind_of

BLOCK = 1 << 18
"""Bytes scanned at once. They fit into a processor's cache, and are soon scanned: git must not wait for that."""
_ALL = ("--batch-all-objects", "--unordered", "--buffer")
_PIPE = 1 << 20
_MOST_UNREADABLE = 50
"""Objects that git cannot give, after which reading is given up."""
_PATIENCE = 0.25
"""Seconds between looks at whether to stop."""
_F_SETPIPE_SZ = 1031
HEADER = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) ([0-9]+)\n")
LONGEST_HEADER = 128


class Part(NamedTuple):
    """An object, as far as it stands in a block."""

    start: int
    end: int
    id: bytes
    kind: bytes
    """`blob`, `tree`, `commit` or `tag`."""


class Block(NamedTuple):
    """A part of the stream. `parts` are in order; the bytes between them are headers."""

    data: memoryview
    parts: list[Part]
    packed: list[Part]
    """Those that begin as an archive, a compressed file or a pointer of Git LFS does."""

    def parts_in(self, start: int, end: int) -> Iterator[Part]:
        """The objects that have bytes in the span."""
        at = max(bisect_right(self.parts, start, key=lambda part: part.start) - 1, 0)
        while at < len(self.parts) and self.parts[at].start < end:
            if self.parts[at].end > start:
                yield self.parts[at]
            at += 1


class Listing(NamedTuple):
    """The ids of all objects, one a line, in two files that are read side by side."""

    halves: tuple[IO[bytes], IO[bytes]]
    total: int
    complaints: tuple[str, ...]
    """What git said while it listed: alternates that are not there, damaged packs."""


@contextmanager
def list_objects(git: Git, check: Callable[[], None]) -> Iterator[Listing]:
    """List them, packed and loose, those of alternates too, whether or not anything reaches them."""
    with tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second:
        halves, counts = (first, second), [0, 0]
        with git.start("cat-file", "--batch-check=%(objectname) %(deltabase)", *_ALL) as process:
            listed = process.lines(check)
            while lines := list(islice(listed, PORTION)):
                for chain in chains(lines):
                    shorter = counts[1] < counts[0]
                    halves[shorter].write(b"\n".join(chain) + b"\n")
                    counts[shorter] += len(chain)
            complaints = process.finish()
        yield Listing(halves, sum(counts), complaints)


class ObjectStream:
    """The objects of one list, through one git process, or several where one is stopped by a damaged object."""

    def __init__(self, git: Git, ids: IO[bytes], overlap: int, max_object: int) -> None:
        """`overlap`: bytes that neighbouring blocks share. Objects over `max_object` bytes are streamed by git too."""
        self._git = git
        self._ids = ids
        self._command = ("-c", f"core.bigFileThreshold={max_object}", "cat-file", "--batch", "--buffer")
        ids.seek(0)
        self._line = len(ids.readline())
        self._count = ids.seek(0, os.SEEK_END) // self._line if self._line else 0
        self._ids_read = mmap.mmap(ids.fileno(), 0, access=mmap.ACCESS_READ) if self._count else b""
        self._overlap = overlap
        self._buffer = bytearray(BLOCK + overlap)
        self._view = memoryview(self._buffer)
        self.done = 0
        """Objects that were read, or could not be."""
        self.unreadable: list[str] = []
        """Ids of objects that git could not give."""
        self.complaints: list[str] = []
        self._process = self._start()

    def _start(self) -> GitProcess:
        """Begin with the first object that is not done."""
        self._filled = 0
        self._next = 0
        """Where the next header begins."""
        self._open: Part | None = None
        """The object that goes on behind the block."""
        self._unseen = False
        """Whether its first bytes were not looked at yet."""
        self._first = self.done
        self._astray = False
        """Whether git says something else than what was asked for: an object is longer or shorter than it says."""
        self.ended = False
        # Git inherits the descriptor: a seek of the file object alone may move within its own buffer only.
        os.lseek(self._ids.fileno(), self.done * self._line, os.SEEK_SET)
        process = self._git.start(*self._command, given=self._ids)
        self.descriptor = process.output.fileno()
        with suppress(OSError):  # as much as the system allows
            fcntl.fcntl(self.descriptor, _F_SETPIPE_SZ, _PIPE)
        os.set_blocking(self.descriptor, False)
        return process

    def resume(self) -> bool:
        """After the end: whether there is more to read, behind an object that stopped git, or led it astray."""
        if not self._astray:
            self.complaints += self._process.finish()
        self._process.stop()
        if (self.done >= self._count and not self._astray) or len(self.unreadable) >= _MOST_UNREADABLE:
            return False
        led_astray = self._astray and self.done > self._first  # by the object before the one that should come
        self.done += not led_astray
        self.unreadable.append(self._id(self.done - 1).decode())
        if self.done >= self._count:
            return False
        self._process = self._start()
        return True

    @property
    def left(self) -> int:
        """Objects that were never asked for."""
        return self._count - self.done

    def read(self) -> Block | None:
        """Take what is there. A block, once it is full, and one at the end."""
        try:
            size = os.readv(self.descriptor, [self._view[self._filled :]])
        except BlockingIOError:
            return None
        self._filled += size
        self.ended = size == 0
        if not self.ended and self._filled < len(self._buffer):
            return None
        block = self._parsed()
        self.ended |= self._astray
        return block

    def carry_over(self) -> None:
        """Make room behind the block that was read: its end stands before the next one."""
        kept = min(self._overlap, self._filled)
        shift = self._filled - kept
        self._buffer[:kept] = self._buffer[shift : self._filled]
        self._filled = kept
        self._next -= shift
        if self._open is not None:
            self._open = self._open._replace(start=self._open.start - shift, end=self._open.end - shift)

    def stop(self) -> None:
        """End git."""
        self._process.stop()

    def _parsed(self) -> Block:
        parts: list[Part] = []
        packed: list[Part] = []
        filled = self._filled
        while (part := self._open or self._header()) is not None:
            whole = part.end <= filled
            shown = part if whole and part.start >= 0 else Part(max(part.start, 0), min(part.end, filled), *part[2:])
            parts.append(shown)
            if self._unseen and (whole or filled - part.start >= HEAD):
                self._unseen = False
                if self._is_packed(part.start):
                    packed.append(shown)
            if part.end >= filled:
                self._open = part
                break
            self._open = None
            self._next = part.end + 1
            self.done += 1
        return Block(self._view[:filled], parts, packed)

    def _header(self) -> Part | None:
        """The object that begins next, if its header is there as a whole. One that git cannot read has none."""
        while not self._astray:
            asked = self._id(self.done)
            match = HEADER.match(self._buffer, self._next, self._filled)
            if match is not None and match[1] == asked:
                self._unseen = match[2] == b"blob"
                return Part(match.end(), match.end() + int(match[3]), asked, match[2])
            if match is None and self._filled - self._next < LONGEST_HEADER and not self._has_line():
                return None
            missing = asked + b" missing\n"
            self._astray = not self._buffer.startswith(missing, self._next, self._filled)
            if not self._astray:
                self.unreadable.append(asked.decode())
                self.done += 1
                self._next += len(missing)
        return None

    def _has_line(self) -> bool:
        return self._buffer.find(b"\n", self._next, self._filled) >= 0

    def _id(self, number: int) -> bytes:
        """What was asked for; empty behind the last."""
        return self._ids_read[number * self._line : (number + 1) * self._line - 1]

    def _is_packed(self, start: int) -> bool:
        head = bytes(self._view[start : start + HEAD])
        return head.startswith(POINTERS) or kind_of(head) is not None


def blocks_of(streams: Iterable[ObjectStream], check: Callable[[], None]) -> Iterator[tuple[ObjectStream, Block]]:
    """The blocks of several streams, as they come. Ends when all have ended."""
    poll = select.poll()
    of: dict[int, ObjectStream] = {}

    def watch(stream: ObjectStream) -> None:
        of[stream.descriptor] = stream
        poll.register(stream.descriptor, select.POLLIN)

    for stream in streams:
        watch(stream)
    while of:
        check()
        for descriptor, _ in poll.poll(_PATIENCE * 1000):
            stream = of[descriptor]
            block = stream.read()
            if block is not None:
                yield stream, block
                stream.carry_over()
            if stream.ended:
                poll.unregister(descriptor)
                del of[descriptor]
                if stream.resume():
                    watch(stream)
