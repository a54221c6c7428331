"""The fast engine: Hyperscan looks for all pieces, gates and shapes in one pass over the bytes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import hyperscan

from readiness.scan.anchors import FRAGMENT, coarse_ones, dense_pieces_of
from readiness.scan.engine import CellMap, Cores, Gate, Region, Signals, cores_only, merged, smallest

_AROUND = 2048
"""Bytes on either side of a shape in which finely broken text is put together: some twenty fragments with their gaps."""
_MOST_FRAGMENTS = 4

_WORD = rb"[0-9A-Za-z+/=_.~%&;#\\-]"
"""Of most secrets and their forms, escapes included."""
_ANY = rb"[!-~\x80-\xff]"
_NEXT_LITERAL = rb"[\"'`][\s+.,&|^~<>()_\\]*[A-Za-z@$]{0,2}[\"'`]"  # bounded repeats would be slower
_INDENTATION = rb"[\t #*>/]*"
_LINE_ENDS = rb"[ \t\\]*\r?\n"
_NEXT_ESCAPED = rb"\\{1,4}(?:r\\{1,4})?n[ \t]{0,8}"
_UTF16 = rb"(?:[ -~]\x00){8}"

_Callback = Callable[[int, int, int, int, object], None]


class _Spot(NamedTuple):
    """A piece, by the secret and the needle that it belongs to."""

    secret: int
    needle: bytes
    offset: int


class HyperscanEngine:
    """Pieces are looked for in the bytes as they are. Shapes of finely broken or UTF-16 text are looked for too.

    Around such a shape (rarely), letters and digits alone are searched as `RegexEngine` does everywhere.
    """

    def __init__(self, needles: Sequence[Iterable[bytes]], gates: Sequence[Gate] = ()) -> None:
        """`needles`: those of each secret, the plainest first; a secret is known by its place in the sequence."""
        texts = [list(each) for each in needles]
        self._cores = Cores(texts)
        spots = _spots(texts, self._cores.weak)
        self._spots = list(spots.values())
        self._lengths = [len(piece) for piece in spots]
        self._gates_from = len(spots)
        self._rest_from = self._gates_from + len(gates)
        shapes = _shapes(texts)
        self._pieces = _Database(
            [_Expression(_quoted(piece)) for piece in spots]
            + [_Expression(gate.expression, hyperscan.HS_FLAG_CASELESS) for gate in gates]
            + [_Expression(_UTF16, hyperscan.HS_FLAG_SINGLEMATCH)] * bool(shapes)
        )
        # Each with characters of its own that announce it: together they would be slower than one by one.
        self._shapes = [_Database([_Expression(shape)]) for shape in shapes]

    def scan(self, block: bytes | memoryview) -> Signals:
        """See `Engine.scan`."""
        view = memoryview(block)
        signals = Signals([], [])
        suspect: list[tuple[int, int]] = []
        for number, end in self._pieces.scan(view):
            if number >= self._rest_from:
                suspect.append((end - _AROUND, len(view)))  # only the first one is told
            elif number >= self._gates_from:
                signals.gates.append((number - self._gates_from, end))
            else:
                start = end - self._lengths[number]
                signals.regions.extend(
                    Region(spot.secret, start, end) for spot in self._spots[number] if _plausible(view, start, spot)
                )
        for shape in self._shapes:
            suspect += [(end - _AROUND, end + _AROUND) for _, end in shape.scan(view)]
        for start, end in merged(suspect):
            self._search_cores(bytes(view[max(start, 0) : end]), max(start, 0), signals)
        return signals

    @cached_property
    def _fine(self) -> tuple[_Database, list[tuple[int, frozenset[int]]]]:
        """What finds finely broken text, made when there is any: a database; length and secrets of each piece."""
        pieces = self._cores.ends
        database = _Database([_Expression(_quoted(piece)) for piece in pieces])
        return database, [(len(piece), secrets) for piece, secrets in pieces.items()]

    def _search_cores(self, part: bytes, start: int, signals: Signals) -> None:
        signals.regions.extend(Region(number, start, start + len(part)) for number in self._cores.weak)
        database, announced = self._fine
        hits = database.scan(cores_only(part))
        if hits:
            cells = CellMap(part)
            regions = {
                Region(secret, start + low, start + high)
                for number, end in hits
                for length, secrets in [announced[number]]
                for low, high in [cells.cell(end - length)]
                for secret in secrets
            }
            signals.regions.extend(sorted(regions))


class _Expression(NamedTuple):
    text: bytes
    flags: int = 0


class _Database:
    """Expressions, compiled when they are looked for at first, with their scratch space."""

    def __init__(self, expressions: list[_Expression]) -> None:
        self._expressions = expressions
        self._compiled: hyperscan.Database | None = None

    def scan(self, data: bytes | memoryview) -> list[tuple[int, int]]:
        """Number and end of each match."""
        hits: list[tuple[int, int]] = []
        if not (self._expressions and len(data)):
            return hits

        def matched(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            hits.append((number, end))

        database = self._compiled or self._compile()
        database.scan(data, match_event_handler=matched)  # type: ignore[type-var]  # takes any buffer
        return hits

    def _compile(self) -> hyperscan.Database:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=[one.text for one in self._expressions],
            ids=list(range(len(self._expressions))),
            elements=len(self._expressions),
            flags=[one.flags | hyperscan.HS_FLAG_DOTALL for one in self._expressions],
        )
        database.scratch = hyperscan.Scratch(database)
        self._compiled = database
        return database


def _spots(texts: Sequence[list[bytes]], weak: frozenset[int]) -> dict[bytes, list[_Spot]]:
    """Pieces of needles as they are. Those of UTF-16 are found as letters and digits, if there are any."""
    spots: dict[bytes, list[_Spot]] = defaultdict(list)
    for secret, needles in enumerate(texts):
        plain = {needle for needle in needles if needle and (secret in weak or not _widened(needle))}
        for piece, places in dense_pieces_of(smallest(plain), coarse_ones(needles)).items():
            spots[piece] += [_Spot(secret, needle, offset) for needle, offset in sorted(places)]
    return dict(spots)


def _widened(needle: bytes) -> bool:
    """Whether every other byte is zero, as in UTF-16 of ASCII."""
    return b"\0" in needle and (not any(needle[::2]) or not any(needle[1::2]))


def _shapes(needles: Sequence[list[bytes]]) -> list[bytes]:
    """What looks like text in pieces so short that none needs to hold a whole piece of a needle.

    The first needle of each secret is its plainest and shortest.
    """
    plainest = [each[0] for each in needles if each]
    if not plainest:
        return []
    count = min(max(-(-min(map(len, plainest)) // (FRAGMENT - 1)) - 2, 1), _MOST_FRAGMENTS)
    char = _WORD if all(re.fullmatch(_WORD + rb"*", text) for text in plainest) else _ANY
    fragment = char + rb"{1,7}"
    literals = _NEXT_LITERAL + (fragment + rb"\\*" + _NEXT_LITERAL) * count
    lines = char + rb"[ \t\\\r]?\n" + (_INDENTATION + fragment + _LINE_ENDS) * count
    escaped = _NEXT_ESCAPED + (fragment + _NEXT_ESCAPED) * count
    return [literals, lines, escaped]


def _plausible(view: memoryview, at: int, spot: _Spot) -> bool:
    """Whether the needle goes on around its piece, up to its own ends or to something that may be a joint."""
    needle = spot.needle
    low, offset = at, spot.offset
    while offset and low and view[low - 1] == needle[offset - 1]:
        low, offset = low - 1, offset - 1
    if offset and low and chr(view[low - 1]).isalnum() and not _ends_escape(bytes(view[max(0, low - 10) : low])):
        return False
    high, offset = at, spot.offset
    while offset < len(needle) and high < len(view) and view[high] == needle[offset]:
        high, offset = high + 1, offset + 1
    return offset == len(needle) or high == len(view) or not chr(view[high]).isalnum()


def _ends_escape(text: bytes) -> bool:
    """Whether an escape such as `%2B` may end the text."""
    return b"\\" in text or b"%" in text


def _quoted(piece: bytes) -> bytes:
    return rb"\x" + piece.hex(":").encode().replace(b":", rb"\x")
