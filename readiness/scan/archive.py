"""Opens archives and compressed files, within limits, without ever writing to disk.

Who made an archive may be hostile: it may inflate without end, hold itself, or lie about its sizes. Whatever a limit
leaves out is told as a gap, never passed over.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import BinaryIO, NamedTuple, Protocol, cast

HEAD = 512
"""Bytes of a file that tell what it is."""
MOST_ENTRIES = 200_000
MOST_BYTES = 16 << 30
RATIO = 300
"""Times its own size that an archive may inflate to, beyond `RATIO_FROM`. Text seldom exceeds 50."""
RATIO_FROM = 256 << 20
_ZSTD_WINDOW = 1 << 27
"""Bytes of the largest window that is accepted: 128 MiB, as `zstd --long` allows without being asked twice."""
_XZ_MEMORY = 100 << 20
"""Bytes that xz may take; its strongest preset takes 65 MiB."""
_CHUNK = 1 << 16
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
"""Those whose memory is bounded."""

_MAGIC = {
    b"PK\x03\x04": "zip archive",
    b"PK\x05\x06": "zip archive",
    b"\x1f\x8b\x08": "gzip file",
    b"BZh": "bzip2 file",
    b"\xfd7zXZ\0": "xz file",
    b"\x28\xb5\x2f\xfd": "zstandard file",
    b"7z\xbc\xaf\x27\x1c": "7-zip archive",
    b"Rar!\x1a\x07": "rar archive",
}
FIRST_BYTES = frozenset(magic[:2] for magic in _MAGIC)
"""How archives other than tar begin: a quick test that says no for nearly everything."""
_SEALED = {
    "7-zip archive": "a 7-zip archive, not opened: repack it as zip or tar",
    "rar archive": "a rar archive, not opened: repack it as zip or tar",
}
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


class Refused(Exception):  # noqa: N818 - a limit is no fault
    """A limit was reached, or the archive cannot be read; the text says which."""


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


def kind_of(head: bytes) -> str | None:
    """What kind of archive or compressed file begins like this."""
    if head[257:262] == b"ustar":
        return "tar archive"
    if head[:2] not in FIRST_BYTES:
        return None
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def entries_of(kind: str, source: BinaryIO | Peeked, budget: Budget) -> Iterator[Entry]:
    """What an archive holds, in its own order; each entry must be read before the next is asked for.

    Zip archives need a source that can seek. Raises Refused, or one of `ERRORS` where it is damaged.
    """
    if kind in _SEALED:
        raise Refused(_SEALED[kind])
    if kind == "zip archive":
        yield from _zip(cast("BinaryIO", source), budget)
    elif kind == "tar archive":
        yield from _tar(source, budget)
    else:
        budget.count()
        with closing(_DECOMPRESSORS[kind](cast("BinaryIO", source))) as plain:
            yield Entry("", b"", _Counted(cast("Reader", plain), budget))


def _zip(source: BinaryIO, budget: Budget) -> Iterator[Entry]:
    with zipfile.ZipFile(source) as archive:
        for info in archive.infolist():
            budget.count()
            names = info.filename.encode("utf-8", "surrogateescape") + b"\n" + info.comment
            if info.is_dir():
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


class _Failing:
    """An entry that cannot be read."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, _size: int, /) -> bytes:
        raise Refused(self._reason)


def _tar(source: BinaryIO | Peeked, budget: Budget) -> Iterator[Entry]:
    mode = "r|" if isinstance(source, Peeked) else "r:"
    with tarfile.open(fileobj=cast("BinaryIO", source), mode=mode) as archive:  # type: ignore[call-overload]  # both modes read
        for info in archive:
            budget.count()
            texts = [info.name, info.linkname, info.uname, info.gname, *map(str, info.pax_headers.values())]
            names = "\n".join(texts).encode("utf-8", "surrogateescape")
            content = archive.extractfile(info) if info.isreg() else None
            yield Entry(info.name, names, content and _entry_reader(content, in_place=mode == "r:", budget=budget))
            archive.members = []  # else every header of a hostile archive stays in memory
    while isinstance(source, Peeked) and source.read(_CHUNK):
        pass  # only at its end does a compressed file say that it is whole


def _entry_reader(content: object, *, in_place: bool, budget: Budget) -> Reader:
    """Entries of a plain tar that can seek are read in place, however large; they inflate to nothing."""
    reader = cast("Reader", content)
    return reader if in_place else _Counted(reader, budget)


class _Decompressor(Protocol):
    """What bz2, lzma and our own `_Zstandard` have in common: a stream, inflated in bounded pieces."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without more input."""

    @property
    def unused_data(self) -> bytes:
        """What follows the stream."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Up to so many bytes."""


class _Zstandard:
    """One frame. The library cannot bound what comes out, so little goes in at a time: 512 bytes are 16 MiB at most."""

    _FEED = 512

    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415 - optional

        self._frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._waiting = b""
        self._ready = b""

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof) and not self._ready

    @property
    def needs_input(self) -> bool:
        return not (self._waiting or self._ready)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._frame.unused_data) + self._waiting

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        import zstandard  # noqa: PLC0415 - optional

        self._waiting += data
        try:
            while self._waiting and not self._ready and not self._frame.eof:
                fed, self._waiting = self._waiting[: self._FEED], self._waiting[self._FEED :]
                self._ready = self._frame.decompress(fed)
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None
        end = len(self._ready) if max_length < 0 else max_length
        given, self._ready = self._ready[:end], self._ready[end:]
        return given


def _zstandard(source: BinaryIO) -> BinaryIO:
    if find_spec("zstandard") is None:
        raise Refused("a zstandard file, not opened: pip install 'aurora-readiness[scan]'")
    return cast("BinaryIO", _Inflating(source, _Zstandard))


class _Inflating:
    """Compressed streams, one after the other, read with a bounded decompressor."""

    def __init__(self, source: BinaryIO, make: Callable[[], _Decompressor]) -> None:
        self._source = source
        self._make = make
        self._decompressor = make()
        self._fed = b""

    def read(self, size: int, /) -> bytes:
        while True:
            if self._decompressor.eof:
                self._fed = (self._decompressor.unused_data or self._source.read(_CHUNK)).lstrip(b"\0")
                if not self._fed:
                    return b""
                self._decompressor = self._make()
            elif self._decompressor.needs_input and not self._fed:
                self._fed = self._source.read(_CHUNK)
                if not self._fed:
                    raise EOFError("the file ends too early")
            fed, self._fed = self._fed, b""
            if data := self._decompressor.decompress(fed, size):
                return data

    def close(self) -> None:
        """The source is not this reader's to close."""


_DECOMPRESSORS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    "gzip file": lambda source: cast("BinaryIO", gzip.GzipFile(fileobj=source)),
    "bzip2 file": lambda source: cast("BinaryIO", _Inflating(source, bz2.BZ2Decompressor)),
    "xz file": lambda source: cast("BinaryIO", _Inflating(source, lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY))),
    "zstandard file": _zstandard,
}


def read_fully(source: Reader, size: int) -> bytes:
    """So many bytes, fewer only at the end."""
    parts = io.BytesIO()
    while parts.tell() < size and (data := source.read(size - parts.tell())):
        parts.write(data)
    return parts.getvalue()
