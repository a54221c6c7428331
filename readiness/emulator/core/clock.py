"""Time as the emulator sees it: real time that can be moved forward, never back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """A steady clock (seconds since the epoch) with an offset that only grows.

    `now` rules what the vendor decides by itself: lifetimes, lags, dates of records. `real` ignores the offset; it
    serves what the other side compares with its own clock, such as the Date header and webhook timestamps.
    """

    def __init__(self, real: Callable[[], float]) -> None:
        self.real = real
        self.offset = 0.0

    def now(self) -> float:
        """Virtual seconds since the epoch."""
        return self.real() + self.offset

    def advance(self, seconds: float) -> None:
        """Move virtual time forward. Raises ValueError for a negative step."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        self.offset += seconds


def timestamp(seconds: float) -> str:
    """Seconds since the epoch as the vendor writes them: UTC with milliseconds and a `Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
