"""Which URLs a config may name."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, WithJsonSchema

from readiness.config.presets import TOKEN_PATH
from readiness.hosts import is_loopback, normal_host

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?")
_LONGEST_HOST = 253
_UNFIT = re.compile(r"[^!-~]|[\\\"<>^`{|}]")
"""White space, control and non-ASCII characters, and what RFC 3986 keeps out of URLs: parsers disagree on them."""


def is_host(text: str) -> bool:
    """Whether the text is a host name or an IP address, in ASCII and without a port."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= _LONGEST_HOST and _HOST.fullmatch(text) is not None
    return True


def _parts(url: str) -> SplitResult:
    """Split an absolute http or https URL that has no user, or raise ValueError; no text repeats the URL."""
    if _UNFIT.search(url):
        raise ValueError("a URL holds only ASCII characters, and no white space")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("expected a URL such as https://host/path; this one cannot be read") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("expected a whole URL that starts with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must hold neither user nor password; give credentials by reference")
    if not is_host(host) or port == 0:
        raise ValueError("the host or the port of this URL is not valid")
    return parts


def check_web_url(url: str) -> str:
    """Accept a URL of the integrator's own; plain http loads, so that `transport/https-only` can fail on it."""
    if _parts(url).fragment:
        raise ValueError("a URL that is called has no #fragment")
    return url


def check_endpoint_url(url: str) -> str:
    """Accept a base URL that credentials or tokens are sent to; returns it without its final slash."""
    parts = _parts(url)
    if parts.scheme == "http" and not is_loopback(normal_host(parts.hostname or "")):
        raise ValueError("credentials go to this URL: it must start with https:// (http is for loopback only)")
    if "?" in url or "#" in url:
        raise ValueError("an endpoint has neither ?query nor #fragment")
    return url.rstrip("/")


def check_token_url(url: str) -> str:
    """Accept the token endpoint; a URL without a path gets the vendor's path."""
    url = check_endpoint_url(url)
    return url if urlsplit(url).path else url + TOKEN_PATH


_ENDPOINT_SCHEMA = {
    "type": "string",
    "format": "uri",
    "pattern": r"^(https://|http://(localhost|127\.[0-9.]+|\[::1\])(:|/|$))[^\s@?#]*$",
}
EndpointUrl = Annotated[str, AfterValidator(check_endpoint_url), WithJsonSchema(_ENDPOINT_SCHEMA)]
TokenUrl = Annotated[str, AfterValidator(check_token_url), WithJsonSchema(_ENDPOINT_SCHEMA)]
WebUrl = Annotated[
    str,
    AfterValidator(check_web_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": r"^https?://[^\s#]+$"}),
]
