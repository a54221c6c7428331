"""Which objects of a repository deserve a closer look: the pass over everything, that must be fast."""

from __future__ import annotations

from collections.abc import Iterable

from readiness.scan.engine import Region
from readiness.scan.git_objects import Block, Part
from readiness.scan.needles import Needles

_CONTEXT = 8192
"""Bytes around a place that a pattern may look at."""


class Sieve:
    """Remembers objects in which something stands, by their ids."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._with_vendor: set[bytes] = set()
        self._if_vendor: set[bytes] = set()
        self._certain: dict[bytes, None] = {}
        self._confirmed: set[bytes] = set()

    @property
    def confirmed(self) -> frozenset[str]:
        """Ids of those that hold a known secret: a closer look must find it again."""
        return frozenset(name.decode() for name in self._confirmed)

    @property
    def caught(self) -> list[str]:
        """Their ids, in the order in which they came."""
        ids = {**self._certain, **dict.fromkeys(sorted(self._if_vendor & self._with_vendor))}
        return [name.decode() for name in ids]

    def look(self, block: Block) -> None:
        """Search one block of objects."""
        self._certain.update((part.id, None) for part in block.packed)
        regions, gates, embedded = self._needles.signals(block.data)
        packed = (part for end in embedded for part in block.parts_in(end - 1, end) if part.kind == b"blob")
        self._certain.update((part.id, None) for part in packed)
        if regions:
            self._secrets(block, regions)
        if gates:
            self._patterns(block, gates)

    def _secrets(self, block: Block, regions: Iterable[Region]) -> None:
        """Secrets never reach from one object into the next, so each object is looked at alone."""
        by_part: dict[Part, list[Region]] = {}
        for region in regions:
            for part in block.parts_in(region.start, region.end):
                clipped = Region(region.secret, max(region.start, part.start), min(region.end, part.end))
                by_part.setdefault(part, []).append(clipped)
        for part, clipped_ones in by_part.items():
            if part.id not in self._certain and self._needles.confirmed(
                block.data[: part.end], clipped_ones, part.start
            ):
                self._certain[part.id] = None
                self._confirmed.add(part.id)

    def _patterns(self, block: Block, gates: Iterable[tuple[int, int]]) -> None:
        by_part: dict[Part, list[tuple[int, int]]] = {}
        for number, end in gates:
            for part in block.parts_in(end - 1, end):
                if part.kind == b"blob" and part.id not in self._certain:
                    by_part.setdefault(part, []).append((number, end))
        for part, ends in by_part.items():
            for pattern, spans in self._needles.spans(ends, part.start).items():
                if pattern.kind == "vendor" and part.id in self._with_vendor:
                    continue
                for start, end in spans:
                    low = max(part.start, start - _CONTEXT)
                    window = bytes(block.data[low : min(part.end, end + _CONTEXT)])
                    for found in pattern.find(window, start - low, end - low):
                        self._found(part.id, pattern.kind, needs_vendor=found.needs_vendor)

    def _found(self, name: bytes, kind: str, *, needs_vendor: bool) -> None:
        if kind == "vendor":
            self._with_vendor.add(name)
        elif needs_vendor:
            self._if_vendor.add(name)
        else:
            self._certain[name] = None
