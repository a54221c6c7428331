"""Sends requests through a real transport."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from readiness.evidence import Exchange
from readiness.model import Environment
from readiness.probe import Effect, PlannedRequest
from readiness.result import LedgerEntry
from readiness.secret import Redactor
from readiness.transport import Guard, Reply, Request, Transport

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AGENT = "aurora-readiness/0 (run 20261124T120000Z-cafe)"
T = TypeVar("T")


def announced(url: str, purpose: str = "read", method: str = "GET", **more: Any) -> PlannedRequest:
    given: dict[str, Any] = {"environment": SANDBOX, "effect": Effect.READ, "at_most": 100}
    return PlannedRequest(purpose=purpose, method=method, url=url, **{**given, **more})


def request(url: str, purpose: str = "read", method: str = "GET", **more: Any) -> Request:
    return Request(**{"purpose": purpose, "environment": SANDBOX, "method": method, "url": url, **more})


def driven(
    act: Callable[[Transport], Awaitable[T]], *planned: PlannedRequest, redactor: Redactor | None = None, **more: Any
) -> tuple[T, list[LedgerEntry]]:
    """Do something with a transport; also gives its ledger."""

    async def drive() -> tuple[T, list[LedgerEntry]]:
        given: dict[str, Any] = {"user_agent": AGENT, "started_at": NOW, "timeout": 5.0, **more}
        async with Transport(Guard(planned), redactor or Redactor(), **given) as transport:
            return await act(transport), transport.ledger

    return asyncio.run(drive())


class Sent(NamedTuple):
    """What came of one request."""

    reply: Reply
    ledger: list[LedgerEntry]

    @property
    def exchange(self) -> Exchange:
        return self.reply.exchange


def send(url: str, *, transport: dict[str, Any] | None = None, **more: Any) -> Sent:
    """Announce a request, and send it."""
    wanted = request(url, **more)
    planned = announced(url, wanted.purpose, wanted.method, environment=wanted.environment)
    return Sent(*driven(lambda each: each.send(wanted), planned, **(transport or {})))
