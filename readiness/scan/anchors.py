"""Short pieces of needles, chosen so that looking for all of them at once is cheap.

A regular expression engine skips text quickly up to a character that may begin a match. So the pieces all begin
with one of a few characters that are rare in files: a greedy hitting set over windows of every needle.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

ENOUGH = 32.0
"""Bits that a piece should hold: text that is not a piece of the secret hardly ever looks like one."""
_WINDOW = 3
FRAGMENT = 8
"""Bytes of a fragment that holds a whole piece; see `places_of_pieces`."""
_COARSE = 12

BY_FREQUENCY = b"etrsianolcpdmfughybxv10wTkA2SNECIRP3DL4F5MO6Gq987zjBUWVHKZQXYJ"
"""ASCII letters and digits, the most frequent first, counted over the source files of some hundred packages."""
_DECAY = 0.91
"""Each is about that much rarer than the one before it."""


class Window(NamedTuple):
    """A range of offsets in a needle, at one of which a piece must begin."""

    needle: bytes
    first: int
    last: int
    length: int
    """Bytes of the piece."""

    @property
    def starts(self) -> bytes:
        """The bytes that a piece of this window may begin with."""
        return self.needle[self.first : self.last + 1]


def coarse_ones(needles: Sequence[bytes]) -> set[bytes]:
    """Needles much longer than the first, a secret's plainest form: encodings that nobody breaks finely.

    They get fewer pieces: an engine's cost grows with the number of these.
    """
    longest = int(1.4 * len(needles[0])) + 4 if needles else 0
    return {needle for needle in needles if len(needle) > longest}


def pieces_of(needles: Iterable[bytes], coarse: Container[bytes] = ()) -> dict[bytes, set[bytes]]:
    """Pieces, and the needles that each of them announces.

    Every needle of two bytes or more is announced by pieces in its first half and in its second half, and by one that
    begins in each three bytes between, twelve if it is among the `coarse`: of a needle that is torn in two, one part
    always holds a whole piece.
    """
    windows = [
        window for needle in set(needles) for window in _windows(needle, _COARSE if needle in coarse else _WINDOW)
    ]
    firsts = _hitting_set(windows)
    pieces: dict[bytes, set[bytes]] = defaultdict(set)
    for window in windows:
        start = min(
            (at for at in range(window.first, window.last + 1) if window.needle[at] in firsts),
            key=lambda at: _cost(window.needle[at]),
        )
        pieces[window.needle[start : start + window.length]].add(window.needle)
    return dict(pieces)


def places_of_pieces(needle: bytes, *, dense: bool) -> list[tuple[int, int]]:
    """Start and end of pieces at fixed distances, for engines that need no rare first byte.

    The first and the last are pieces, and one in the middle: one half of a needle that is torn in two always holds one.
    If they are to be `dense`, every fragment of `FRAGMENT` bytes of the needle holds one.
    """
    half = (len(needle) + 1) // 2
    length = min(piece_length(needle), half)
    step = min(max(FRAGMENT - length + 1, 1) if dense else half, half)
    last = len(needle) - length
    return [(start, start + length) for start in sorted({*range(0, last, step), last})]


def piece_length(needle: bytes) -> int:
    """Bytes of a piece: six of letters and digits, eight of hex or digits alone, more where escapes repeat."""
    letters = needle.translate(None, b"\\%&#;uxX\0")
    kinds = 16 if not letters.lower().translate(None, b"0123456789abcdef-") else 62
    bits = math.log2(kinds) * max(len(letters), 1) / len(needle)
    return math.ceil(ENOUGH / bits)


def _windows(needle: bytes, most: int) -> Iterator[Window]:
    half = (len(needle) + 1) // 2
    length = min(piece_length(needle), half)
    width = min(most, half - length + 1)
    last = len(needle) - length
    yield Window(needle, 0, width - 1, length)
    for first in range(width, last - 2 * width + 2, most):
        yield Window(needle, first, min(first + most - 1, last), length)
    yield Window(needle, last - width + 1, last, length)


def _hitting_set(windows: list[Window]) -> frozenset[int]:
    """Bytes such that each window holds one, cheap in sum: greedily the most windows for the least frequency."""
    covers: dict[int, set[int]] = defaultdict(set)
    for number, window in enumerate(windows):
        for byte in window.starts:
            covers[byte].add(number)
    left = set(range(len(windows)))
    chosen: set[int] = set()
    while left:
        best = max(sorted(covers), key=lambda byte: len(covers[byte] & left) / _cost(byte))
        chosen.add(best)
        left -= covers[best]
    return frozenset(chosen)


def _cost(byte: int) -> float:
    """About how often the byte occurs in files, relative to the others."""
    rank = BY_FREQUENCY.find(byte)
    return float(_DECAY ** (rank if rank >= 0 else len(BY_FREQUENCY)))
