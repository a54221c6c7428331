"""Measures how long something outlives the deletion of its key, as an interval that holds the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from readiness.evidence import Attempt, Exchange, Missing
from readiness.facts import Clock
from readiness.model import Because

CONFIRMATIONS = 2
"""Refusals in a row that end the watch: behind a load balancer one refusal may be followed by an acceptance."""
SLOWEST = 2.0
"""Seconds between polls once the watch has become long."""


@dataclass(frozen=True)
class Deletion:
    """When the deletion happened: somewhere between these two readings of the run's clock."""

    earliest: float
    latest: float


async def watch(
    poll: Callable[[], Awaitable[Attempt]],
    accepted: Callable[[Attempt], bool | Missing],
    deletion: Deletion,
    *,
    clock: Callable[[], float],
    interval: float,
    until: float,
) -> Clock:
    """Poll until refused `CONFIRMATIONS` times in a row, or until the clock reads `until`.

    The server handles a request between `sent` and `received`, and the deletion between `earliest` and `latest`.
    So what is accepted lived at least `sent - latest`, and what is refused died at most `received - earliest` after the
    deletion. Polls slow down as the watch grows: the interval widens in proportion to what it measures.
    """
    last_accepted = 0.0
    refusals: list[Exchange] = []
    counts = {True: 0, False: 0, None: 0}
    while True:
        began = clock()
        attempt = await poll()
        verdict = accepted(attempt)
        counts[None if isinstance(verdict, Missing) else verdict] += 1
        if verdict is True and isinstance(attempt, Exchange):
            last_accepted = max(last_accepted, attempt.sent - deletion.latest)
            refusals.clear()
        elif verdict is False and isinstance(attempt, Exchange):
            refusals.append(attempt)
        over = until + SLOWEST if refusals else until  # one refusal at the very end is still confirmed
        if len(refusals) >= CONFIRMATIONS or clock() >= over:
            break
        pause = interval if refusals else _pause(clock() - deletion.latest, interval)
        await asyncio.sleep(max(0.0, min(pause - (clock() - began), over - clock())))
    missing = Missing(because=Because.TIMED_OUT, detail="not refused before the end of the watch")
    return Clock(
        last_accepted=round(last_accepted, 6),
        first_refused=round(refusals[0].received - deletion.earliest, 6) if refusals else None,
        watched=round(clock() - deletion.latest, 6),
        accepted=counts[True],
        refused=counts[False],
        undecided=counts[None],
        refusal=refusals[0] if refusals else missing,
    )


def _pause(watched: float, interval: float) -> float:
    return min(SLOWEST, interval + 0.05 * max(0.0, watched))


def most_polls(watch_s: float, interval: float) -> int:
    """How often `watch` polls at most in that many seconds."""
    polls, elapsed = 1, 0.0
    while elapsed < watch_s:
        elapsed += _pause(elapsed, interval)
        polls += 1
    return polls + int(SLOWEST / interval) + CONFIRMATIONS
