"""A result's rows in the order of reading, each with its place in a page and the requests that served it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from readiness.model import Status
from readiness.report.words import BECAUSE, STATUS, group_of
from readiness.result import AuditResult, LedgerEntry, Result


@dataclass(frozen=True)
class Item:
    """One result as a report shows it. `anchor` is unique in the page; `requests` are the ledger's that served it."""

    result: Result
    group: str
    anchor: str
    reason: str
    """Why it is unknown, in words; empty for every other status."""
    requests: tuple[LedgerEntry, ...]


def items_of(result: AuditResult) -> tuple[Item, ...]:
    """All results in the order of reading: by status, then the dearest first, then by name."""
    order = list(STATUS)
    rows = sorted(result.results, key=lambda row: (order.index(group_of(row)), row.severity.rank, row.name))
    taken: set[str] = set()
    requests = _requests(result.ledger)
    return tuple(
        Item(
            result=row,
            group=group_of(row),
            anchor=_anchor(row.name, taken),
            reason=BECAUSE[row.because] if row.because is not None and row.status is Status.UNKNOWN else "",
            requests=tuple(entry for entry in requests.get(row.id, ()) if row.environment in {None, entry.environment}),
        )
        for row in rows
    )


def _requests(ledger: Iterable[LedgerEntry]) -> dict[str, list[LedgerEntry]]:
    by_check: dict[str, list[LedgerEntry]] = {}
    for entry in ledger:
        for check in entry.check_ids:
            by_check.setdefault(check, []).append(entry)
    return by_check


def _anchor(name: str, taken: set[str]) -> str:
    """A fragment made of letters, digits and hyphens, whatever the name holds."""
    base = "check-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:120]
    anchor, number = base, 2
    while anchor in taken:
        anchor, number = f"{base}-{number}", number + 1
    taken.add(anchor)
    return anchor
