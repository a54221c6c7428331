"""Hosted payment sessions."""

from __future__ import annotations

from collections.abc import Callable

from readiness.emulator.core.randomness import Randomness
from readiness.emulator.core.routing import Route


class PaymentSessions:
    """Sessions of one environment."""

    def __init__(self, randomness: Randomness, emit: Callable[[str, str, str, float], None]) -> None:
        self._randomness = randomness
        self._emit = emit

    def routes(self) -> tuple[Route, ...]:
        """None yet."""
        return ()
