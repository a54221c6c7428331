"""The forms in which a secret may stand in a file, a message or a program.

Every form is exact: where one character of the secret differs, none matches (unless the secret is one short
pattern over and over, so that its bits look alike at every shift). Base64 needs care for that.
Its first and last characters mix bits of the secret with bits of its neighbours, so the needle holds only
the characters that the secret decides alone, and `before` and `after` say which neighbours agree with the
remaining bits.

A value shorter than `SHORTEST` characters would match by chance and has no forms; no form of a longer one is
shorter than that many bytes.
"""

from __future__ import annotations

import base64
import html
import json
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Characters of the shortest secret that can be searched for."""

_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ALPHANUMERIC = string.ascii_letters + string.digits
_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True)
class Form:
    """Bytes to look for. `repr` shows the label only."""

    label: str
    needle: bytes = field(repr=False)
    before: bytes = field(default=b"", repr=False)
    """Where not empty: the byte before the needle must be one of these."""
    after: bytes = field(default=b"", repr=False)
    """Where not empty: the byte after the needle must be one of these."""

    def confirms(self, data: bytes | memoryview, start: int) -> bool:
        """Whether the needle that was found at `start` is the secret's, by the bits around it."""
        end = start + len(self.needle)
        if self.before and (start == 0 or data[start - 1] not in self.before):
            return False
        return not self.after or (end < len(data) and data[end] in self.after)

    def occurrences(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each place in `data`, the mixed base64 characters included."""
        start = data.find(self.needle)
        while start >= 0:
            if self.confirms(data, start):
                yield start - bool(self.before), start + len(self.needle) + bool(self.after)
            start = data.find(self.needle, start + 1)


def forms_of(value: str, *, client_id: str | None = None) -> tuple[Form, ...]:
    """Every form of a secret, plainest first, no two alike; none for one shorter than `SHORTEST`.

    `client_id` adds the Basic header of RFC 7617, and that of RFC 6749 2.3.1, which percent-encodes first.
    """
    if len(value) < SHORTEST:
        return ()
    data = value.encode("utf-8", "surrogatepass")
    candidates = [
        Form("raw", data),
        *_percent_encoded(data),
        *_escaped(value),
        *(
            Form("quotes doubled", value.replace(quote, 2 * quote).encode("utf-8", "surrogatepass"))
            for quote in "\"'"
            if quote in value
        ),
        *_over_lines(value),
        *(Form("hex", text.encode()) for text in (data.hex(), data.hex().upper())),
        Form("UTF-16 LE", value.encode("utf-16-le", "surrogatepass")),
        Form("UTF-16 BE", value.encode("utf-16-be", "surrogatepass")),
        *(_basic_headers(client_id, value) if client_id else ()),
        *base64_forms("base64", data),
        *(form for text in _with_other_breaks(value) for form in base64_forms("base64", text)),
    ]
    return _distinct(candidates)


def _over_lines(value: str) -> Iterator[Form]:
    """A key of several lines, such as a PEM file, as it is where its line breaks and indentation were taken out."""
    lines = value.splitlines()
    if len(lines) > 1 and len(text := "".join(lines)) >= SHORTEST:
        yield Form("over lines", text.encode("utf-8", "surrogatepass"))


def _with_other_breaks(value: str) -> Iterator[bytes]:
    """A key of several lines as other systems write it; in base64 its line breaks cannot be told apart."""
    lines = value.splitlines()
    if len(lines) > 1:
        for end in ("\n", "\r\n"):
            yield end.join(lines).encode("utf-8", "surrogatepass")


def base64_forms(label: str, data: bytes) -> Iterator[Form]:
    """Base64 and base64url of `data` at the three places it can have in a longer text, padded or not."""
    forms = [_base64_at(label, data, shift) for shift in range(3)]
    yield from forms
    for form in forms:
        needle, before, after = (part.translate(_TO_URL_SAFE) for part in (form.needle, form.before, form.after))
        yield Form(f"{label}url", needle, before, after)


def _base64_at(label: str, data: bytes, shift: int) -> Form:
    """The form that `data` takes when `shift` bytes (modulo 3) stand before it.

    A base64 character is six bits (RFC 4648 4). Those wholly inside the data are the needle; the one that
    begins before it, and the one that ends after it, may be any character that agrees in the data's bits.
    """
    whole, trail = divmod(8 * (shift + len(data)), 6)
    text = base64.b64encode(bytes(shift) + data)
    lead = -8 * shift % 6  # bits of the data in the character that begins before it
    first = 8 * shift // 6
    before = _ending_like(text[first], lead) if lead else b""
    after = _beginning_like(text[whole], trail) if trail else b""
    return Form(label, text[first + bool(lead) : whole], before, after)


@cache
def _ending_like(char: int, bits: int) -> bytes:
    """Characters whose last so many bits are those of `char`."""
    code = _STANDARD.index(char)
    return bytes(other for at, other in enumerate(_STANDARD) if (at ^ code) & ((1 << bits) - 1) == 0)


@cache
def _beginning_like(char: int, bits: int) -> bytes:
    """Characters whose first so many bits are those of `char`."""
    code = _STANDARD.index(char)
    return bytes(other for at, other in enumerate(_STANDARD) if (at ^ code) >> (6 - bits) == 0)


def _basic_headers(client_id: str, secret: str) -> Iterator[Form]:
    for name, word in ((client_id, secret), (quote_plus(client_id), quote_plus(secret, errors="replace"))):
        pair = f"{name}:{word}".encode("utf-8", "surrogatepass")
        yield _base64_at("Basic header", pair, 0)


def _percent_encoded(data: bytes) -> Iterator[Form]:
    """Percent-encoding (RFC 3986 2.1) as the usual libraries do it, and of every byte."""
    spellings = [
        quote(data, safe=""),
        quote(data),  # Python's default: the slash stays
        quote(data, safe="!'()*"),  # encodeURIComponent
        quote(data, safe=";,/?:@&=+$!'()*#"),  # encodeURI
        quote_plus(data),
        quote_plus(data, safe="*").replace("~", "%7E"),  # WHATWG form
        "".join(f"%{byte:02X}" for byte in data),
    ]
    for spelling in spellings:
        yield Form("percent-encoded", spelling.encode())
        lower = re.sub("%..", lambda match: match[0].lower(), spelling)
        yield Form("percent-encoded", lower.encode())


def _escaped(value: str) -> Iterator[Form]:
    """JSON (RFC 8259 7), JSON in JSON, Python and HTML, each with the choices that its writers have."""
    data = value.encode("utf-8", "surrogatepass")
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    ascii_only = json.dumps(value)[1:-1]
    spellings = [
        ("JSON escaped", plain),
        ("JSON escaped", ascii_only),
        ("JSON escaped", plain.replace("/", "\\/")),  # PHP
        ("JSON escaped", ascii_only.replace("/", "\\/")),
        ("JSON escaped", _unicode_escaped(ascii_only, "<>&", "04x")),  # Go
        ("JSON escaped", _unicode_escaped(_upper_escapes(ascii_only), "<>&'+`", "04X")),  # .NET
        ("JSON escaped twice", json.dumps(plain, ensure_ascii=False)[1:-1]),
        ("JSON escaped twice", json.dumps(ascii_only)[1:-1]),
        ("unicode escaped", "".join(f"\\u{unit:04x}" for unit in _utf16_units(value))),
        ("unicode escaped", "".join(f"\\u{unit:04X}" for unit in _utf16_units(value))),
        ("Python escaped", repr(value)[1:-1]),
        ("Python escaped", ascii(value)[1:-1]),
        ("HTML escaped", html.escape(value)),
        ("HTML escaped", html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")),
        ("HTML escaped", html.escape(value, quote=False)),
        *(("HTML escaped", _each(value, spec, plain="")) for spec in ("&#{};", "&#x{:x};", "&#x{:X};")),
        *(("HTML escaped", _each(value, spec, plain=_ALPHANUMERIC)) for spec in ("&#{};", "&#x{:x};", "&#x{:X};")),
        *(("byte escaped", "".join(f"\\x{byte:{spec}}" for byte in data)) for spec in ("02x", "02X")),
    ]
    return (Form(label, text.encode("utf-8", "surrogatepass")) for label, text in spellings)


def _unicode_escaped(text: str, chars: str, spec: str) -> str:
    return "".join(f"\\u{ord(char):{spec}}" if char in chars else char for char in text)


def _each(text: str, spec: str, *, plain: str) -> str:
    return "".join(char if char in plain else spec.format(ord(char)) for char in text)


def _upper_escapes(text: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}", lambda match: "\\u" + match[0][2:].upper(), text)


def _utf16_units(value: str) -> Iterator[int]:
    data = value.encode("utf-16-be", "surrogatepass")
    return (int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))


def _distinct(candidates: Iterable[Form]) -> tuple[Form, ...]:
    found: dict[tuple[bytes, bytes, bytes], Form] = {}
    for form in candidates:
        # Two base64 forms may share a needle and differ in the bits around it: both are kept.
        found.setdefault((form.needle, form.before, form.after), form)
    return tuple(found.values())
