"""Opens archives and compressed files, within limits, without ever writing to disk.

Who made an archive may be hostile: it may inflate without end, hold itself, or lie about its sizes. Whatever a limit
leaves out is told as a gap, never passed over.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, Protocol, cast

from readiness.scan.decompress import CHUNK, DECOMPRESSORS, Refused
from readiness.scan.signatures import HEAD, KINDS

MOST_ENTRIES = 200_000
MOST_BYTES = 16 << 30
RATIO = 300
"""Times its own size that an archive may inflate to, beyond `RATIO_FROM`. Text seldom exceeds 50."""
RATIO_FROM = 256 << 20
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
"""Those whose memory is bounded."""

_LOCAL_FILE = re.compile(rb"PK\x03\x04[\x0a-\x3f][\0-\x03]..[\0\x08\x09\x0c\x0e\x5d\x5f\x63]\0", re.DOTALL)
"""How a file in a zip archive begins; programs that open such archives hold the first four bytes too."""
_LOCAL_HEADER = 10
_SEALED = KINDS - {"zip archive", "tar archive", *DECOMPRESSORS}
ERRORS = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # encrypted zip entries
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    MemoryError,  # a header that says it is hundreds of megabytes long
)


class Reader(Protocol):
    """What is read from front to back."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""


class Entry(NamedTuple):
    """One file in an archive. `names`: texts of the archive about it, which may hold a secret too."""

    name: str
    names: bytes
    content: Reader | None
    """None where there is nothing to read: a link, a folder."""


class Exhausted(Refused):
    """A limit of the outermost archive was reached."""


@dataclass
class Budget:
    """What one outermost file may still cost, all that it holds together."""

    size: int
    """Bytes of the outermost file."""
    memory: int
    """Bytes that archives within archives may keep in memory."""
    entries: int = MOST_ENTRIES
    inflated: int = field(default=0)

    def count(self) -> None:
        """One more entry. Raises Exhausted."""
        self.entries -= 1
        if self.entries < 0:
            raise Exhausted(f"it holds more than {MOST_ENTRIES} files; the rest was not opened")

    def inflate(self, size: int) -> None:
        """So many more bytes came out. Raises Exhausted."""
        self.inflated += size
        if self.inflated > MOST_BYTES or self.inflated > max(RATIO_FROM, RATIO * self.size):
            raise Exhausted("it inflates without measure (an archive bomb?); the rest was not opened")


class _Counted:
    """A reader whose bytes count against a budget."""

    def __init__(self, inner: Reader, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        data = self._inner.read(size)
        self._budget.inflate(len(data))
        return data


class Peeked:
    """A reader whose first bytes were looked at already."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self.head = read_fully(inner, HEAD)
        self._left = self.head

    def read(self, size: int = -1, /) -> bytes:
        """See `Reader`."""
        if not self._left:
            return self._inner.read(size)
        data, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return data


def entries_of(kind: str, source: BinaryIO | Peeked, budget: Budget) -> Iterator[Entry]:
    """What an archive holds, in its own order; each entry must be read before the next is asked for.

    Zip archives need a source that can seek. Raises Refused, or one of `ERRORS` where it is damaged.
    """
    if kind in _SEALED:
        raise Refused(f"{kind}, not opened: repack it as zip or tar")
    if kind == "zip archive":
        yield from _zip(cast("BinaryIO", source), budget)
    elif kind == "tar archive":
        yield from _tar(source, budget)
    else:
        budget.count()
        with closing(DECOMPRESSORS[kind](cast("BinaryIO", source))) as plain:
            yield Entry("", b"", _Counted(cast("Reader", plain), budget))


def _zip(source: BinaryIO, budget: Budget) -> Iterator[Entry]:
    with zipfile.ZipFile(source) as archive:
        if _has_more(source, archive):
            yield Entry("", b"", _Failing("it holds files that its directory does not name; these were not opened"))
        for info in archive.infolist():
            budget.count()
            names = info.filename.encode("utf-8", "surrogateescape") + b"\n" + info.comment
            if info.is_dir() and not info.compress_size:
                yield Entry(info.filename, names, None)
                continue
            if info.flag_bits & 1:
                yield Entry(info.filename, names, _Failing("it is encrypted"))
                continue
            if info.compress_type not in _ZIP_METHODS:
                yield Entry(info.filename, names, _Failing(f"compression method {info.compress_type}, not known"))
                continue
            try:
                content = archive.open(info)
            except ERRORS as error:
                yield Entry(info.filename, names, _Failing(f"it is damaged ({type(error).__name__})"))
                continue
            with content:
                yield Entry(info.filename, names, _Counted(cast("Reader", content), budget))


def _has_more(source: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Whether between the files that the directory names something begins as a file does."""
    position = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if _holds_a_file(source, position, info.header_offset):
            return True
        source.seek(info.header_offset + 26)
        lengths = source.read(4)
        if len(lengths) == 4:
            position = max(position, info.header_offset + 30 + sum(struct.unpack("<HH", lengths)) + info.compress_size)
    return _holds_a_file(source, position, archive.start_dir)


def _holds_a_file(source: BinaryIO, start: int, end: int) -> bool:
    while start < end:
        source.seek(start)
        block = source.read(min(CHUNK, end - start))
        if _LOCAL_FILE.search(block):
            return True
        if len(block) < _LOCAL_HEADER:
            return False
        start += len(block) - (_LOCAL_HEADER - 1 if start + len(block) < end else 0)
    return False


class _Failing:
    """An entry that cannot be read."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, _size: int, /) -> bytes:
        raise Refused(self._reason)


def _tar(source: BinaryIO | Peeked, budget: Budget) -> Iterator[Entry]:
    mode = "r|" if isinstance(source, Peeked) else "r:"
    with tarfile.open(fileobj=cast("BinaryIO", source), mode=mode) as archive:  # type: ignore[call-overload]  # both modes read
        archive.ignore_zeros = True  # tars one behind the other; `cat` makes them
        for info in archive:
            budget.count()
            texts = [info.name, info.linkname, info.uname, info.gname, *map(str, info.pax_headers.values())]
            names = "\n".join(texts).encode("utf-8", "surrogateescape")
            has_content = info.isreg() or info.type not in tarfile.SUPPORTED_TYPES
            content = archive.extractfile(info) if has_content else None
            yield Entry(info.name, names, content and _entry_reader(content, in_place=mode == "r:", budget=budget))
            archive.members = []  # else every header of a hostile archive stays in memory
    while isinstance(source, Peeked) and source.read(CHUNK):
        pass  # only at its end does a compressed file say that it is whole


def _entry_reader(content: object, *, in_place: bool, budget: Budget) -> Reader:
    """Entries of a plain tar that can seek are read in place, however large; they inflate to nothing."""
    reader = cast("Reader", content)
    return reader if in_place else _Counted(reader, budget)


def read_fully(source: Reader, size: int) -> bytes:
    """So many bytes, fewer only at the end."""
    parts = io.BytesIO()
    while parts.tell() < size and (data := source.read(size - parts.tell())):
        parts.write(data)
    return parts.getvalue()
