"""How host names are read and compared, without asking any name server."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

_PRIVATE_SUFFIXES = (
    *(".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa"),
    *(".test", ".invalid"),
)
"""Names that no public name server answers for (RFC 6761, RFC 6762, RFC 8375), and common ones of private networks."""

TUNNELS = (
    *("ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "trycloudflare.com", "loca.lt"),
    *("localtunnel.me", "serveo.net", "localhost.run", "lhr.life", "lhr.rocks", "pagekite.me", "telebit.io"),
    *("devtunnels.ms", "tunnelmole.net", "bore.pub", "localxpose.io", "loclx.io", "pinggy.io", "pinggy.link", "ts.net"),
    *("smee.io", "webhook.site", "requestbin.com", "requestbin.net", "pipedream.net", "beeceptor.com", "hookbin.com"),
    *("requestcatcher.com", "webhookrelay.com", "mockbin.org", "mockbin.io", "typedwebhook.tools"),
    *("postb.in", "play.svix.com", "httpbin.org", "httpdump.app", "requestinspector.com"),
)
"""Domains of developers' tunnels and request bins: whoever holds the link may read what arrives."""


def normal_host(host: str) -> str:
    """The form in which hosts are compared: lower case, without the root's dot."""
    return host.lower().removesuffix(".")


def host_of(url: str) -> str:
    """The host of a URL in that form; empty when the URL has none or cannot be read."""
    try:
        return normal_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def place_of(url: str) -> str:
    """Host, port and path of a URL, in the form in which places are compared; without user, query and final slash."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    usual = port in {None, {"http": 80, "https": 443}.get(parts.scheme)}
    return f"{host_of(url)}{'' if usual else f':{port}'}{parts.path.rstrip('/')}"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether traffic to this host stays on this machine: `localhost`, 127.0.0.0/8, ::1."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_private(host: str) -> bool:
    """Whether the public cannot reach this host, as far as its name tells: no global address, no public name."""
    address = _address(host)
    if address is not None:
        return not address.is_global
    return "." not in host or host.endswith(_PRIVATE_SUFFIXES)


def parent_in(host: str, domains: Iterable[str] | Mapping[str, str]) -> str | None:
    """The one of `domains` that is this host or stands above it."""
    return next((domain for domain in domains if host == domain or host.endswith(f".{domain}")), None)
