"""What is secret by its name or its place, though its value is not known."""

from __future__ import annotations

import re

REDACTED = "[redacted]"

_NAME = re.compile(
    r"accountnumber|auth|bearer|cardnumber|cardverificationvalue|cookie|cv[cv]2?|pan|pin|pinblock|pwd"
    r"|routingnumber|setcookie|signature|ssn|taxid|track[12](?:data)?"
)
_ENDING = re.compile(
    r"(?:accesskey|apikey|authorization|credentials?|jwt|passphrase|passwd|password|privatekey|secret|secretkey"
    r"|securitycode|token)$"
)
_MASK = re.compile(r"\[redacted(?:: (?:[^\[\]\n]|\[\d*\])*)?\]")

_HEADER = re.compile(
    r"""(?ix)
    \b( (?:proxy-)?authorization \\{0,8}["']? [ \t]*[:=][ \t]*+ \\{0,8}+["']?+
        (?:(?:basic|bearer|digest|token)[ \t]+)?+ )                           # name and scheme stay
    (?!\[redacted) [^\r\n"'\\&;<>]+
    """
)
_SCHEME = re.compile(
    r"""(?x)
    \b( (?i:bearer|basic) (?:\s+|%20|\+) )
    (?= \S{0,200}\d | \S{0,200}[a-z]\S{0,200}[A-Z] )  # prose ("Basic authentication") is no credential,
    (?! [A-Za-z_-]{1,32}=["\w] )                      # nor is a challenge's parameter (`Bearer realm="…"`)
    [A-Za-z0-9+/._~-]{8,}+ ={0,2}
    """
)
_QUOTED_NAME = re.compile(r"""(?P<quote>\\{0,8}["'])(?P<name>[\w.\[\]-]{2,64})(?P=quote)\s{0,80}[:=]>?\s{0,80}""")
_VALUE = re.compile(
    r"""(?xs)
      (?P<open>["'])          (?P<text>   (?: (?!(?P=open)) (?:\\.|.) )*+ )
    | (?P<nested>\\{1,8}["']) (?P<inside> (?: (?!(?<!\\)(?P=nested)) (?:\\.|.) )*+ )  # JSON in a JSON text
    | (?P<number>-?\d[\d.eE+-]*)
    """
)
_BARE = re.compile(
    r"""(?x)
    (?<![\w.-]) (?P<head> (?P<name>[A-Za-z][\w.-]{1,63} (?:\[[\w.-]{1,64}\])?)
      (?: = | :[ \t]? (?=[^\s&;,"'<>]{0,64}\d) ) )  # after a colon, prose is told from values by their digits
    (?!\[redacted) [^\s&;,"'<>\\]+
    """
)


def is_secret_name(name: str) -> bool:
    """Whether a field, header or parameter of this name holds a secret or card data.

    The official clients' lists (case and separators do not count), with the gaps of some closed: `securityCode`,
    `hmacSecret`, `taxId`, `secret`. `token_type`, `expires_in` and `token_state` are no secrets.
    """
    last = re.split(r"[.\[]", name)[-1]  # `card.cvv`, `card[cvv]`
    plain = re.sub(r"[^a-z0-9]", "", last.lower())
    return _NAME.fullmatch(plain) is not None or _ENDING.search(plain) is not None


def is_mask(text: str) -> bool:
    """Whether a text is nothing but the sign that a secret stood there."""
    return _MASK.fullmatch(text) is not None


def mask_named(text: str) -> str:
    """Replace what stands in a text as a credential: after `Authorization`, `Bearer`, or a secret's name.

    Texts that are JSON (also cut off, or JSON within JSON), forms, headers and log lines are understood.
    """
    text = _HEADER.sub(rf"\1{REDACTED}", text)
    text = _SCHEME.sub(rf"\1{REDACTED}", text)
    return _BARE.sub(_bare, _mask_quoted(text))


def _mask_quoted(text: str) -> str:
    """Mask values of quoted names. Values of harmless names are gone through too: they may hold JSON."""
    pieces: list[str] = []
    position = start = 0
    while name := _QUOTED_NAME.search(text, start):
        start = name.end()
        value = _VALUE.match(text, start) if is_secret_name(name["name"]) else None
        if value and not is_mask(value["text"] or value["inside"] or ""):
            pieces += text[position:start], value["open"] or value["nested"] or "", REDACTED
            position = start = value.end()
    return "".join((*pieces, text[position:]))


def _bare(match: re.Match[str]) -> str:
    return match["head"] + REDACTED if is_secret_name(match["name"]) else match[0]
