"""What passes from a stream to those who read it, searched on its way."""

from __future__ import annotations

from readiness.scan.archive import Reader
from readiness.scan.blocks import BLOCK
from readiness.scan.needles import Match, Needles


class Overheard:
    """A reader whose bytes are searched as they pass, those too of which who reads them makes nothing."""

    def __init__(self, inner: Reader, needles: Needles) -> None:
        self._inner = inner
        self._needles = needles
        self._held = bytearray()
        self._fresh = 0
        """How many of the bytes held were not searched yet."""
        self._found: dict[str, Match] = {}

    def read(self, size: int, /) -> bytes:
        """See `Reader`."""
        data = self._inner.read(size)
        self._held += data
        self._fresh += len(data)
        if self._fresh >= BLOCK:
            self._search()
        return data

    def found(self) -> list[Match]:
        """The first place of each secret in all that has passed."""
        self._search()
        return list(self._found.values())

    def _search(self) -> None:
        if self._fresh:
            for match in self._needles.find(bytes(self._held)):
                self._found.setdefault(match.sought.name, match)
            del self._held[: -self._needles.overlap]
            self._fresh = 0
