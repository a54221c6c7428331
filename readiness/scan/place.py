"""Lines and columns of offsets, and paths that can be printed."""

from __future__ import annotations

import codecs
import os
import re

from readiness.scan.blocks import Block

_CONTINUATION = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that do not begin a character."""


class LineCounter:
    """Turns offsets of one file into lines and columns, block by block. Columns count characters."""

    def __init__(self, head: bytes) -> None:
        """`head`: the file's first block."""
        self.codec = utf16_codec(head)
        """Of UTF-16; None for everything else."""
        self._feed = b"\n" if self.codec is None else "\n".encode(self.codec)
        self._done = len(_mark(head))
        """Offset in the file up to which lines are counted."""
        self._lines = 0
        self._column = 0
        """Characters before `_done` in its line."""

    def locate(self, block: Block, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of the byte at `offset` of the block."""
        lines, column = self._count(block, offset)
        return lines + 1, column + 1

    def finish(self, block: Block) -> None:
        """Go on to the next block."""
        self._lines, self._column = self._count(block, block.border)
        self._done = block.offset + block.border

    def _count(self, block: Block, end: int) -> tuple[int, int]:
        start = max(self._done - block.offset, 0)
        data, feed = block.data, self._feed
        if self.codec is None:
            feeds, last = data.count(feed, start, end), data.rfind(feed, start, end)
        else:
            # At odd offsets the same bytes belong to two neighbouring characters.
            places = [found.start() for found in re.finditer(re.escape(feed), data[:end]) if found.start() >= start]
            whole = [at for at in places if (block.offset + at) % 2 == 0]
            feeds, last = len(whole), whole[-1] + 1 if whole else -1
        line = data[last + 1 if last >= 0 else start : end]
        characters = len(line.translate(None, _CONTINUATION)) if self.codec is None else len(line) // 2
        return self._lines + feeds, characters if last >= 0 else self._column + characters


def _mark(head: bytes) -> bytes:
    """The byte order mark at the beginning, which is no character of the first line."""
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return next((mark for mark in marks if head.startswith(mark)), b"")


def utf16_codec(head: bytes) -> str | None:
    """The codec of a text that begins like this, if it is UTF-16."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    sample = head[:1024]
    if 0 not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 8 and min(even, odd) == 0 and max(even, odd) > half * 0.7:
        return "utf-16-le" if odd else "utf-16-be"
    return None


class TextView:
    """A block as text in UTF-8: as it is, or turned from UTF-16."""

    def __init__(self, block: Block, codec: str | None) -> None:
        self._codec = codec
        self._start = block.offset % 2 if codec else 0
        self.data = block.data
        if codec is not None:
            data = block.data[self._start : len(block.data) - (len(block.data) - self._start) % 2]
            self.data = data.decode(codec, "replace").encode("utf-8", "replace")

    def original(self, offset: int) -> int:
        """The offset in the block of the byte at `offset` of `data`."""
        if self._codec is None:
            return offset
        return self._start + len(self.data[:offset].decode("utf-8", "replace").encode(self._codec, "replace"))


def printable(path: str) -> str:
    """The path with forward slashes, and with escapes for what is no character, or would not be seen as one."""
    return "".join(_shown(char) for char in path.replace(os.sep, "/"))


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
