"""Webhook endpoints, deliveries and their logs."""

from __future__ import annotations

from readiness.emulator.core.keys import ApiKey
from readiness.emulator.core.randomness import Randomness
from readiness.emulator.core.routing import Route
from readiness.emulator.core.webhook_delivery import PendingDelivery


class Webhooks:
    """Endpoints of one environment."""

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness

    def routes(self) -> tuple[Route, ...]:
        """None yet."""
        return ()

    def emit(self, event_type: str, object_id: str, resource_type: str, now: float) -> None:
        """Tell subscribers."""

    def emit_key_event(self, event_type: str, key: ApiKey) -> None:
        """Tell subscribers."""

    def take_pending(self) -> list[PendingDelivery]:
        """Deliveries to make."""
        return []

    def holds_secret(self, text: str) -> bool:
        """Whether the text is an endpoint's secret."""
        return False
