"""Reading compressed files from front to back, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import BinaryIO, Protocol, cast

_ZSTD_WINDOW = 1 << 27
"""Bytes of the largest window that is accepted: 128 MiB, as `zstd --long` allows without being asked twice."""
_XZ_MEMORY = 100 << 20
"""Bytes that xz may take; its strongest preset takes 65 MiB."""
CHUNK = 1 << 16
"""Bytes read at once."""


class Refused(Exception):  # noqa: N818 - a limit is no fault
    """A limit was reached, or the archive cannot be read; the text says which."""


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


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
    return cast("BinaryIO", Inflating(source, _Zstandard))


class Deflate:
    """A stream without a header (RFC 1951), as in zip archives."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self._full = False

    @property
    def eof(self) -> bool:
        """See `_Decompressor`, here and below."""
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        """The library may keep something back where as much came out as was asked for."""
        return not (self._stream.unconsumed_tail or self._full)

    @property
    def unused_data(self) -> bytes:
        """What follows the stream."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Up to so many bytes."""
        plain = self._stream.decompress(self._stream.unconsumed_tail + data, max(max_length, 0))
        self._full = len(plain) == max_length
        return plain


class Inflating:
    """Compressed streams, one after the other, read with a bounded decompressor."""

    def __init__(self, source: _Source, make: Callable[[], _Decompressor]) -> None:
        self._source = source
        self._make = make
        self._decompressor = make()
        self._fed = b""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""
        while True:
            if self._decompressor.eof:
                self._fed = (self._decompressor.unused_data or self._source.read(CHUNK)).lstrip(b"\0")
                if not self._fed:
                    return b""
                self._decompressor = self._make()
            elif self._decompressor.needs_input and not self._fed:
                self._fed = self._source.read(CHUNK)
                if not self._fed:
                    raise EOFError("the file ends too early")
            fed, self._fed = self._fed, b""
            if data := self._decompressor.decompress(fed, size):
                return data

    def close(self) -> None:
        """The source is not this reader's to close."""


DECOMPRESSORS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    "gzip file": lambda source: cast("BinaryIO", gzip.GzipFile(fileobj=source)),
    "bzip2 file": lambda source: cast("BinaryIO", Inflating(source, bz2.BZ2Decompressor)),
    "xz file": lambda source: cast("BinaryIO", Inflating(source, lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY))),
    "lzma file": lambda source: cast(
        "BinaryIO", Inflating(source, lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _XZ_MEMORY))
    ),
    "zstandard file": _zstandard,
}
