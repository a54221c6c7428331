"""Looks at the hosts of an environment: name, connection, TLS, certificate, and whether the vendor's answer."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from readiness.aurora.requests import PING, TRIES, api_url, token_url
from readiness.config.model import Config
from readiness.evidence import Attempt, Evidence, Missing
from readiness.facts import Connection, HostFacts, TlsFacts, UrlFacts
from readiness.hosts import is_loopback
from readiness.model import Because, Environment
from readiness.probe import Effect, PlannedRequest, Probe, ProbeContext
from readiness.transport import Request

OLD_VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1}
VENDOR = {"api": PING, "oauth": ""}
"""Roles of the vendor's hosts, and the path that is asked without credentials; the token endpoint as it stands."""

Refusal = Literal["refused", "accepted"]


class ConnectionProbe(Probe):
    """One handshake per host, a second where the certificate does not verify, and old versions at own hosts."""

    evidence: ClassVar[type[Evidence]] = Connection

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """A greeting to each vendor host, and handshakes."""
        assert environment is not None
        greetings = [
            PlannedRequest(
                f"greet-{role}", environment, "GET", _greeting(config, environment, role), Effect.READ, TRIES
            )
            for role in VENDOR
        ]
        addresses = {url.url: url.role in VENDOR for url in config.urls() if url.environment is environment}
        hosts = {urlsplit(url).netloc: vendor for url, vendor in addresses.items() if url.startswith("https:")}
        handshakes = [
            PlannedRequest(
                f"handshake-{host}", environment, "TLS", f"https://{host}", Effect.HANDSHAKE, 2 if vendor else 4
            )
            for host, vendor in hosts.items()
        ]
        return [*greetings, *handshakes]

    async def gather(self, context: ProbeContext) -> Connection:
        """All hosts at once."""
        # URLs of no environment are the application's, which answers only while the lab runs it.
        urls = [url for url in context.configuration.urls if url.environment is context.environment]
        by_host: dict[str, list[UrlFacts]] = {}
        for url in urls:
            by_host.setdefault(urlsplit(url.url).netloc, []).append(url)
        hosts = await asyncio.gather(*(_look(context, host, seen) for host, seen in by_host.items()))
        return Connection(hosts=tuple(hosts))


def _greeting(config: Config, environment: Environment, role: str) -> str:
    return api_url(config, environment, PING) if role == "api" else token_url(config, environment)


async def _look(context: ProbeContext, netloc: str, urls: list[UrlFacts]) -> HostFacts:
    address = urlsplit(urls[0].url)
    host = address.hostname or ""
    port = address.port or (443 if address.scheme == "https" else 80)
    vendor = next((url.role for url in urls if url.role in VENDOR), None)
    answer, (resolved, connected, tls) = await asyncio.gather(
        _greet(context, vendor), _knock(context, host, port, own=vendor is None, secure=address.scheme == "https")
    )
    return HostFacts(
        host=netloc,
        roles=tuple(sorted({url.role for url in urls})),
        own=vendor is None,
        loopback=is_loopback(host),
        resolved=resolved,
        connected=connected,
        tls=tls,
        answer=answer,
    )


async def _greet(context: ProbeContext, role: str | None) -> Attempt:
    """Ask a vendor host something harmless without credentials."""
    if role is None:
        return Missing(because=Because.NOT_PERMITTED, detail="no request is sent to the integrator's own hosts")
    assert context.environment is not None
    url = _greeting(context.config, context.environment, role)
    request = Request(f"greet-{role}", context.environment, "GET", url, tries=TRIES)
    return (await context.transport.send(request)).exchange


async def _knock(
    context: ProbeContext, host: str, port: int, *, own: bool, secure: bool
) -> tuple[bool | Missing, bool | Missing, TlsFacts | Missing | None]:
    """Resolve, connect, and shake hands; each step is Missing when an earlier one failed."""
    limit = context.config.policy.request_timeout.total_seconds()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(limit):
            await loop.getaddrinfo(host, port)
    except TimeoutError:
        late = Missing(because=Because.TIMED_OUT, detail=f"resolving {host} took longer than {limit:g} s")
        return late, late, late if secure else None
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no proper name"
        lost = Missing(because=Because.UNREACHABLE, detail=f"{host} does not resolve ({reason})")
        return False, lost, lost if secure else None
    try:
        async with asyncio.timeout(limit):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except TimeoutError:
        late = Missing(because=Because.TIMED_OUT, detail=f"connecting to {host}:{port} took longer than {limit:g} s")
        return True, late, late if secure else None
    except OSError as error:
        lost = Missing(because=Because.UNREACHABLE, detail=f"{host}:{port} cannot be connected to ({error.strerror})")
        return True, False, lost if secure else None
    if not secure:
        return True, True, None
    assert context.environment is not None
    verified = context.transport.tls_context(context.environment)
    return True, True, await _handshakes(host, port, verified, limit, own=own, now=context.now)


async def _handshakes(
    host: str, port: int, verified: ssl.SSLContext, limit: float, *, own: bool, now: datetime
) -> TlsFacts | Missing:
    error: str | None = None
    try:
        version, certificate = await _handshake(host, port, verified, limit)
    except ssl.SSLCertVerificationError as refused:
        error = refused.verify_message
        try:
            version, certificate = await _handshake(host, port, _blind(), limit)
        except (OSError, TimeoutError) as failure:
            return _failed(host, port, failure)
    except (OSError, TimeoutError) as failure:
        return _failed(host, port, failure)
    from cryptography import x509  # noqa: PLC0415 - few commands need it

    end = x509.load_der_x509_certificate(certificate).not_valid_after_utc
    old = {name: await _offers(host, port, old, limit) for name, old in OLD_VERSIONS.items()} if own else {}
    return TlsFacts(
        version=version,
        verified=error is None,
        verify_error=error,
        not_after=end.astimezone(UTC).isoformat(),
        days_left=(end - now).total_seconds() / 86400,
        old_versions=old,
    )


def _failed(host: str, port: int, failure: BaseException) -> Missing:
    if isinstance(failure, TimeoutError):
        return Missing(because=Because.TIMED_OUT, detail=f"the TLS handshake with {host}:{port} did not finish in time")
    reason = getattr(failure, "reason", None) or getattr(failure, "strerror", None) or type(failure).__name__
    return Missing(because=Because.UNREACHABLE, detail=f"the TLS handshake with {host}:{port} failed ({reason})")


async def _handshake(host: str, port: int, context: ssl.SSLContext, limit: float) -> tuple[str | None, bytes]:
    """Version and certificate (DER) of one handshake."""
    async with asyncio.timeout(limit):
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    session = writer.get_extra_info("ssl_object")
    facts = session.version(), session.getpeercert(binary_form=True)
    writer.transport.abort()  # closing would wait half a minute for a host that does not take leave
    return facts


def _blind() -> ssl.SSLContext:
    """Verifies nothing: used only to read a certificate that did not verify, never to send anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _offers(host: str, port: int, version: ssl.TLSVersion, limit: float) -> Refusal | Missing:
    """Whether a host still speaks an old version."""
    context = _blind()
    try:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is asked for
            context.minimum_version = context.maximum_version = version
        await _handshake(host, port, context, limit)
    except ValueError:
        return _cannot_offer(version)
    except ssl.SSLError as error:
        if error.reason in {"NO_PROTOCOLS_AVAILABLE", "UNSUPPORTED_PROTOCOL"} and "alert" not in str(error).lower():
            return _cannot_offer(version)
        return "refused"
    except (ConnectionResetError, BrokenPipeError):
        return "refused"
    except (OSError, TimeoutError) as failure:
        return _failed(host, port, failure)
    return "accepted"


def _cannot_offer(version: ssl.TLSVersion) -> Missing:
    detail = f"the TLS library of this machine cannot offer {version.name}"
    return Missing(because=Because.UNREACHABLE, detail=detail)
