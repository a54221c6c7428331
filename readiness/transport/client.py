"""Sends requests: one pool per host, a limit per host, bounded retries, and a ledger of all that was sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from readiness.evidence import Exchange, Trouble
from readiness.hosts import is_loopback, normal_host
from readiness.model import Environment
from readiness.result import LedgerEntry
from readiness.secret import Redactor, Secret
from readiness.transport.guard import Guard
from readiness.transport.messages import Reply, Request
from readiness.transport.recorder import record

MAX_BODY = 256 * 1024
"""Bytes of a response that are read; the vendor's longest answer, a page of 100 webhooks, is a fifth of it."""
BACKOFF = 0.2
"""Seconds before the first retry; doubled for each further one."""
LONGEST_WAIT = 10.0
"""Seconds of a Retry-After that are waited; a longer one ends the attempts."""
_GRACE = 0.25
"""Seconds that httpx has to end by itself at its limit: cancelled in a handshake, it leaves the connection open."""
TRANSIENT = frozenset({429, 502, 503, 504})

Outcome = httpx.Response | tuple[Trouble, str]
"""A complete response, or why there is none."""


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
        self._check_ids = check_ids or {}
        self._clients: dict[tuple[Environment, str], httpx.AsyncClient] = {}
        self._contexts: dict[str | None, ssl.SSLContext] = {}
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients.values():
            await client.aclose()

    def clock(self) -> float:
        """Seconds since the run began, on a clock that never jumps."""
        return time.monotonic() - self._origin

    def wall(self, offset: float) -> datetime:
        """The UTC time of a reading of `clock`."""
        return self._started_at + timedelta(seconds=offset)

    def tls_context(self, environment: Environment) -> ssl.SSLContext:
        """What certificates of that environment's hosts are verified with."""
        authority = self._authorities.get(environment)
        if authority not in self._contexts:
            self._contexts[authority] = (
                ssl.create_default_context(cafile=authority) if authority else httpx.create_ssl_context()
            )
        return self._contexts[authority]

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
                outcome = await self._exchange(request)
            finally:  # what was sent stands in the ledger, also when the run ends before the answer
                reply = self._reply(request, attempt, sent, outcome)
                self._enter(reply.exchange, request)
        return reply

    def _reply(
        self, request: Request, attempt: int, sent: float, outcome: httpx.Response | tuple[Trouble, str]
    ) -> Reply:
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
        if isinstance(outcome, httpx.Response):
            origin = f"{request.environment} {request.purpose}"
            recorded, born = record(outcome.content, outcome.headers, self.redactor, origin)
            return Reply(Exchange(**common, status=outcome.status_code, **dict(recorded)), born)
        trouble, detail = outcome
        return Reply(Exchange(**common, trouble=trouble, detail=self.redactor.text(detail)))

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

    async def _exchange(self, request: Request) -> Outcome:
        """The complete response, its body read up to the limit; or why there is none."""
        client = self._client(request)
        try:
            async with asyncio.timeout(self._timeout + _GRACE), client.stream(**_wire(request)) as response:
                body = bytearray()
                if response.headers.get("content-encoding", "identity") != "identity":
                    return Trouble.PROTOCOL, "the body is encoded in a way that was not asked for"
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > MAX_BODY:
                        return Trouble.TOO_LARGE, f"the body is longer than {MAX_BODY} bytes"
                return httpx.Response(response.status_code, headers=response.headers, content=bytes(body))
        except (TimeoutError, httpx.TimeoutException):
            return Trouble.TIMEOUT, f"no complete answer within {self._timeout:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return _trouble(error)

    def _client(self, request: Request) -> httpx.AsyncClient:
        address = urlsplit(request.url)
        key = (request.environment, address.netloc)
        if key not in self._clients:
            proxy = None if proxy_bypass(address.hostname or "") else getproxies().get(address.scheme)
            self._clients[key] = httpx.AsyncClient(
                verify=self.tls_context(request.environment),
                follow_redirects=False,
                trust_env=False,  # a .netrc would send credentials that nobody named
                proxy=None if is_loopback(normal_host(address.hostname or "")) else proxy,
                timeout=self._timeout,
                headers={"User-Agent": self._user_agent, "Accept": "application/json", "Accept-Encoding": "identity"},
            )
        return self._clients[key]


def _wire(request: Request) -> dict[str, Any]:
    """The arguments for httpx: here, and only here, secrets become text."""
    arguments: dict[str, Any] = {"method": request.method, "url": request.url, "params": dict(request.query) or None}
    if request.bearer is not None:
        arguments["headers"] = {"Authorization": f"Bearer {request.bearer.reveal()}"}
    if request.form is not None:
        arguments["data"] = {
            key: value.reveal() if isinstance(value, Secret) else value for key, value in request.form.items()
        }
    if request.json is not None:
        arguments["json"] = request.json
    return arguments


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


def _trouble(error: BaseException) -> tuple[Trouble, str]:
    """Whose fault it was."""
    return _connection_trouble(error) or _http_trouble(error)


def _connection_trouble(error: BaseException) -> tuple[Trouble, str] | None:
    """What the chain of causes tells of names and TLS."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for link in chain:
        if isinstance(link, socket.gaierror):
            return Trouble.DNS, f"the name does not resolve ({link.strerror})"
        if isinstance(link, ssl.SSLError):
            return Trouble.TLS, f"TLS failed: {getattr(link, 'verify_message', '') or link.reason or link}"
    return None


def _http_trouble(error: BaseException) -> tuple[Trouble, str]:
    if isinstance(error, httpx.LocalProtocolError | UnicodeError):
        return Trouble.PROTOCOL, "the request cannot be written as HTTP: perhaps the token holds unfit characters"
    if isinstance(error, httpx.ConnectError):
        return Trouble.CONNECT, "the connection was refused or could not be made"
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return Trouble.RESET, "the connection broke before the answer was complete"
    if isinstance(error, httpx.RemoteProtocolError) and any(word in str(error) for word in ("disconnected", "closed")):
        return Trouble.RESET, "the server closed the connection before the answer was complete"
    return Trouble.PROTOCOL, f"the answer is not proper HTTP ({type(error).__name__})"
