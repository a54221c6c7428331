"""The search of one file, block by block."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from readiness.facts import Hit
from readiness.model import Environment, Location
from readiness.scan.blocks import Block
from readiness.scan.credentials import LONGEST_CREDENTIAL, credentials_in, talks_of_vendor
from readiness.scan.hosts import RetiredHosts
from readiness.scan.needles import Match, Needles
from readiness.scan.place import LineCounter, TextView

_MOST_HITS = 50
"""Places of one thing in one file that are told: the first say all that the others would."""
_PACKED = {
    b"PK\x03\x04": "zip archive",
    b"\x1f\x8b\x08": "gzip file",
    b"BZh": "bzip2 file",
    b"\xfd7zXZ\0": "xz file",
    b"\x28\xb5\x2f\xfd": "zstandard file",
    b"7z\xbc\xaf\x27\x1c": "7-zip archive",
    b"Rar!\x1a\x07": "rar archive",
}
"""First bytes of files whose contents are compressed, so that a search of the bytes proves nothing about them."""


class _Place(NamedTuple):
    """Something found, at a line and a column."""

    what: str
    environment: Environment | None
    form: str
    line: int
    column: int

    def at(self, path: str) -> Hit:
        """The same as a fact."""
        location = Location(path=path, line=self.line, column=self.column)
        return Hit(what=self.what, environment=self.environment, location=location, form=self.form)


class FileSearch:
    """Give it the blocks of a file in order; it remembers what stands in them."""

    def __init__(self, needles: Needles, hosts: RetiredHosts, environment: Environment | None) -> None:
        """`environment`: the one that the file is for; None for both."""
        self._needles = needles
        self._hosts = hosts
        self._environment = environment
        self._codec: str | None = None
        self._lines: LineCounter | None = None
        self._vendor = False
        self._counts: Counter[tuple[str, str]] = Counter()
        self._secrets: list[_Place] = []
        self._credentials: list[tuple[_Place, bool]] = []
        self._retired: list[_Place] = []
        self.packed: str | None = None
        """What kind of compressed file it is, if it is one."""

    @property
    def overlap(self) -> int:
        """Bytes that blocks should share."""
        return max(self._needles.overlap, 2 * LONGEST_CREDENTIAL)

    def search(self, block: Block) -> None:
        """Search one more block."""
        if self._lines is None:
            self._lines = LineCounter(block.data)
            self._codec = self._lines.codec
            self.packed = next((kind for magic, kind in _PACKED.items() if block.data.startswith(magic)), None)
        matches = self._needles.find(block.data)
        for match in matches:
            if block.owns(match.start):
                sought = match.sought
                self._add(self._secrets, block, match.start, (sought.name, sought.environment, match.form))
        view = TextView(block, self._codec)
        self._search_text(block, view, matches)
        if block.tail:
            self._lines.finish(block)

    @property
    def found(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self._secrets or self._credentials or self._retired)

    def secrets(self, path: str) -> list[Hit]:
        """Places of known secrets."""
        return [place.at(path) for place in self._secrets]

    def credentials(self, path: str) -> list[Hit]:
        """Places of credentials that are not known; those that need the vendor's context only where it is."""
        return [place.at(path) for place, needs_vendor in self._credentials if self._vendor or not needs_vendor]

    def retired_hosts(self, path: str) -> list[Hit]:
        """Places of retired hosts."""
        return [place.at(path) for place in self._retired]

    def _search_text(self, block: Block, view: TextView, matches: list[Match]) -> None:
        lowered = view.data.lower()
        self._vendor = self._vendor or talks_of_vendor(lowered)
        whole = not (block.head or block.tail)  # else the context may stand in another block
        for credential in credentials_in(view.data, vendor=self._vendor or not whole):
            start, end = view.original(credential.start), view.original(credential.end)
            known = self._needles.is_known(credential.value) or any(
                match.start < end and start < match.end for match in matches
            )
            if block.owns(start) and not known:
                places: list[_Place] = []
                self._add(places, block, start, (credential.what, None, credential.form))
                self._credentials += [(place, credential.needs_vendor) for place in places]
        for offset, host in self._hosts.find(lowered):
            start = view.original(offset)
            if block.owns(start):
                self._add(self._retired, block, start, (host, self._environment, "raw"))

    def _add(self, places: list[_Place], block: Block, start: int, thing: tuple[str, Environment | None, str]) -> None:
        what, environment, form = thing
        self._counts[what, form] += 1
        if self._counts[what, form] <= _MOST_HITS and self._lines is not None:
            places.append(_Place(what, environment, form, *self._lines.locate(block, start)))
