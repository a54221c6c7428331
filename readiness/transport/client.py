"""Sends requests: a limit per host, bounded retries, and a ledger of all that was sent."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from readiness.evidence import Exchange, Trouble
from readiness.model import Environment
from readiness.result import LedgerEntry
from readiness.secret import Redactor
from readiness.transport.guard import Guard
from readiness.transport.messages import Answer, Outcome, Reply, Request
from readiness.transport.recorder import record

if TYPE_CHECKING:
    import ssl

    from readiness.transport.wire import Wire

BACKOFF = 0.2
"""Seconds before the first retry; doubled for each further one."""
LONGEST_WAIT = 10.0
"""Seconds of a Retry-After that are waited; a longer one ends the attempts."""
TRANSIENT = frozenset({429, 502, 503, 504})


class Transport:
    """The HTTP side of one run. Use as an async context manager.

    `authorities` are PEM files of private certificate authorities by environment.
    """

    def __init__(
        self,
        guard: Guard,
        redactor: Redactor,
        *,
        user_agent: str,
        started_at: datetime,
        timeout: float,
        per_host: int = 8,
        authorities: Mapping[Environment, str] | None = None,
        check_ids: Mapping[tuple[Environment, str], tuple[str, ...]] | None = None,
    ) -> None:
        self.ledger: list[LedgerEntry] = []
        self.redactor = redactor
        self._guard = guard
        self._user_agent = user_agent
        self._started_at = started_at
        self._origin = time.monotonic()
        self._timeout = timeout
        self._authorities = authorities or {}
        self._wire: Wire | None = None
        self._check_ids = check_ids or {}
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._wire is not None:
            await self._wire.close()

    def clock(self) -> float:
        """Seconds since the run began, on a clock that never jumps."""
        return time.monotonic() - self._origin

    def wall(self, offset: float) -> datetime:
        """The UTC time of a reading of `clock`."""
        return self._started_at + timedelta(seconds=offset)

    def tls_context(self, environment: Environment) -> ssl.SSLContext:
        """What certificates of that environment's hosts are verified with."""
        return self._opened().tls_context(environment)

    async def send(self, request: Request) -> Reply:
        """Send a request, with its retries. Never raises for what the other side does.

        Raises GuardError when the plan does not announce it.
        """
        wait = BACKOFF
        for attempt in range(1, request.tries + 1):
            reply = await self._send_once(request, attempt)
            pause = _pause(reply.exchange, wait)
            if pause is None or attempt == request.tries:
                return reply
            await asyncio.sleep(pause)
            wait *= 2
        raise AssertionError("tries is at least 1")

    async def _send_once(self, request: Request, attempt: int) -> Reply:
        address = urlsplit(request.url)
        async with self._slots[address.netloc]:
            self._guard.admit(request.environment, request.purpose, request.method, request.url)
            sent = self.clock()
            outcome: Outcome = Trouble.TIMEOUT, "stopped before the answer was complete"
            try:
                outcome = await self._opened().exchange(request)
            finally:  # what was sent stands in the ledger, also when the run ends before the answer
                reply = self._reply(request, attempt, sent, outcome)
                self._enter(reply.exchange, request)
        return reply

    def _reply(self, request: Request, attempt: int, sent: float, outcome: Outcome) -> Reply:
        address = urlsplit(request.url)
        common: dict[str, Any] = {
            "at": self.wall(sent),
            "environment": request.environment,
            "purpose": request.purpose,
            "method": request.method,
            "host": address.netloc,
            "path": self.redactor.text(address.path or "/"),
            "sent": sent,
            "received": self.clock(),
            "attempts": attempt,
        }
        if isinstance(outcome, Answer):
            origin = f"{request.environment} {request.purpose}"
            recorded, born = record(outcome.content, outcome.headers, self.redactor, origin)
            return Reply(Exchange(**common, status=outcome.status, **dict(recorded)), born)
        trouble, detail = outcome
        return Reply(Exchange(**common, trouble=trouble, detail=self.redactor.text(detail)))

    def _opened(self) -> Wire:
        if self._wire is None:
            from readiness.transport.wire import Wire  # noqa: PLC0415 - only what sends pays for the HTTP library

            self._wire = Wire(user_agent=self._user_agent, timeout=self._timeout, authorities=self._authorities)
        return self._wire

    def _enter(self, exchange: Exchange, request: Request) -> None:
        self.ledger.append(
            LedgerEntry(
                at=exchange.at,
                environment=exchange.environment,
                method=exchange.method,
                host=exchange.host,
                path=exchange.path,
                status=exchange.status,
                duration_ms=round(exchange.duration_ms, 3),
                correlation_id=exchange.correlation_id,
                check_ids=self._check_ids.get((request.environment, request.purpose), ()),
            )
        )


def _pause(exchange: Exchange, wait: float) -> float | None:
    """Seconds to wait before trying again, or None when this answer stands."""
    if exchange.trouble in {Trouble.CONNECT, Trouble.RESET}:
        return wait
    if exchange.status not in TRANSIENT:
        return None
    asked = _retry_after(exchange)
    if asked is None:
        return wait
    return max(asked, wait) if asked <= LONGEST_WAIT else None


def _retry_after(exchange: Exchange) -> float | None:
    """Seconds that Retry-After asks for: a number or a date (RFC 9110, 10.2.3)."""
    text = exchange.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
