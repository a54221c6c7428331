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
from readiness.scan.engine import Gate

HEAD = 512
"""Bytes of a file that tell what it is."""
MOST_ENTRIES = 200_000
MOST_BYTES = 16 << 30
RATIO = 300
"""Times its own size that an archive may inflate to, beyond `RATIO_FROM`. Text seldom exceeds 50."""
RATIO_FROM = 256 << 20
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
"""Those whose memory is bounded."""

TAIL = (1 << 16) + 22
"""Bytes at the end of a file that tell whether it is a zip archive, whose comment may be that long."""
_DIRECTORY_END = b"PK\x05\x06"
ZIP_END = Gate((re.escape(_DIRECTORY_END),), (_DIRECTORY_END.lower(),))
"""What a zip archive ends with, also behind a program and before a signature."""
_LOCAL_FILE = re.compile(rb"PK\x03\x04[\x0a-\x3f][\0-\x03]..[\0\x08\x09\x0c\x0e\x5d\x5f\x63]\0", re.DOTALL)
"""How a file in a zip archive begins; programs that open such archives hold the first four bytes too."""
_LOCAL_HEADER = 10
_MAGIC = {
    b"PK\x03\x04": "zip archive",
    _DIRECTORY_END: "zip archive",
    b"\x1f\x8b\x08": "gzip file",
    b"BZh": "bzip2 file",
    b"\xfd7zXZ\0": "xz file",
    b"\x28\xb5\x2f\xfd": "zstandard file",
    **{bytes([byte]) + b"\x2a\x4d\x18": "zstandard file" for byte in range(0x50, 0x60)},  # a skippable frame first
    **{b"]" + (part << bits).to_bytes(4, "little"): "lzma file" for bits in range(11, 28) for part in (2, 3)},
    b"7z\xbc\xaf\x27\x1c": "7-zip archive",
    b"Rar!\x1a\x07": "rar archive",
    b"\x04\x22\x4d\x18": "lz4 file",
    b"\x1f\x9d": "compress (.Z) file",
    b"LZIP\x01": "lzip file",
    b"MSCF\0\0\0\0": "cabinet archive",
    b"\x89LZO\0": "lzop file",
    b"\xff\x06\0\0sNaPpY": "snappy file",
    b"# v2 git bundle\n": "git bundle",
    b"# v3 git bundle\n": "git bundle",
    b"\xed\xab\xee\xdb": "rpm package",
    b"!<arch>\ndebian": "deb package",
    b"hsqs": "squashfs image",
}
FIRST_BYTES = frozenset(magic[:2] for magic in _MAGIC)
"""How archives other than tar begin: a quick test that says no for nearly everything."""
_SEALED = frozenset(_MAGIC.values()) - {"zip archive", *DECOMPRESSORS}
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


def kind_of(head: bytes, tail: bytes = b"", size: int = 0) -> str | None:
    """What kind of archive or compressed file begins, or ends, like this; `size`: of the whole file."""
    if head[257:262] == b"ustar":
        return "tar archive"
    if head[:2] in FIRST_BYTES:
        for magic, kind in _MAGIC.items():
            if head.startswith(magic):
                return kind
    return "zip archive" if ends_as_zip(tail, size) else None


def kind_of_file(source: BinaryIO, size: int) -> str | None:
    """The same of a file that can seek; it is at its beginning afterwards."""
    source.seek(0)
    head = source.read(HEAD)
    source.seek(max(size - TAIL, 0))
    tail = source.read(TAIL)
    source.seek(0)
    return kind_of(head, tail, size)


def ends_as_zip(tail: bytes, size: int) -> bool:
    """Whether a file of that size with this end is a zip archive, whatever it begins with.

    Programs carry archives behind themselves: self-extracting ones, executable jars, Python's zipapps.
    """
    at = tail.rfind(_DIRECTORY_END)
    while at >= 0 and not _is_directory_end(tail, at, size):
        at = tail.rfind(_DIRECTORY_END, 0, at)
    return at >= 0


def _is_directory_end(tail: bytes, at: int, size: int) -> bool:
    if len(tail) - at < 22:
        return False
    length, offset, comment = struct.unpack_from("<IIH", tail, at + 12)
    if offset == 0xFFFFFFFF:  # a larger directory tells more
        return True
    fits = length > 0 and length + offset <= size - (len(tail) - at) and at + 22 + comment <= len(tail)
    return fits and (length > at or tail.startswith(b"PK\x01\x02", at - length))


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
