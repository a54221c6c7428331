"""Lines and columns of offsets, and paths that can be printed."""

from __future__ import annotations

import codecs
import os

from readiness.scan.blocks import Block

_CONTINUATION = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that do not begin a character."""


class LineCounter:
    """Turns offsets of one file, asked for in ascending order, into lines and columns (in characters)."""

    def __init__(self, head: bytes) -> None:
        """`head`: the file's first block."""
        self._codec = utf16_codec(head)
        self._feed = b"\n" if self._codec is None else "\n".encode(self._codec)
        self._counted = len(_mark(head))
        self._lines = 0
        self._column = 0
        """Characters of the line that is being counted."""

    def locate(self, block: Block, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of the byte at `offset` of the block."""
        start = max(self._counted - block.offset, 0)
        if start < offset:
            self._counted = block.offset + offset
            self._count(block, start, offset)
        return self._lines + 1, self._column + 1

    def _count(self, block: Block, start: int, end: int) -> None:
        last = -1
        if self._codec is None:
            self._lines += block.data.count(self._feed, start, end)
            last = block.data.rfind(self._feed, start, end)
        else:
            at = start
            while (at := block.data.find(self._feed, at, end)) >= 0:
                if (block.offset + at) % 2 == 0:  # else neighbouring characters share these bytes
                    self._lines += 1
                    last = at + 1
                at += 1
        line = block.data[max(last + 1, start) : end]
        characters = len(line.translate(None, _CONTINUATION)) if self._codec is None else len(line) // 2
        self._column = characters if last >= 0 else self._column + characters


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
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 8 and min(even, odd) == 0 and max(even, odd) > half * 0.7:
        return "utf-16-le" if odd else "utf-16-be"
    return None


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
