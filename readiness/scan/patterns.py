"""What is looked for beside known secrets: one registry, searched in the same pass over the same bytes.

A pattern has two stages. Its `gate` is a regular expression that every match holds somewhere inside; the engine looks
for the gates of all patterns at once, and may name a place for nothing. Its `find` then decides, with Python's means.
So patterns cost nothing where their gate does not match, and give the same results with every engine.

A gate is written in the syntax that Hyperscan and Python share: no look-around, no back-references, no possessive or
lazy repeats; it is matched in any case of letters, and `.` matches every byte. It should be rare in ordinary files,
hold a few letters or digits in a row, and not end in an open repeat (each further byte would be a hit of its own).
Texts alone (see `any_of`) compile ten times as fast as anything else: half of a short search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from readiness.facts import KnownHosts
from readiness.scan.engine import quoted


class Place(StrEnum):
    """Where a search takes place."""

    TREE = "tree"
    HISTORY = "history"
    ARTIFACTS = "artifacts"
    LOGS = "logs"


EVERYWHERE = frozenset(Place)


class Found(NamedTuple):
    """What a pattern recognised, at offsets of the text. `value` is compared with known secrets and never kept."""

    start: int
    end: int
    what: str
    """What a report calls it."""
    form: str
    """How it was written."""
    value: str = ""
    """The credential itself, so that one which the config knows is not told twice; empty if it is none."""
    needs_vendor: bool = False
    """Whether it counts only in a file that uses the vendor's API."""


@dataclass(frozen=True)
class Pattern:
    """Something to look for."""

    kind: str
    """Under which name evidence keeps what it finds: `credentials`, `retired_hosts`, or a key of `matches`."""
    gate: tuple[bytes, ...]
    """Regular expressions, one of which every match holds."""
    find: Callable[[bytes, int, int], Iterable[Found]]
    """Given a text (UTF-8, whatever the file was) and the span around hits of the gate: what begins in the span. It may
    look at the text outside the span, but not at more than a few thousand bytes of it."""
    hints: tuple[bytes, ...] = ()
    """Texts in lower case, one of which stands in each match of the gate: the slower engine asks for them first."""
    before: int = 256
    """How far before the end of a gate's match something may begin, in bytes."""
    places: frozenset[Place] = EVERYWHERE


def any_of(*parts: Iterable[bytes]) -> tuple[bytes, ...]:
    """Alternatives of a gate: texts that begin with one of the first part, go on with one of the next, and so on."""
    return tuple(quoted(b"".join(chosen)) for chosen in product(*parts))


def all_patterns(hosts: KnownHosts) -> tuple[Pattern, ...]:
    """The registry. `hosts`: the config's, the retired ones among them."""
    from readiness.scan import card_data, credentials, hosts as host_names  # noqa: PLC0415, I001 - they import Pattern

    return (*credentials.PATTERNS, *credentials.LOG_PATTERNS, *host_names.patterns(hosts), *card_data.PATTERNS)
