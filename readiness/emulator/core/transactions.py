"""Transactions."""

from __future__ import annotations

from collections.abc import Callable

from readiness.emulator.core.account import Account
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.paging import page
from readiness.emulator.core.randomness import Randomness
from readiness.emulator.core.routing import Call, Route


class Transactions:
    """Transactions of one environment."""

    def __init__(self, account: Account, randomness: Randomness, emit: Callable[[str, str, str, float], None]) -> None:
        self._account = account
        self._randomness = randomness
        self._emit = emit

    def routes(self) -> tuple[Route, ...]:
        """The list only, yet."""
        return (Route("GET", "/v2/transactions", self.index, "List Transactions"),)

    def index(self, call: Call) -> Response:
        """Newest first."""
        items, rest = page([], call.request, call.generation)
        return json_response({"items": list(items), **rest})
