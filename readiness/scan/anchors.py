"""Short pieces of needles, chosen so that looking for all of them at once is cheap.

A regular expression engine skips text quickly up to a character that may begin a match. So the pieces all begin
with one of a few characters that are rare in files: a greedy hitting set over windows of every needle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST_PIECE = 6
"""62**6 combinations: text that is not a piece of the secret hardly ever looks like one."""
_WINDOW = 8

_BY_FREQUENCY = b"etrsianolcpdmfughybxv10wTkA2SNECIRP3DL4F5MO6Gq987zjBUWVHKZQXYJ"
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


def pieces_of(needles: Iterable[bytes]) -> dict[bytes, set[bytes]]:
    """Pieces, and the needles that each of them announces.

    Every needle of two bytes or more is announced by pieces in its first half and in its second half, and by one
    in each stretch of twenty bytes between: of a needle that is torn in two, one part always holds a whole piece.
    """
    windows = [window for needle in set(needles) for window in _windows(needle)]
    firsts = _hitting_set(windows)
    pieces: dict[bytes, set[bytes]] = defaultdict(set)
    for window in windows:
        start = min(
            (at for at in range(window.first, window.last + 1) if window.needle[at] in firsts),
            key=lambda at: _cost(window.needle[at]),
        )
        pieces[window.needle[start : start + window.length]].add(window.needle)
    return dict(pieces)


def _windows(needle: bytes) -> Iterator[Window]:
    half = (len(needle) + 1) // 2
    length = min(LONGEST_PIECE, half)
    width = min(_WINDOW, half - length + 1)
    last = len(needle) - length
    yield Window(needle, 0, width - 1, length)
    for first in range(width, last - 2 * width + 2, _WINDOW):
        yield Window(needle, first, min(first + _WINDOW - 1, last), length)
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
    rank = _BY_FREQUENCY.find(byte)
    return float(_DECAY ** (rank if rank >= 0 else len(_BY_FREQUENCY)))
