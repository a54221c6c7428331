"""Credentials that nobody declared: literals that look like the vendor's client secrets and tokens.

Precision comes first. A name alone says little (`client_secret` belongs to every OAuth vendor), so an assignment
counts only in a file that talks of this vendor, and only if its value looks random. Source of the shapes: the
vendor's SDKs and API reference (client secrets are UUIDs or begin with `sk_live_`; webhook secrets are 64 hex digits;
tokens are JWTs or opaque; client ids are UUIDs).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from readiness.scan.patterns import EVERYWHERE, Found, Pattern, Place, any_of
from readiness.scan.placeholder import is_uuid, looks_random

_VENDOR = re.compile(
    rb"""
    risewithaurora | \bapi\.(?:uat\.)?flute\.com | \bdeveloper\.flute\.com | getflute
    | (?:aurora|flute2?|(?<![a-z])arise) [_.-]?
      (?:sdk|payments?|pay|api|oauth|auth|client|sandbox|prod(?:uction)?|live|secret|webhooks?|hmac|access|bearer|token)
    """,
    re.VERBOSE,
)
"""What a file says that uses the vendor's API. The word alone is a colour, a database and an instrument."""

_LONGEST_NAME = 64
_NAME = re.compile(
    rb"""
    (?: (?: client | hmac | web[_-]?hook (?:[_-]?signing)? | sign(?:ing|ature) | api | app ) [_-]? secret
      | (?: aurora | flute2? | arise ) [\w.-]{0,40} secret
      | (?: access | refresh | bearer ) [_-]? token )
    $""",
    re.VERBOSE,
)
"""Names of secrets in the vendor's SDKs and documentation, in lower case."""
_VALUE = re.compile(
    rb"""
    (?: [_-]? (?: key | value | sandbox | prod(?:uction)? | live | uat ) )?
    \\{0,4} ["'`\]]{0,2} (?: \s{0,8} (?: => | := | [:=,>] ) \s{0,8} | [ ] )
    (?: [bru]? \\{0,4} (?P<quote>["'`]) (?P<quoted> [^"'`\s\\]{16,4096} ) \\{0,4} (?P=quote)
      | (?P<bare> [A-Za-z0-9_+/=~.-]{16,4096} ) (?= [\s\#;<&"',] | $ ) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What follows a name that is given a literal: in code, JSON (in JSON), YAML, XML, .env files, shells, arguments."""
LONGEST_CREDENTIAL = 4096
"""Bytes; JWTs are the longest."""
_LONGEST_LINE = 4096
_HEX_DIGITS = [bytes([digit]) for digit in b"0123456789abcdefABCDEF"]
_REFERENCE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[a-z_]+[A-Z][A-Za-z_]*\d?")
"""An attribute or a variable, where a literal would need quotes."""
_BASIC = re.compile(rb"asic[ ]{1,2}([A-Za-z0-9+/_-]{48,400}={0,2})")
_BEARER = re.compile(rb"earer[ ]{1,2}([A-Za-z0-9._~+/-]{40,4096}={0,2})")
_KEY = re.compile(rb"sk_live_([A-Za-z0-9]{16,200})(?![A-Za-z0-9])")
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]*\.[\w-]*(?:\.[\w-]+){0,2}")


def talks_of_vendor(lowered: bytes) -> bool:
    """Whether the text, given in lower case, uses, configures or documents the vendor's API."""
    return (b"aurora" in lowered or b"flute" in lowered) and bool(_VENDOR.search(lowered))


def _vendor_names(text: bytes, start: int, end: int) -> Iterator[Found]:
    for match in _VENDOR.finditer(text[start : end + _LONGEST_NAME].lower()):
        yield Found(start + match.start(), start + match.end(), "vendor", "name")


def _assignments(text: bytes, start: int, end: int) -> Iterator[Found]:
    low = max(0, start - _LONGEST_NAME)
    lowered = text[low : end + _LONGEST_NAME].lower()
    for word in (b"secret", b"token"):
        after = 0
        while (after := lowered.find(word, after) + len(word)) >= len(word):
            name = _NAME.search(lowered, max(0, after - _LONGEST_NAME), after)
            match = _VALUE.match(text, low + after) if name else None
            if name and match and (value := _literal(match)):
                what = "token" if word == b"token" else "client or webhook secret"
                form = f"assigned to `{text[low + name.start() : low + after].decode()}`"
                span = match.span("quoted" if match["quoted"] else "bare")
                yield Found(*span, what, form, value, needs_vendor=True)


def _literal(match: re.Match[bytes]) -> str | None:
    """The value that was assigned, unless it is a variable, a placeholder or a word."""
    value = (match["quoted"] or match["bare"]).decode("utf-8", "replace")
    if _is_jwt(value):
        return value
    if match["bare"] and _REFERENCE.fullmatch(value):
        return None
    return value if looks_random(value) else None


def _basic_headers(text: bytes, start: int, end: int) -> Iterator[Found]:
    for match in _from(_BASIC, text, start, end):
        pair = _decoded(match[1])
        identity, _, secret = (pair or "").partition(":")
        if is_uuid(identity) and looks_random(secret):
            yield Found(*match.span(1), "client id and secret", "Basic header", secret)


def _bearers(text: bytes, start: int, end: int) -> Iterator[Found]:
    for match in _from(_BEARER, text, start, end):
        value = match[1].decode()
        token = _is_jwt(value)
        if token or ("." not in value and looks_random(value)):
            form = "JWT" if token else "opaque"
            yield Found(*match.span(1), "bearer token", form, value, needs_vendor=True)


def _live_keys(text: bytes, start: int, end: int) -> Iterator[Found]:
    for match in _from(_KEY, text, start, end):
        line_start = text.rfind(b"\n", max(0, match.start() - _LONGEST_LINE), match.start()) + 1
        if looks_random(match[0].decode()) and b"stripe" not in text[line_start : match.start()].lower():
            yield Found(*match.span(), "`sk_live_` key", "raw", match[0].decode())


def _from(pattern: re.Pattern[bytes], text: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """Matches that begin in the span, whole even where they end behind it."""
    return takewhile(lambda match: match.start() < end, pattern.finditer(text, start, end + LONGEST_CREDENTIAL))


def _is_jwt(text: str) -> bool:
    """Whether the text is a signed or encrypted token (RFC 7519): its header is JSON and names an algorithm."""
    if not _JWT.fullmatch(text):
        return False
    head, _, rest = text.partition(".")
    decoded = _decoded(head.encode())
    try:
        header = json.loads(decoded or "")
    except ValueError:
        return False
    return isinstance(header, dict) and "alg" in header and looks_random(max(rest.split("."), key=len))


def _decoded(text: bytes) -> str | None:
    """The text behind base64 or base64url, padded or not."""
    bare = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _in_logs(pattern: Pattern) -> Pattern:
    """The same for logs: those of an integration are the vendor's context, whatever else they say."""

    def find(text: bytes, start: int, end: int) -> Iterator[Found]:
        return (found._replace(needs_vendor=False) for found in pattern.find(text, start, end))

    return replace(pattern, find=find, places=frozenset({Place.LOGS}))


_IN_FILES = EVERYWHERE - {Place.LOGS}
_JOINTS = (b"", b"_", b"-")
_VENDOR_PARTS = (
    *(b"sdk", b"pay", b"api", b"oauth", b"auth", b"client", b"sandbox", b"prod", b"live", b"secret", b"webhook"),
    *(b"hmac", b"access", b"bearer", b"token"),
)
_UUID_IN_BASE64 = sorted(
    {base64.b64encode(first + second + b"0")[:2] for first in _HEX_DIGITS for second in _HEX_DIGITS}
)
"""How base64 of a client id begins."""
VENDOR = Pattern(
    "vendor",
    any_of((b"risewithaurora", b".flute.com", b"getflute"))
    + any_of((b"aurora", b"flute", b"flute2", b"arise"), (*_JOINTS, b"."), _VENDOR_PARTS),
    _vendor_names,
    hints=(b"aurora", b"flute", b"arise"),
    places=_IN_FILES,
)
"""The context that some credentials need; of no interest by itself."""
PATTERNS = (
    VENDOR,
    Pattern(
        "credentials",
        any_of((b"client", b"hmac", b"hook", b"signing", b"signature", b"api", b"app"), _JOINTS, (b"secret",))
        + any_of((b"access", b"refresh", b"bearer"), _JOINTS, (b"token",))
        + any_of((b"aurora", b"flute", b"arise")),  # `secret` stands somewhere behind
        _assignments,
        hints=(b"secret", b"token", b"aurora", b"flute", b"arise"),
        places=_IN_FILES,
    ),
    Pattern(
        "credentials",
        any_of((b"asic",), (b" ", b"  "), _UUID_IN_BASE64),
        _basic_headers,
        hints=(b"asic ",),
        places=_IN_FILES,
    ),
    Pattern("credentials", any_of((b"earer ",)), _bearers, hints=(b"earer ",), places=_IN_FILES),
    Pattern("credentials", any_of((b"sk_live_",)), _live_keys, hints=(b"sk_live_",), places=_IN_FILES),
)
"""For sources, history and artifacts. See `patterns.all_patterns`."""
LOG_PATTERNS = tuple(_in_logs(pattern) for pattern in PATTERNS if pattern is not VENDOR)
"""The same shapes for logs."""
