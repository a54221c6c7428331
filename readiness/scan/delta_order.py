"""The order in which git reads objects fastest: each right before the one that it is stored as a difference to.

Git keeps the bases that it put together on the way to an object, but not the object itself, and only as many as fit
into its memory: in the order of a pack most are put together several times. From the end of each chain to its beginning
nothing is: where a base's turn comes, git still has it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

PORTION = 200_000
"""Objects that are put in order at once. They take some 100 MiB meanwhile."""


def chains(listed: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Ids of objects in groups: one that is stored whole, behind all that are stored as differences to it or to these.

    `listed`: lines with an id and, where it is known, the id of the base; in any order.
    """
    pairs = [line.split() for line in listed]
    ids = [words[0] for words in pairs]
    number = {name: at for at, name in enumerate(ids)}
    bases = [number.get(words[-1], at) if len(words) > 1 else at for at, words in enumerate(pairs)]
    del pairs, number
    first, following = _children(bases)
    seen = bytearray(len(ids))
    for root, base in enumerate(bases):
        if base == root:
            below = list(_below(root, first, following, seen))
            yield [ids[at] for at in reversed(below)]
    # Whoever wrote the repository may have written differences in a circle, which no root leads to.
    yield from ([ids[at]] for at, done in enumerate(seen) if not done)


def _children(bases: Sequence[int]) -> tuple[array[int], array[int]]:
    """The first child of each, and the next child of the same base; -1 where there is none."""
    first, following = (array("q", [-1]) * len(bases) for _ in range(2))
    for at in range(len(bases) - 1, -1, -1):
        base = bases[at]
        if base != at:
            following[at] = first[base]
            first[base] = at
    return first, following


def _below(root: int, first: array[int], following: array[int], seen: bytearray) -> Iterator[int]:
    """Depth first, so that few bases are needed at a time."""
    open_ones = [root]
    while open_ones:
        at = open_ones.pop()
        seen[at] = 1
        yield at
        child = first[at]
        while child >= 0:
            open_ones.append(child)
            child = following[child]
