"""A window of bytes read in other ways: with escapes resolved, or decoded. Each remembers where its bytes were."""

from __future__ import annotations

import base64
import binascii
import functools
import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from readiness.scan.engine import Gate
from readiness.secret.joints import Normalised

_NAMED = b"|".join(
    b"amp lt gt quot apos plus equals sol bsol num dollar percnt excl quest ast commat colon semi comma period lpar"
    b" rpar lsqb rsqb lcub rcub lowbar grave verbar Hat".split()
)
"""Entities of the visible characters of ASCII that are no letters and digits (HTML 13.5)."""
_ESCAPE = re.compile(
    rb"""
    (?<!\\) \\++ (?: u(?P<unit>[0-9A-Fa-f]{4}) | [ux]\{0*(?P<point>[0-9A-Fa-f]{1,5})\} | x(?P<byte>[0-9A-Fa-f]{2})
            | U000(?P<long>[0-9A-Fa-f]{5})
            | (?P<octal>[0-3][0-7]{2}) | (?P<char>["'/]) )                            # JSON, at any depth; languages
    | %% (?:25)* (?: (?P<percent>[0-9A-Fa-f]{2}) | u(?P<old>[0-9A-Fa-f]{4}) )          # RFC 3986, also repeated
    | & (?:amp;)* (?P<entity> \#[0-9]{1,7}; | \#[xX][0-9A-Fa-f]{1,6}; | (?:%b); )
    """
    % _NAMED,
    re.VERBOSE,
)


_VISIBLE = rb"(?:2[1-9a-f]|[3-7][0-9a-f])"  # a character of ASCII, in hex
_ONE = (
    rb"(?:%(?:25)?" + _VISIBLE + rb"|\\x" + _VISIBLE + rb"|[\\%]u00" + _VISIBLE
    + rb"|\\[ux]\{0{0,4}" + _VISIBLE + rb"|\\U0{6}" + _VISIBLE + rb"|\\(?:04[1-7]|0[5-7][0-7]|1[0-7][0-7])"
    + rb"|&(?:amp;)?#0{0,3}(?:3[3-9]|[4-9][0-9]|1[0-2][0-9]);|&(?:amp;)?#x0{0,3}" + _VISIBLE + rb";)"
)  # fmt: skip
_ONE_IN_UTF16 = rb"(?:[%\\]\x00[0-7ux]\x00|#\x00[0-9x]\x00)"
ESCAPES = Gate((_ONE + rb".{0,15}" + _ONE,), (b"%", b"\\", b"&#", b";#"))
"""Two escapes so close together that no piece of a secret between them can be looked for."""
ESCAPES_IN_UTF16 = Gate((_ONE_IN_UTF16 + rb".{0,30}" + _ONE_IN_UTF16,), (b"%\0", b"\\\0", b"#\0"))
"""The same in UTF-16 of either byte order, roughly: there is little such text, and this compiles in no time."""
AROUND_ESCAPES = (80, 32)
"""Bytes before and after the end of a match of `ESCAPES` that the text around these may have; twice in UTF-16."""
_SOFT = re.compile(rb"= (?: [ \t]*\r?\n | (?P<byte>[0-9A-Fa-f]{2}) )", re.VERBOSE)
_BACKSLASHES = re.compile(rb"\\{2,}")
_BLANKS = re.compile(rb"[ \t]+")
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{14,}")
_STANDARD = bytes.maketrans(b"-_", b"+/")


class Decoded(NamedTuple):
    """A run of base64, decoded; where the run stands in what was read."""

    data: bytes
    start: int
    end: int


def unescaped(data: bytes) -> Normalised | None:
    """Percent-encoding, JSON's and languages' escapes and HTML's entities resolved, whatever their depth, case and mix.

    None if there are none.
    """
    if not (b"%" in data or b"\\" in data or b"&" in data):
        return None
    return _rewritten(data, _ESCAPE, _meaning)


def resolved(data: bytes) -> bytes:
    """What `unescaped` gives, in half the time, for it does not remember where the bytes were."""
    return _ESCAPE.sub(_meaning, data)


def without_backslashes(data: bytes) -> Normalised | None:
    """Each run of backslashes as a single one, as if it had been escaped less often; None if there is none."""
    return _rewritten(data, _BACKSLASHES, lambda _: b"\\") if b"\\\\" in data else None


def without_blanks(data: bytes) -> Normalised | None:
    """Without blanks and tabs; None if there is none."""
    return _rewritten(data, _BLANKS, lambda _: b"")


def unquoted(data: bytes) -> Normalised | None:
    """Quoted-printable text as it was before (RFC 2045 6.7), as e-mails hold it; None if there is none."""
    return _rewritten(data, _SOFT, lambda soft: bytes.fromhex((soft["byte"] or b"").decode())) if b"=" in data else None


def decoded(data: bytes, least: int) -> Iterator[Decoded]:
    """Runs of base64 or base64url that may hold `least` bytes, from each place at which a group of four may begin."""
    for run in _BASE64_RUN.finditer(data):
        if 3 * len(run[0]) < 4 * least:
            continue
        text = run[0].translate(_STANDARD)
        for shift in range(4):
            whole = text[shift : shift + (len(text) - shift) // 4 * 4]
            rest = text[shift + len(whole) :]
            if len(rest) > 1:  # an end without padding, or with padding that the run does not hold
                whole += rest + b"=" * (4 - len(rest))
            try:
                yield Decoded(base64.b64decode(whole), run.start() + shift, run.end())
            except binascii.Error:
                continue


def _meaning(escape: re.Match[bytes]) -> bytes:
    assert escape.lastgroup is not None
    return _character(escape.lastgroup, escape[escape.lastgroup])


@functools.lru_cache(maxsize=4096)
def _character(kind: str, text: bytes) -> bytes:
    """`kind`: the name of a group of `_ESCAPE`."""
    match kind:
        case "unit" | "point" | "long" | "old":
            return chr(int(text, 16)).encode("utf-8", "surrogatepass")
        case "byte" | "percent":
            return bytes.fromhex(text.decode())
        case "octal":
            return bytes([int(text, 8)])
        case "entity":
            return html.unescape(f"&{text.decode()}").encode("utf-8", "replace")
    return text


def _rewritten(
    data: bytes, pattern: re.Pattern[bytes], replacement: Callable[[re.Match[bytes]], bytes]
) -> Normalised | None:
    pieces: list[bytes] = []
    starts, removed = [0], [0]
    position = length = 0
    for match in pattern.finditer(data):
        start, end = match.span()
        new = replacement(match)
        pieces += data[position:start], new
        length += start - position
        starts.append(length)
        removed.append(start - length)
        length += len(new)
        starts.append(length)
        removed.append(end - length)
        position = end
    if not pieces:
        return None
    pieces.append(data[position:])
    return Normalised(b"".join(pieces), tuple(starts), tuple(removed))
