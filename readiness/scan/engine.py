"""Where in a block of bytes a secret may stand, or a pattern match: many needles, one pass, no certainty.

An engine only points at regions and at ends of gates; what stands there is decided afterwards, always by the same
code. So engines may differ in speed and in how many places they name for nothing, never in what is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import accumulate
from typing import Generic, NamedTuple, Protocol, TypeVar

from readiness.scan.anchors import coarse_ones, pieces_of
from readiness.scan.projection import Projection

_KEPT = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum())
_DROPPED = bytes(byte for byte in range(256) if byte not in _KEPT)
_SHORTEST_CORE = 4
_CELL = 4096
_NEVER = rb"(?!)"
_LONGEST_GATE = 512
"""Bytes of the longest match of a gate."""


class Region(NamedTuple):
    """A part of a block in which the secret of that number may begin or end."""

    secret: int
    start: int
    end: int


class Gate(NamedTuple):
    """What an engine needs of a pattern; see `patterns.Pattern`."""

    expressions: tuple[bytes, ...]
    hints: tuple[bytes, ...]


class Signals(NamedTuple):
    """What an engine points at in one block."""

    regions: list[Region]
    gates: list[tuple[int, int]]
    """Number of a gate, and where a match of it ends."""


class Engine(Protocol):
    """Looks for all needles of all secrets, and for all gates, at once. Not for several threads at a time."""

    def prepare(self) -> None:
        """Announce that `scan` follows soon; what takes long beforehand is done meanwhile."""

    def scan(self, block: bytes | memoryview) -> Signals:
        """Regions that touch every place where a needle stands, in one piece or broken up; ends of gates."""


EngineMaker = Callable[[Sequence[Iterable[bytes]], Sequence[Gate]], Engine]


def engine_for(needles: Sequence[Iterable[bytes]], gates: Sequence[Gate]) -> Engine:
    """The fastest engine that is installed."""
    if has_hyperscan():
        from readiness.scan.hyperscan_engine import HyperscanEngine  # noqa: PLC0415 - optional

        return HyperscanEngine(needles, gates)
    return RegexEngine(needles, gates)


def has_hyperscan() -> bool:
    """Whether the optional engine (extra `scan`) is installed."""
    return find_spec("hyperscan") is not None


class Cores:
    """Needles without anything but letters and digits, in which what is broken by other characters is whole."""

    def __init__(self, needles: Sequence[Iterable[bytes]]) -> None:
        """`needles`: those of each secret, the plainest first; a secret is known by its place in the sequence."""
        self.coarse: set[bytes] = set()
        """Those of encodings that nobody breaks finely."""
        found: dict[bytes, set[int]] = defaultdict(set)
        weak: set[int] = set()
        for number, texts in enumerate(needles):
            bare = [cores_only(text) for text in texts if text]
            self.coarse |= coarse_ones(bare)
            for core in smallest(set(bare)):
                found[core].add(number)
                if len(core) < _SHORTEST_CORE:
                    weak.add(number)
        self.weak = frozenset(weak)
        """Secrets almost without letters and digits: they are confirmed everywhere, which is slow and rare."""
        self.secrets_of = {core: numbers - weak for core, numbers in found.items() if numbers - weak}
        """Cores, and the other secrets that each is of."""


def core_pieces(cores: Cores, chosen: Iterable[bytes]) -> dict[bytes, frozenset[int]]:
    """Pieces of some cores, and the secrets that each announces."""
    return {
        piece: frozenset().union(*(cores.secrets_of[core] for core in announced))
        for piece, announced in pieces_of(chosen, cores.coarse).items()
    }


class CellMap:
    """Turns offsets of a reduced block into parts of the block."""

    def __init__(self, block: bytes | memoryview, reduced: Callable[[bytes | memoryview], bytes]) -> None:
        self._ends = list(accumulate(len(reduced(block[at : at + _CELL])) for at in range(0, len(block), _CELL)))

    def cell(self, offset: int) -> tuple[int, int]:
        """Start and end of the cell that holds the byte."""
        start = bisect_right(self._ends, offset) * _CELL
        return start, start + _CELL


def cores_only(block: bytes | memoryview) -> bytes:
    """The block's letters and digits, without those of line breaks that are written as escapes."""
    return bytes(block).replace(rb"\n", rb"\ ").replace(rb"\r", rb"\ ").translate(None, _DROPPED)


class Finder(Protocol):
    """Looks for many texts at once."""

    def scan(self, data: bytes, /) -> list[tuple[int, int]]:
        """Number and end of each place where one of the texts stands."""


F = TypeVar("F", bound=Finder)


class Reduced(Generic[F]):
    """Texts without most of their characters, and what is looked for in these."""

    def __init__(
        self,
        reduce: Callable[[bytes | memoryview], bytes],
        announced: Mapping[bytes, Collection[int]],
        finder: Callable[[Iterable[bytes]], F],
    ) -> None:
        """`announced`: what to look for, and the secrets that each announces."""
        self._reduce = reduce
        self._announced = [(len(key), frozenset(secrets)) for key, secrets in announced.items()]
        self.finder = finder(announced)

    def regions(self, text: bytes | memoryview) -> list[Region]:
        """Parts of the text in which a secret may begin or end."""
        hits = self.finder.scan(self._reduce(text))
        if not hits:
            return []
        cells = CellMap(text, self._reduce)
        regions = {
            Region(secret, *cells.cell(end - length))
            for number, end in hits
            for length, secrets in [self._announced[number]]
            for secret in secrets
        }
        return sorted(regions)


class RegexEngine:
    """Needs nothing but Python. Quotes, operators, line breaks, backslashes and the zeros of UTF-16 are taken out.

    Pieces of what is left also find what is broken by letters, as in `"…" b"…"`; a projection, the rest.
    """

    def __init__(self, needles: Sequence[Iterable[bytes]], gates: Sequence[Gate] = ()) -> None:
        """`needles`: those of each secret, the plainest first; a secret is known by its place in the sequence."""
        cores = Cores(needles)
        projection = Projection(cores.secrets_of, cores.coarse)
        self._weak = cores.weak
        self._reduced = [
            Reduced(cores_only, core_pieces(cores, cores.secrets_of), _Trie),
            Reduced(projection.of, projection.keys, _Trie),
        ]
        self._gates = [
            (gate.hints, re.compile(b"|".join(gate.expressions), re.IGNORECASE | re.DOTALL)) for gate in gates
        ]

    def prepare(self) -> None:
        """See `Engine.prepare`: there is nothing to do."""

    def scan(self, block: bytes | memoryview) -> Signals:
        """See `Engine.scan`."""
        data = bytes(block)
        regions = [Region(number, 0, len(data)) for number in self._weak]
        for reduced in self._reduced:
            regions += reduced.regions(data)
        return Signals(regions, list(self._gate_ends(data)))

    def _gate_ends(self, block: bytes) -> Iterator[tuple[int, int]]:
        lowered = block.lower() if self._gates else b""
        for number, (hints, expression) in enumerate(self._gates):
            spans = merged(list(_around(hints, lowered))) if hints else [(0, len(block))]
            for start, end in spans:
                for found in expression.finditer(block, start, end):
                    yield number, found.end()


class _Trie:
    """A finder that needs no other library."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._numbers = {text: number for number, text in enumerate(texts)}
        self._lengths = sorted({len(text) for text in self._numbers})
        self._pattern = re.compile(_pattern(self._numbers) or _NEVER)

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        """See `Finder.scan`."""
        return [
            (number, found.start() + length)
            for found in self._pattern.finditer(data)
            for length in self._lengths
            if (number := self._numbers.get(data[found.start() : found.start() + length])) is not None
        ]


def _around(hints: Iterable[bytes], lowered: bytes) -> Iterator[tuple[int, int]]:
    """Where a match of a gate may stand, for each holds one of the hints."""
    for hint in hints:
        at = lowered.find(hint)
        while at >= 0:
            yield max(at - _LONGEST_GATE, 0), at + _LONGEST_GATE
            at = lowered.find(hint, at + 1)


def quoted(text: bytes) -> bytes:
    """An expression for just this text, whatever the engine."""
    return rb"\x" + text.hex(" ").encode().replace(b" ", rb"\x")


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that do not overlap."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def smallest(texts: set[bytes]) -> list[bytes]:
    """Those that hold no other one: whoever finds these finds the others."""
    found: list[bytes] = []
    for text in sorted(texts, key=lambda text: (len(text), text)):
        if not any(other in text for other in found):
            found.append(text)
    return found


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
