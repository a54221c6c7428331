"""The search of one file, block by block."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from readiness.model import Environment, Location
from readiness.scan.blocks import Block
from readiness.scan.excuses import excuses_at
from readiness.scan.fingerprint import fingerprint_of
from readiness.scan.needles import Match, Needles
from readiness.scan.patterns import Found, Pattern
from readiness.scan.place import LineCounter, TextView
from readiness.scan.signatures import packed_behind
from readiness.searched import Excuse, Hit

_MOST_HITS = 50
"""Places of one thing in one file that are told: the first say all that the others would."""


class _Place(NamedTuple):
    """Something found, at a line and a column."""

    what: str
    environment: Environment | None
    form: str
    line: int
    column: int
    excuses: tuple[Excuse, ...] = ()
    fingerprint: str | None = None

    def at(self, path: str) -> Hit:
        """The same as a fact."""
        location = Location(path=path, line=self.line, column=self.column)
        return Hit(
            what=self.what,
            environment=self.environment,
            location=location,
            form=self.form,
            fingerprint=self.fingerprint,
            excuses=self.excuses,
        )


class FileSearch:
    """Give it the blocks of a file in order; it remembers what stands in them."""

    def __init__(self, needles: Needles, environment: Environment | None, *, excusable: bool = False) -> None:
        """`environment`: the one that the file is for; None for both. `excusable`: whether its comments excuse."""
        self._excusable = excusable
        self._needles = needles
        self._environment = environment
        self._codec: str | None = None
        self._lines: LineCounter | None = None
        self._script = False
        self._vendor = False
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._secrets: list[_Place] = []
        self._matches: dict[str, list[tuple[_Place, bool]]] = defaultdict(list)
        self.packed: str | None = None
        """What archive begins behind its first byte, if one does; see `signatures.packed_behind`."""

    def search(self, block: Block) -> None:
        """Search one more block."""
        if self._lines is None:
            self._lines = LineCounter(block.data)
            self._codec = self._lines.codec
            self._script = block.data.startswith(b"#!")
        self.packed = self.packed or packed_behind(block.data, script=self._script)
        scan = self._needles.scan(block.data)
        for match in scan.matches:
            if block.owns(match.start):
                sought = match.sought
                self._add(self._secrets, block, match.start, (sought.name, sought.environment, match.form))
        view = TextView(block, self._codec)
        self._search_text(block, view, scan.matches, scan.spans if view.data is block.data else None)
        if block.tail:
            self._lines.finish(block)

    @property
    def found(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self._secrets or self._matches)

    def secrets(self, path: str) -> list[Hit]:
        """Places of known secrets."""
        return [place.at(path) for place in self._secrets]

    def matches(self, path: str) -> dict[str, list[Hit]]:
        """Places of patterns, by kind; those that need the vendor's context only where it is."""
        return {
            kind: [place.at(path) for place, needs_vendor in places if self._vendor or not needs_vendor]
            for kind, places in self._matches.items()
        }

    def _search_text(
        self, block: Block, view: TextView, matches: list[Match], spans: Mapping[Pattern, list[tuple[int, int]]] | None
    ) -> None:
        """`spans`: where patterns may match, if that is known for the text as it is viewed."""
        seen: set[tuple[str, Found]] = set()
        for pattern, each in (self._needles.scan(view.data).spans if spans is None else spans).items():
            for start, end in () if self._vendor and pattern.kind == "vendor" else each:
                for found in pattern.find(view.data, start, end):
                    if pattern.kind == "vendor":
                        self._vendor = True
                    elif (pattern.kind, found) not in seen:
                        seen.add((pattern.kind, found))
                        self._add_found(pattern.kind, found, block, view, matches)

    def _add_found(self, kind: str, found: Found, block: Block, view: TextView, matches: list[Match]) -> None:
        start, end = view.original(found.start), view.original(found.end)
        known = self._needles.is_known(found.value) or any(match.start < end and start < match.end for match in matches)
        if block.owns(start) and not (known and found.value):
            places: list[_Place] = []
            excuses = excuses_at(view.data, found.start) if self._excusable else ()
            thing = (found.what, None if found.value else self._environment, found.form)
            self._add(places, block, start, thing, excuses)
            mark = fingerprint_of(found.value) if found.value and places else None
            self._matches[kind] += [(place._replace(fingerprint=mark), found.needs_vendor) for place in places]

    def _add(
        self,
        places: list[_Place],
        block: Block,
        start: int,
        thing: tuple[str, Environment | None, str],
        excuses: tuple[Excuse, ...] = (),
    ) -> None:
        what, environment, form = thing
        # Many that are excused must not hide one that is not.
        alike = (what, form, *(excuse.check for excuse in excuses))
        self._counts[alike] += 1
        if self._counts[alike] <= _MOST_HITS and self._lines is not None:
            places.append(_Place(what, environment, form, *self._lines.locate(block, start), excuses))
