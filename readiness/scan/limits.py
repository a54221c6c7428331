"""When a search ends before it is done, and what it then left out."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

_NAMED = 5
"""Paths that a gap names; the rest are counted."""


class Interrupted(Exception):  # noqa: N818 - it is asked for, not a fault
    """The search was told to stop."""


class OutOfTime(Exception):  # noqa: N818 - the same
    """The deadline came first."""


@dataclass(frozen=True)
class Limits:
    """When a search ends before it is done: when `stop` is set, or at `deadline` on `time.monotonic`."""

    stop: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None

    def check(self) -> None:
        """Raise Interrupted, or OutOfTime, if it is time."""
        if self.stop.is_set():
            raise Interrupted
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime


class Gaps:
    """What a search left out, by reason."""

    def __init__(self) -> None:
        self._paths: dict[str, list[str]] = defaultdict(list)

    def add(self, reason: str, path: str) -> None:
        """One more path, as reports show it."""
        self._paths[reason].append(path)

    def texts(self) -> tuple[str, ...]:
        """One text for each reason, in a stable order."""
        return tuple(_text(reason, paths) for reason, paths in sorted(self._paths.items()))


def _text(reason: str, paths: list[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more}: {reason}"
