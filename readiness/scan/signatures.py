"""How archives and compressed files begin and end."""

from __future__ import annotations

import re
import struct
import zlib
from typing import BinaryIO

from readiness.scan.engine import Gate

HEAD = 512
"""Bytes of a file that tell what it is."""
TAIL = (1 << 16) + 22
"""Bytes at the end of a file that tell whether it is a zip archive, whose comment may be that long."""
_DIRECTORY_END = b"PK\x05\x06"
LOCAL_FILE = b"PK\x03\x04"
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_GZIP = b"\x1f\x8b\x08"
_LOCAL_HEADER = re.escape(LOCAL_FILE) + rb".{4}[\x00-\x14\x5c-\x63]\x00.{16}"
"""Up to the length of the name: any flags, a method that programs know (APPNOTE 4.3.7, 4.4.5)."""
_GZIP_HEADER = re.escape(_GZIP) + rb"[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]"
"""Of one member (RFC 1952, 2.3)."""
_LOCAL, _SEVEN, _MEMBER = (re.compile(each, re.DOTALL) for each in (_LOCAL_HEADER, re.escape(_SEVEN_ZIP), _GZIP_HEADER))
EMBEDDED = Gate(
    (re.escape(_DIRECTORY_END), _LOCAL_HEADER, re.escape(_SEVEN_ZIP), _GZIP_HEADER),
    (_DIRECTORY_END.lower(), LOCAL_FILE.lower(), _SEVEN_ZIP, _GZIP),
)
"""What tells of an archive behind a program: how a zip archive ends, also before a signature; how others begin."""
GIT_PACK = "git pack"
GIT_OBJECT = re.compile(r"(.*/|)objects/(?:pack/[^/]+\.pack|[0-9a-f]{2}/[0-9a-f]{38}(?:[0-9a-f]{24})?)", re.DOTALL)
"""A path of what git packs and compresses: searching its bytes finds nothing."""
REPOSITORY = "objects of a git repository, whose history was not searched: leave `.git` out of what is shipped"
_MAGIC = {
    LOCAL_FILE: "zip archive",
    _DIRECTORY_END: "zip archive",
    _GZIP: "gzip file",
    b"BZh": "bzip2 file",
    b"\xfd7zXZ\0": "xz file",
    b"\x28\xb5\x2f\xfd": "zstandard file",
    **{bytes([byte]) + b"\x2a\x4d\x18": "zstandard file" for byte in range(0x50, 0x60)},  # a skippable frame first
    _SEVEN_ZIP: "7-zip archive",
    b"Rar!\x1a\x07": "rar archive",
    b"\x04\x22\x4d\x18": "lz4 file",
    b"\x1f\x9d": "compress (.Z) file",
    b"LZIP\x01": "lzip file",
    b"MSCF\0\0\0\0": "cabinet archive",
    b"\x89LZO\0": "lzop file",
    b"\xff\x06\0\0sNaPpY": "snappy file",
    b"# v2 git bundle\n": "git bundle",
    b"# v3 git bundle\n": "git bundle",
    b"PACK\0\0\0\2": GIT_PACK,
    b"PACK\0\0\0\3": GIT_PACK,
    b"\xed\xab\xee\xdb": "rpm package",
    b"!<arch>\ndebian": "deb package",
    b"hsqs": "squashfs image",
    b"\x02\x21\x4c\x18": "lz4 file",  # of the older format
    b"xar!\0\x1c": "xar archive",
    b"MSWIM\0\0\0": "wim image",
    b"PGDMP": "dump of PostgreSQL",
}
_BEGINNING = re.compile(b"|".join(re.escape(magic) for magic in _MAGIC))
_LZMA_WINDOWS = b"|".join(re.escape((part << bits).to_bytes(4, "little")) for bits in range(11, 28) for part in (2, 3))
_LZMA = re.compile(
    rb"(?:](?:%b)|[\x00-\xe0](?:%b)(?:\xff{8}|(?!\x00{5}).{5}\x00{3})\x00)" % (_LZMA_WINDOWS, _LZMA_WINDOWS), re.DOTALL
)
"""Properties (`]` are the usual ones), size of the window, size of the content or -1; the first byte coded is zero."""
KINDS = frozenset({*_MAGIC.values(), "lzma file", "tar archive"})
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
    if head[13:14] == b"\0" and _LZMA.match(head):  # no text has a zero there
        return "lzma file"
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


def packed_behind(data: bytes, *, script: bool) -> str | None:
    """What archive begins in the middle of this part of a file, if one does. `script`: whether the file is one.

    Programs hold compressed data of many kinds; but scripts hold a gzip file only in order to unpack it.
    """
    if b"\x03" in data and any(_is_local_header(data, match) for match in _LOCAL.finditer(data)):  # text holds no \x03
        return "a zip archive"
    if b"\x1c" in data and any(_is_seven_zip(data, match.start()) for match in _SEVEN.finditer(data)):
        return "a 7-zip archive"
    return "a gzip file" if script and _MEMBER.search(data) else None


def _is_seven_zip(data: bytes, at: int) -> bool:
    """Whether the checksum fits, which is of 20 bytes behind it: programs that know the format hold its magic too."""
    told, header = data[at + 8 : at + 12], data[at + 12 : at + 32]
    return len(header) == 20 and int.from_bytes(told, "little") == zlib.crc32(header)


def _is_local_header(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether a name follows: programs that open zip archives hold the first bytes of a header too."""
    length = int.from_bytes(data[match.end() : match.end() + 2], "little")
    name = data[match.end() + 4 : match.end() + 4 + length]
    return min(name, default=0) >= ord(" ")
