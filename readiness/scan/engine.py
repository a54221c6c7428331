"""Where in a block of bytes a secret may stand: many needles, one pass, no certainty.

An engine only points at regions; `confirm` decides. So engines may differ in speed and in how many regions they
name for nothing, never in what is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol

from readiness.scan.anchors import pieces_of

_KEPT = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum())
_DROPPED = bytes(byte for byte in range(256) if byte not in _KEPT)
_SHORTEST_CORE = 4
_CELL = 4096


class Region(NamedTuple):
    """A part of a block in which the secret of that number may begin or end."""

    secret: int
    start: int
    end: int


class Engine(Protocol):
    """Looks for all needles of all secrets at once."""

    def regions(self, block: bytes) -> Iterable[Region]:
        """Regions that touch every place where a needle stands, in one piece or broken up."""


class RegexEngine:
    """Needs nothing but Python.

    Everything but letters and digits is dropped from the block first: quotes, operators, line breaks, backslashes
    and the zeros of UTF-16. What is broken by these is then whole, at any column. Pieces of needles make the rest:
    they also find what is broken by letters, as in `"…" b"…"`.
    """

    def __init__(self, needles: Sequence[Iterable[bytes]]) -> None:
        """`needles`: those of each secret, which is known by its place in the sequence."""
        secrets_of: dict[bytes, set[int]] = defaultdict(set)
        weak: set[int] = set()
        for number, texts in enumerate(needles):
            for core in _smallest({text.translate(None, _DROPPED) for text in texts}):
                secrets_of[core].add(number)
                if len(core) < _SHORTEST_CORE:
                    weak.add(number)
        self._weak = frozenset(weak)
        """Secrets almost without letters and digits: they are confirmed everywhere, which is slow and rare."""
        strong = [core for core, numbers in secrets_of.items() if not numbers <= weak]
        self._pieces = {
            piece: frozenset().union(*(secrets_of[core] for core in cores)) - self._weak
            for piece, cores in pieces_of(strong).items()
        }
        self._lengths = sorted({len(piece) for piece in self._pieces})
        self._pattern = re.compile(_pattern(self._pieces)) if self._pieces else None

    def regions(self, block: bytes) -> Iterator[Region]:
        """See `Engine.regions`."""
        for number in self._weak:
            yield Region(number, 0, len(block))
        if self._pattern is None:
            return
        kept = block.translate(None, _DROPPED)
        first = self._pattern.search(kept)
        if first is None:
            return
        cells = list(
            accumulate(len(block[at : at + _CELL].translate(None, _DROPPED)) for at in range(0, len(block), _CELL))
        )
        seen: set[Region] = set()
        for found in self._pattern.finditer(kept, first.start()):
            cell = bisect_right(cells, found.start()) * _CELL
            for number in self._announced(kept, found.start()):
                region = Region(number, cell, cell + _CELL)
                if region not in seen:
                    seen.add(region)
                    yield region

    def _announced(self, kept: bytes, at: int) -> frozenset[int]:
        pieces = (kept[at : at + length] for length in self._lengths)
        return frozenset().union(*(self._pieces.get(piece, ()) for piece in pieces))


def _smallest(cores: set[bytes]) -> list[bytes]:
    """Cores that hold no other one: whoever finds these finds the others."""
    smallest: list[bytes] = []
    for core in sorted(cores, key=lambda core: (len(core), core)):
        if not any(other in core for other in smallest):
            smallest.append(core)
    return smallest


def _pattern(pieces: Iterable[bytes]) -> bytes:
    """One pattern for all pieces, as a trie. Only the first byte is consumed, so that pieces may overlap."""
    tails: dict[int, list[bytes]] = defaultdict(list)
    for piece in pieces:
        tails[piece[0]].append(piece[1:])
    return b"|".join(_literal(byte) + b"(?=" + _alternatives(rest) + b")" for byte, rest in sorted(tails.items()))


def _alternatives(texts: Sequence[bytes]) -> bytes:
    """A pattern for any of the texts; one that begins another stands for it."""
    if b"" in texts:
        return b""
    tails: dict[int, list[bytes]] = defaultdict(list)
    for text in texts:
        tails[text[0]].append(text[1:])
    parts = [_literal(byte) + _alternatives(rest) for byte, rest in sorted(tails.items())]
    return parts[0] if len(parts) == 1 else b"(?:" + b"|".join(parts) + b")"


def _literal(byte: int) -> bytes:
    return re.escape(bytes([byte]))
