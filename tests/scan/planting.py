"""Ways to write a secret, and places to write it in: made with the standard library, not with what is tested."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from urllib.parse import quote, quote_plus

from readiness.model import Environment
from readiness.scan.engine import EngineMaker, engine_for
from readiness.scan.needles import Needles, Sought
from readiness.scan.patterns import Found, Pattern
from readiness.secret import Secret

SECRET = "sk+4f9/dK2=Pq&8Zt7Lm3xW_vB6nR5yT"
PLAIN = "9c1f6b0d7e2a45838b6de1f0c4a79253"
CLIENT_ID = "3f0c9a1e-7b2d-4c68-9e15-0d8f6a4b7c21"

Writer = Callable[[str], bytes]


def encoded(value: str, *, before: str = "") -> bytes:
    return base64.b64encode(f"{before}{value}".encode())


WRITERS: dict[str, Writer] = {
    "raw": str.encode,
    "base64": encoded,
    "base64 after one": lambda value: encoded(value, before="a"),
    "base64 after two": lambda value: encoded(value + "tail", before="ab"),
    "base64url": lambda value: base64.urlsafe_b64encode(value.encode()).rstrip(b"="),
    "basic": lambda value: b"Authorization: Basic " + encoded(value, before=f"{CLIENT_ID}:"),
    "percent": lambda value: quote(value, safe="").encode(),
    "percent plus": lambda value: quote_plus(value).encode(),
    "hex": lambda value: value.encode().hex().encode(),
    "hex upper": lambda value: value.encode().hex().upper().encode(),
    "json": lambda value: json.dumps(value + "é").encode(),
    "json php": lambda value: json.dumps(value).replace("/", "\\/").encode(),
    "unicode": lambda value: "".join(f"\\u{ord(char):04x}" for char in value).encode(),
    "html": lambda value: html.escape(value).encode(),
    "utf-16-le": lambda value: f'key = "{value}"\r\n'.encode("utf-16"),
    "utf-16-be": lambda value: b"\xfe\xff" + f"key: {value}\r\n".encode("utf-16-be"),
    "utf-16 base64": lambda value: ("\ufeff" + encoded(value).decode() + "\n").encode("utf-16-le"),
}


def cut(text: bytes, *at: int) -> list[bytes]:
    edges = [0, *at, len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def halves(value: str) -> list[bytes]:
    return cut(value.encode(), len(value) // 2)


def wrapped(text: bytes, column: int, *, eol: bytes = b"\n", indent: bytes = b"") -> bytes:
    lines = [text[start : start + column] for start in range(0, len(text), column)]
    return eol.join(indent + line for line in lines)


BREAKERS: dict[str, Writer] = {
    "base64 wrapped at 64": lambda value: wrapped(encoded(value * 4), 64),
    "base64 wrapped at 76 crlf": lambda value: wrapped(encoded(value * 4, before="x"), 76, eol=b"\r\n"),
    "base64 wrapped at 8": lambda value: wrapped(encoded(value), 8),
    "base64 wrapped at 4": lambda value: wrapped(encoded(value), 4),
    "base64 in yaml block": lambda value: b"key: |\n" + wrapped(encoded(value), 20, indent=b"      "),
    "base64 with escaped breaks": lambda value: wrapped(encoded(value), 16, eol=b"\\n"),
    "base64 in utf-16 wrapped": lambda value: wrapped(encoded(value), 12).decode().encode("utf-16"),
    "python implicit": lambda value: b'KEY = ("%b"\n       "%b")' % tuple(halves(value)),
    "python bytes": lambda value: b'KEY = (b"%b"\n       b"%b")' % tuple(halves(value)),
    "javascript plus": lambda value: b"const key = '%b' +\n  '%b';" % tuple(halves(value)),
    "java plus in front": lambda value: b'String key = "%b"\n    + "%b";' % tuple(halves(value)),
    "php dot": lambda value: b"$key = '%b' . '%b';" % tuple(halves(value)),
    "perl dot tight": lambda value: b'my $key = "%b"."%b";' % tuple(halves(value)),
    "vb ampersand": lambda value: b'key = "%b" & _\r\n      "%b"' % tuple(halves(value)),
    "lua dots": lambda value: b"local key = '%b' .. '%b'" % tuple(halves(value)),
    "sql bars": lambda value: b"select '%b' || '%b'" % tuple(halves(value)),
    "c adjacent": lambda value: b'char *key = "%b" "%b";' % tuple(halves(value)),
    "shell continuation": lambda value: b"export KEY=%b\\\n%b" % tuple(halves(value)),
    "shell quotes": lambda value: b"KEY='%b''%b'" % tuple(halves(value)),
    "yaml folding": lambda value: b'key: "%b\\\n      %b"' % tuple(halves(value)),
    "properties continuation": lambda value: b"key=%b\\\n    %b" % tuple(halves(value)),
    "makefile": lambda value: b"KEY := %b\\\n\t%b" % tuple(halves(value)),
    "array joined": lambda value: b'["%b", "%b", "%b"].join("")' % tuple(cut(value.encode(), 9, 20)),
    "comment lines": lambda value: b"# %b\n# %b" % tuple(halves(value)),
    "three pieces": lambda value: b'k = "%b" + "%b" + "%b"' % tuple(cut(value.encode(), 5, 11)),
    "pairs": lambda value: b'k = "' + b'" + "'.join(cut(value.encode(), *range(2, len(value), 2))) + b'"',
}

SURROUNDINGS: dict[str, Callable[[bytes], bytes]] = {
    "alone": lambda text: text,
    "code": lambda text: b"import os\n\n\ndef main():\n    call(\n" + text + b"\n)\n",
    "minified": lambda text: b"!function(e,t){" + b"var a=1;" * 5000 + text + b";b()}" * 3000,
    "binary": lambda text: bytes(range(256)) * 40 + text + bytes(reversed(range(256))) * 40,
}
"""UTF-16 stays what it is in `alone` only; the rest makes it a mixture, as in an executable."""


def needles(
    *values: str,
    client_id: str | None = CLIENT_ID,
    patterns: Sequence[Pattern] = (),
    engine: EngineMaker = engine_for,
) -> Needles:
    return Needles(
        [
            Sought(f"secret {number}", Environment.SANDBOX, Secret(value, f"secret {number}"), client_id)
            for number, value in enumerate(values or (SECRET,))
        ],
        patterns,
        engine=engine,
    )


def found_in(patterns: Sequence[Pattern], text: bytes) -> Iterator[Found]:
    """What patterns find, in the plain way: the gate somewhere, then all of the text."""
    for pattern in patterns:
        if re.search(b"|".join(pattern.gate), text, re.IGNORECASE | re.DOTALL):
            assert not pattern.hints or any(hint in text.lower() for hint in pattern.hints)
            yield from pattern.find(text, 0, len(text))
