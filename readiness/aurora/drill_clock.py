"""Measures how long something outlives the deletion of its key, as an interval that holds the truth."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from readiness.evidence import Attempt, Exchange, Missing
from readiness.facts import Clock
from readiness.model import Because

CONFIRMATIONS = 2
"""Refusals in a row that end the watch: behind a load balancer one refusal may be followed by an acceptance."""
SLOWEST = 2.0
"""Seconds between polls once the watch has become long."""


@dataclass
class Deletion:
    """When the deletion happened: somewhere between these two readings of the run's clock.

    `latest` is infinite until it is known to have happened.
    """

    earliest: float
    latest: float = math.inf


@dataclass(frozen=True)
class WatchLimits:
    """`interval` in seconds between polls, `length` in seconds after the deletion; it ends at `limit` at the latest."""

    interval: float
    length: float
    limit: float


@dataclass
class Watch:
    """Polls something until it is refused `CONFIRMATIONS` times in a row, or until the watch is over.

    A server handles a request between `sent` and `received`. So what is accepted lived at least
    `sent - deletion.latest`, and what is refused died at most `received - deletion.earliest` after the deletion. Polls
    slow down as time goes by: the interval widens in proportion to what it measures.
    """

    poll: Callable[[], Awaitable[Attempt]]
    accepted: Callable[[Attempt], bool | Missing]
    deletion: Deletion
    clock: Callable[[], float]
    limits: WatchLimits
    _counts: dict[bool | None, int] = field(default_factory=lambda: {True: 0, False: 0, None: 0})
    _last_accepted: Exchange | None = None
    _refusals: list[Exchange] = field(default_factory=list)
    _ended: float = -math.inf

    async def run(self) -> None:
        """Watch until the end."""
        while True:
            began = self.clock()
            self._take(await self.poll())
            end = min(self.deletion.latest + self.limits.length, self.limits.limit)
            if self._refusals:
                end += SLOWEST  # one refusal at the very end is still confirmed
            self._ended = self.clock()
            if len(self._refusals) >= CONFIRMATIONS or self._ended >= end:
                return
            interval = self.limits.interval
            pause = interval if self._refusals else _pause(self._ended - self.deletion.earliest, interval)
            await asyncio.sleep(max(0.0, min(pause - (self.clock() - began), end - self.clock())))

    def _take(self, attempt: Attempt) -> None:
        verdict = self.accepted(attempt)
        self._counts[None if isinstance(verdict, Missing) else verdict] += 1
        if not isinstance(attempt, Exchange):
            return
        if verdict is True:
            self._last_accepted = attempt
            self._refusals.clear()
        elif verdict is False:
            self._refusals.append(attempt)

    def result(self) -> Clock:
        """The interval, once the deletion is known to have happened."""
        latest, earliest = self.deletion.latest, self.deletion.earliest
        last, refusal = self._last_accepted, self._refusals[0] if self._refusals else None
        missing = Missing(because=Because.TIMED_OUT, detail="not refused before the end of the watch")
        return Clock(
            last_accepted=round(max(0.0, last.sent - latest), 6) if last else 0.0,
            first_refused=round(refusal.received - earliest, 6) if refusal else None,
            watched=round(max(0.0, self._ended - latest), 6),
            accepted=self._counts[True],
            refused=self._counts[False],
            undecided=self._counts[None],
            refusal=refusal or missing,
        )


def _pause(elapsed: float, interval: float) -> float:
    return min(SLOWEST, interval + 0.05 * elapsed)


def most_polls(length: float, interval: float) -> int:
    """How often a watch of that many seconds polls at most."""
    polls, elapsed = 1, 0.0
    while elapsed < length:
        elapsed += _pause(elapsed, interval)
        polls += 1
    return polls + int(SLOWEST / interval) + CONFIRMATIONS
