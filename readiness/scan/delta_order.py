"""The order in which git reads objects fastest: each right before the one that it is stored as a difference to.

Git keeps the bases that it put together on the way to an object, but not the object itself, and only as many as fit
into its memory: in the order of a pack most are put together several times. From the end of each chain to its beginning
nothing is: where a base's turn comes, git still has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

PORTION = 200_000
"""Objects that are put in order at once. They take some 100 MiB meanwhile."""


def chains(listed: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Ids of objects in groups: one that is stored whole, behind all that are stored as differences to it or to these.

    `listed`: lines with an id and, where it is known, the id of the base; in any order.
    """
    based_on: dict[bytes, list[bytes]] = {}
    for line in listed:
        name, _, base = line.partition(b" ")
        based_on.setdefault(base, []).append(name)
    without_base = based_on.keys() - {line.partition(b" ")[0] for line in listed}
    for root in [name for base in based_on if base in without_base for name in based_on[base]]:
        yield _chain(root, based_on)
    # Whoever wrote the repository may have written differences in a circle, which no root leads to.
    yield from (names for base, names in based_on.items() if base not in without_base)


def _chain(root: bytes, based_on: dict[bytes, list[bytes]]) -> list[bytes]:
    """Depth first, so that few bases are needed at a time; what was taken is gone from `based_on`."""
    chain, open_ones = [], [root]
    while open_ones:
        name = open_ones.pop()
        chain.append(name)
        if name in based_on:
            open_ones += based_on.pop(name)
    chain.reverse()
    return chain
