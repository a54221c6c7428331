"""Members of zip archives, as their bytes are: what the directory says of them is only compared (APPNOTE 4.3)."""

from __future__ import annotations

import bz2
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from readiness.scan.decompress import CHUNK, Deflate, Inflating, Refused
from readiness.scan.signatures import LOCAL_FILE, packed_behind

_METHODS = {zipfile.ZIP_STORED: None, zipfile.ZIP_DEFLATED: Deflate, zipfile.ZIP_BZIP2: bz2.BZ2Decompressor}
"""Those whose memory is bounded."""
_HEADER = struct.Struct("<4s2xHH8xIIHH")
_ENCRYPTED, _STREAMED = 1 << 0, 1 << 3
_HARMLESS = 1 << 1 | 1 << 2 | _STREAMED | 1 << 11
"""Flags that say how well it was deflated, that sizes follow it, and how its name is encoded (4.4.4)."""
_ZIP64 = 1
_NOT_HERE = 0xFFFFFFFF
"""A size that stands in the extra field for ZIP64 (4.5.3)."""
_OVERLAP = 64
"""Bytes of a header, with the beginning of a name, that neighbouring blocks share."""


def open_member(source: BinaryIO, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    """A reader that raises BadZipFile at the end, if that is not where the directory says.

    Raises Refused, or one of the errors of `zipfile`, which compares the names.
    """
    check_header(source, info)
    if info.flag_bits & _ENCRYPTED:
        raise Refused("it is encrypted")
    if info.compress_type not in _METHODS:
        raise Refused(f"compression method {info.compress_type}, not known")
    with archive.open(info):
        return _Member(source, info)


def check_header(source: BinaryIO, info: zipfile.ZipInfo) -> None:
    """Raise Refused if programs that go by the header in front of a file would read another one, or otherwise."""
    source.seek(info.header_offset)
    header = source.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise zipfile.BadZipFile
    signature, flags, method, packed, size, name_length, extra_length = _HEADER.unpack(header)
    source.seek(name_length, 1)
    larger = _zip64(source.read(extra_length))
    sizes = [next(larger, told) if told == _NOT_HERE else told for told in (size, packed)]
    streamed = flags & _STREAMED
    same = all(
        told == said or (streamed and not told)
        for told, said in zip(sizes, (info.file_size, info.compress_size), strict=True)
    )
    if signature != LOCAL_FILE or method != info.compress_type or (flags ^ info.flag_bits) & ~_HARMLESS or not same:
        raise Refused("its header and the archive's directory differ; repack the archive")


def _zip64(extra: bytes) -> Iterator[int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64:
            for start in range(at + 4, at + 4 + length - 7, 8):
                yield int.from_bytes(extra[start : start + 8], "little")
            return
        at += 4 + length


class _Part:
    """Some of the bytes of a file."""

    def __init__(self, source: BinaryIO, start: int, size: int) -> None:
        self._source = source
        self._at = start
        self._end = start + size

    def read(self, size: int, /) -> bytes:
        self._source.seek(self._at)
        data = self._source.read(min(size, self._end - self._at))
        self._at += len(data)
        return data


class _Member:
    """All that stands between a header and the end of a member, inflated."""

    def __init__(self, source: BinaryIO, info: zipfile.ZipInfo) -> None:
        packed = _Part(source, _start(source, info), info.compress_size)
        make = _METHODS[info.compress_type] if info.compress_size or info.file_size else None
        self._plain = Inflating(packed, make) if make else packed
        self._told = (info.file_size, info.CRC)
        self._size, self._checksum = 0, 0

    def read(self, size: int, /) -> bytes:
        data = self._plain.read(size)
        self._size += len(data)
        self._checksum = zlib.crc32(data, self._checksum)
        if not data and size and (self._size, self._checksum) != self._told:
            raise zipfile.BadZipFile
        return data


def _start(source: BinaryIO, info: zipfile.ZipInfo) -> int:
    source.seek(info.header_offset)
    *_, name_length, extra_length = _HEADER.unpack(source.read(_HEADER.size))
    return info.header_offset + _HEADER.size + int(name_length) + int(extra_length)


def has_more(source: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Whether something that the directory does not name begins as a file does, or as an archive in front of all."""
    members = sorted(archive.infolist(), key=lambda info: info.header_offset)
    position = members[0].header_offset if members else archive.start_dir
    source.seek(0)
    script = source.read(2) == b"#!"
    if _holds(source, 0, position, lambda block: packed_behind(block, script=script) is not None):
        return True
    for info in members:
        if _holds(source, position, info.header_offset, _begins_file):
            return True
        source.seek(info.header_offset)
        if len(source.read(_HEADER.size)) == _HEADER.size:
            position = max(position, _start(source, info) + info.compress_size)
    return _holds(source, position, source.seek(0, 2), _begins_file)


def _begins_file(block: bytes) -> bool:
    return LOCAL_FILE in block


def _holds(source: BinaryIO, start: int, end: int, is_there: Callable[[bytes], bool]) -> bool:
    while start < end:
        source.seek(start)
        block = source.read(min(CHUNK, end - start))
        if is_there(block):
            return True
        if len(block) <= _OVERLAP or start + len(block) >= end:
            return False
        start += len(block) - _OVERLAP
    return False
