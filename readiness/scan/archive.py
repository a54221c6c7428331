"""Opens archives and compressed files, within limits, without ever writing to disk.

Who made an archive may be hostile: it may inflate without end, hold itself, or lie about its sizes. Whatever a limit
leaves out is told as a gap, never passed over.
"""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, Protocol, Self, cast

from readiness.scan.decompress import CHUNK, DECOMPRESSORS, Refused
from readiness.scan.signatures import GIT_PACK, HEAD, KINDS, REPOSITORY
from readiness.scan.zip_archive import check_header, has_more, open_member

MOST_ENTRIES = 200_000
MOST_BYTES = 16 << 30
RATIO = 300
"""Times its own size that an archive may inflate to, beyond `RATIO_FROM`. Text seldom exceeds 50."""
RATIO_FROM = 256 << 20
_NO_HEADER = "a damaged header; what follows was not opened: repack it"
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
        self._error: Exception | None = None
        head = io.BytesIO()
        try:
            while head.tell() < HEAD and (data := inner.read(HEAD - head.tell())):
                head.write(data)
        except (Refused, *ERRORS) as error:
            self._error = error
        self._left = self.head = head.getvalue()

    def read(self, size: int = -1, /) -> bytes:
        """See `Reader`. Raises what stopped the look behind what it gave."""
        if self._left:
            data, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
            return data
        if self._error:
            raise self._error
        return self._inner.read(size)


def entries_of(kind: str, source: BinaryIO | Reader, budget: Budget) -> Iterator[Entry]:
    """What an archive holds, in its own order; each entry must be read before the next is asked for.

    Zip archives need a source that can seek. Raises Refused, or one of `ERRORS` where it is damaged.
    """
    if kind in _SEALED:
        raise Refused(REPOSITORY if kind == GIT_PACK else f"{kind}, not opened: repack it as zip or tar")
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
        if has_more(source, archive):
            yield Entry("", b"", _Failing("it holds files that its directory does not name; these were not opened"))
        for info in archive.infolist():
            budget.count()
            names = info.filename.encode("utf-8", "surrogateescape") + b"\n" + info.comment
            yield Entry(info.filename, names, _zip_content(source, archive, info, budget))


def _zip_content(source: BinaryIO, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Reader | None:
    try:
        if info.is_dir() and not info.compress_size:
            check_header(source, info)
            return None
        return _Counted(open_member(source, archive, info), budget)
    except Refused as refused:
        return _Failing(str(refused))
    except ERRORS as error:
        return _Failing(f"it is damaged ({type(error).__name__})")


class _Failing:
    """An entry that cannot be read."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, _size: int, /) -> bytes:
        raise Refused(self._reason)


class _Header(tarfile.TarInfo):
    """A header of a tar. Where one should be and none is, `tarfile` would skip the block, and what follows."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Raises Refused where something stands that is no header."""
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError:
            if not buf.strip(b"\0"):  # the end
                raise
            raise Refused(_NO_HEADER) from None
        if header.size < 0:
            raise Refused(_NO_HEADER)
        return header


def _tar(source: BinaryIO | Reader, budget: Budget) -> Iterator[Entry]:
    in_place = isinstance(source, io.IOBase)
    mode = "r:" if in_place else "r|"
    with tarfile.open(fileobj=cast("BinaryIO", source), mode=mode, tarinfo=_Header) as archive:  # type: ignore[call-overload]  # both modes read
        archive.ignore_zeros = True  # tars one behind the other; `cat` makes them
        for info in archive:
            budget.count()
            texts = [info.name, info.linkname, info.uname, info.gname, *map(str, info.pax_headers.values())]
            names = "\n".join(texts).encode("utf-8", "surrogateescape")
            yield Entry(info.name, names, _tar_content(archive, info, budget, in_place=in_place))
            archive.members = []  # else every header of a hostile archive stays in memory
    while not in_place and source.read(CHUNK):
        pass  # only at its end does a compressed file say that it is whole


def _tar_content(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget, *, in_place: bool) -> Reader | None:
    """Entries of a plain tar that can seek are read in place, however large: but for holes they inflate to nothing."""
    if not (info.isreg() or info.type not in tarfile.SUPPORTED_TYPES):
        return None
    if info.sparse is not None and not _is_mapped(info, archive.offset - info.offset_data):
        return _Failing("what its list of holes tells does not fit what is stored; unpack it")
    reader = cast("Reader", archive.extractfile(info))
    return reader if in_place and info.sparse is None else _Counted(reader, budget)


def _is_mapped(info: tarfile.TarInfo, stored: int) -> bool:
    """Whether the map of a sparse file names all that is stored of it, in order."""
    end, mapped = 0, 0
    for start, size in cast("list[tuple[int, int]]", info.sparse):
        if size:
            if size < 0 or start < end:
                return False
            end, mapped = start + size, mapped + size
    return end <= info.size and stored == -(-mapped // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def read_fully(source: Reader, size: int) -> bytes:
    """So many bytes, fewer only at the end."""
    parts = io.BytesIO()
    while parts.tell() < size and (data := source.read(size - parts.tell())):
        parts.write(data)
    return parts.getvalue()
