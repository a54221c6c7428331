"""How archives and compressed files begin and end."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from readiness.scan.engine import Gate

HEAD = 512
"""Bytes of a file that tell what it is."""
TAIL = (1 << 16) + 22
"""Bytes at the end of a file that tell whether it is a zip archive, whose comment may be that long."""
_DIRECTORY_END = b"PK\x05\x06"
ZIP_END = Gate((re.escape(_DIRECTORY_END),), (_DIRECTORY_END.lower(),))
"""What a zip archive ends with, also behind a program and before a signature."""
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
    b"\x02\x21\x4c\x18": "lz4 file",  # of the older format
    b"xar!\0\x1c": "xar archive",
    b"MSWIM\0\0\0": "wim image",
    b"PGDMP": "dump of PostgreSQL",
}
_BEGINNING = re.compile(b"|".join(re.escape(magic) for magic in _MAGIC))
KINDS = frozenset({*_MAGIC.values(), "tar archive"})
_CHECKSUM_AT = 148
_CHECKSUM = re.compile(rb"[ 0]*+([0-7]{1,6})[ \0]{1,2}")
_NO_CHECKSUM = b" " * 8
"""What stands in its place while it is computed (POSIX.1-1988, 10.1.1)."""


def is_tar(head: bytes | bytearray) -> bool:
    """Whether a tar archive begins like this: in the format of 1988, or, by its checksum, in the one before."""
    if head[257:262] == b"ustar":
        return True
    checksum = _CHECKSUM.fullmatch(head, _CHECKSUM_AT, _CHECKSUM_AT + 8) if len(head) >= HEAD else None
    if checksum is None:
        return False
    counted = head[:_CHECKSUM_AT] + _NO_CHECKSUM + head[_CHECKSUM_AT + 8 : HEAD]
    return sum(counted) == int(checksum[1], 8)


def kind_of(head: bytes, tail: bytes = b"", size: int = 0) -> str | None:
    """What kind of archive or compressed file begins, or ends, like this; `size`: of the whole file."""
    if is_tar(head):
        return "tar archive"
    if magic := _BEGINNING.match(head):
        return _MAGIC[magic[0]]
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
