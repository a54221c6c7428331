"""The HTTP library behind `Transport`: one request, one answer or the reason why there is none."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from readiness.evidence import Trouble
from readiness.hosts import is_loopback, normal_host
from readiness.model import Environment
from readiness.secret import Secret
from readiness.transport.messages import Answer, Outcome, Request

MAX_BODY = 256 * 1024
"""Bytes of a response that are read; the vendor's longest answer, a page of 100 webhooks, is a fifth of it."""
_GRACE = 0.25
"""Seconds that httpx has to end by itself at its limit: cancelled in a handshake, it leaves the connection open."""


class Wire:
    """Connections to hosts: one pool for each host of an environment."""

    def __init__(self, *, user_agent: str, timeout: float, authorities: Mapping[Environment, str]) -> None:
        """`authorities` are PEM files of private certificate authorities."""
        self._user_agent = user_agent
        self._timeout = timeout
        self._authorities = authorities
        self._clients: dict[tuple[Environment, str], httpx.AsyncClient] = {}
        self._contexts: dict[str | None, ssl.SSLContext] = {}

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    def tls_context(self, environment: Environment) -> ssl.SSLContext:
        """What certificates of that environment's hosts are verified with."""
        authority = self._authorities.get(environment)
        if authority not in self._contexts:
            self._contexts[authority] = (
                ssl.create_default_context(cafile=authority) if authority else httpx.create_ssl_context()
            )
        return self._contexts[authority]

    async def exchange(self, request: Request) -> Outcome:
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
                return Answer(response.status_code, response.headers, bytes(body))
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
