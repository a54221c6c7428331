"""The fast engine: Hyperscan looks for gates in the bytes, and for all forms of secrets in what is left of them.

Fragments of what people cut up by hand, plain secrets and base64, are looked for in the bytes too: where a program puts
one together from literals, the names of variables between them may hold any letters.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import hyperscan

from readiness.scan.anchors import coarse_ones, places_of_pieces
from readiness.scan.engine import Cores, Gate, Reduced, Region, Signals, core_pieces, cores_only, quoted, smallest
from readiness.scan.projection import Projection

_MOST, _SOME = 0.5, 0.25
"""Shares of a needle that must be there, in pieces without digits: where others have digits, and where none has."""


class _Needle(NamedTuple):
    """Bytes that are looked for piece by piece."""

    secret: int
    text: bytes
    enough: float
    """How many of its bytes must stand in a block, in pieces, where none of these tells anything by itself."""


class _Spot(NamedTuple):
    """Where in a needle a piece stands."""

    needle: _Needle
    start: int
    end: int

    @property
    def telling(self) -> bool:
        """Whether the piece is no part of a word: then it hardly stands anywhere by chance."""
        return _has_digit(self.needle.text[self.start : self.end])


class HyperscanEngine:
    """Pieces are looked for in the bytes as they are, and every form in what is left of them in a projection."""

    def __init__(self, needles: Sequence[Iterable[bytes]], gates: Sequence[Gate] = ()) -> None:
        """`needles`: those of each secret, the plainest first; a secret is known by its place in the sequence."""
        texts = [list(each) for each in needles]
        cores = Cores(texts)
        spots = _spots(texts)
        self._weak = cores.weak
        self._spots = list(spots.values())
        self._pieces = _Database(
            [_Expression(quoted(piece)) for piece in spots]
            + [_Expression(one, hyperscan.HS_FLAG_CASELESS) for gate in gates for one in gate.expressions]
            + [_SHORT]
        )
        self._gates = [number for number, gate in enumerate(gates) for _ in gate.expressions]
        projection = Projection(cores.secrets_of, cores.coarse)
        self._reduced = [Reduced(projection.of, projection.keys, _texts)] if projection.keys else []
        if projection.lacking:
            self._reduced.append(Reduced(cores_only, core_pieces(cores, projection.lacking), _texts))

    def prepare(self) -> None:
        """See `Engine.prepare`. Compiling holds no lock of Python's."""
        for database in (self._pieces, *(reduced.finder for reduced in self._reduced)):
            threading.Thread(target=database.prepare).start()

    def scan(self, block: bytes | memoryview) -> Signals:
        """See `Engine.scan`."""
        view = memoryview(block)
        signals = Signals([Region(number, 0, len(view)) for number in self._weak], [])
        pieces, others = len(self._spots), len(self._spots) + len(self._gates)
        ends: dict[int, list[int]] = defaultdict(list)
        for number, end in self._pieces.scan(view):
            if pieces <= number < others:
                signals.gates.append((self._gates[number - pieces], end))
            elif number < pieces:
                ends[number].append(end)
        signals.regions.extend(self._plausible_regions(view, ends))
        for reduced in self._reduced:
            signals.regions.extend(reduced.regions(view))
        return signals

    def _plausible_regions(self, view: memoryview, ends: Mapping[int, Sequence[int]]) -> Iterator[Region]:
        """`ends`: of each piece, by its number. Whether there are enough is asked first: that is cheap."""
        found: dict[_Needle, dict[_Spot, Sequence[int]]] = defaultdict(dict)
        for number, places in ends.items():
            for spot in self._spots[number]:
                found[spot.needle][spot] = places
        for needle, spots in found.items():
            if _is_enough(spots, needle):
                plausible = {
                    spot: [end for end in places if _is_plausible(view, end, spot)] for spot, places in spots.items()
                }
                if _is_enough((spot for spot, places in plausible.items() if places), needle):
                    for spot, places in plausible.items():
                        yield from (Region(needle.secret, end - (spot.end - spot.start), end) for end in places)


class _Expression(NamedTuple):
    text: bytes
    flags: int = 0


_SHORT = _Expression(rb"\x00\xfe", hyperscan.HS_FLAG_SINGLEMATCH)
"""Of no interest: with an expression this short Hyperscan goes on in small steps, up to three times as fast."""


class _Database:
    """Expressions, compiled when they are looked for at first or before, with their scratch space."""

    def __init__(self, expressions: list[_Expression]) -> None:
        self._expressions = expressions
        self._compiled: hyperscan.Database | None = None
        self._compiling = threading.Lock()

    def prepare(self) -> None:
        """Compile the expressions now."""
        _ = self.compiled

    @property
    def compiled(self) -> hyperscan.Database:
        """The compiled expressions."""
        with self._compiling:
            if self._compiled is None:
                self._compiled = self._compile()
            return self._compiled

    def scan(self, data: bytes | memoryview) -> list[tuple[int, int]]:
        """Number and end of each match."""
        hits: list[tuple[int, int]] = []
        if not (self._expressions and len(data)):
            return hits

        def matched(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            hits.append((number, end))

        self.compiled.scan(data, match_event_handler=matched)  # type: ignore[type-var]  # takes any buffer
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
        return database


def _texts(keys: Iterable[bytes]) -> _Database:
    return _Database([_Expression(quoted(key)) for key in keys])


def _spots(texts: Sequence[list[bytes]]) -> dict[bytes, list[_Spot]]:
    """Pieces of needles that may be cut up by hand, close together in a plainest form, and where each belongs."""
    spots: dict[bytes, list[_Spot]] = defaultdict(list)
    for secret, needles in enumerate(texts):
        coarse = {needle for needle in coarse_ones(needles) if 0 not in needle}  # a program may be UTF-16
        for needle in smallest({needle for needle in needles if needle} - coarse):
            places = places_of_pieces(needle, dense=needle == needles[0])
            share = _MOST if _has_digit(needle) else _SOME
            known = _Needle(secret, needle, share * len({at for start, end in places for at in range(start, end)}))
            for start, end in places:
                spots[needle[start:end]].append(_Spot(known, start, end))
    return dict(spots)


def _is_enough(spots: Iterable[_Spot], needle: _Needle) -> bool:
    """Whether a secret may stand there: many begin with a word, such as `production`, that is everywhere."""
    there = list(spots)
    held = {at for spot in there for at in range(spot.start, spot.end)}
    return len(held) >= needle.enough or any(spot.telling for spot in there)


def _has_digit(text: bytes) -> bool:
    return any(0x30 <= byte <= 0x39 for byte in text)


def _is_plausible(view: memoryview, end: int, spot: _Spot) -> bool:
    """Whether the needle goes on around its piece, up to its own ends or to something that may be a joint."""
    needle = spot.needle.text
    low, offset = end - (spot.end - spot.start), spot.start
    while offset and low and view[low - 1] == needle[offset - 1]:
        low, offset = low - 1, offset - 1
    if offset and low and chr(view[low - 1]).isalnum() and not _ends_escape(bytes(view[max(0, low - 10) : low])):
        return False
    high, offset = end, spot.end
    while offset < len(needle) and high < len(view) and view[high] == needle[offset]:
        high, offset = high + 1, offset + 1
    return offset == len(needle) or high == len(view) or not chr(view[high]).isalnum()


def _ends_escape(text: bytes) -> bool:
    """Whether an escape such as `%2B` or `=2B` may end the text."""
    return b"\\" in text or b"%" in text or text[-3:-2] == b"="
