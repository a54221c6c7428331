"""Whether a literal can be a real credential. When in doubt it is not: a false alarm costs more trust than it saves."""

from __future__ import annotations

import math
import re
from collections import Counter

SHORTEST_CREDENTIAL = 20
"""Characters. The vendor's are longer: a UUID, 64 hex digits, or an `sk_live_…` key."""
_LEAST_ENTROPY = {True: 2.9, False: 3.4}
"""Bits a character, by whether the text is hex (at most 4 bits)."""

_WORDS = re.split(
    r"\s+",
    "example placeholder your xxxx *** ... … dummy fake mock sample todo fixme redacted replace insert invalid wrong"
    " secret passw token credential client bearer foobar lorem hunter2 deadbeef c0ffee cafebabe abcdef qwerty asdf"
    " 12345678 01234567 87654321 98765432 aurora flute stripe test_ test- _test -test demo_ demo- _demo -demo changeme",
)
"""Of documentation. Asked for one by one, which is ten times as fast as one expression for all."""
_TEMPLATE = re.compile(r"""[<>{}()\[\]$%\s,;|\\@#"'`]|change.me|[*.]{3}""", re.IGNORECASE)
"""Characters of templates, code and variables."""
_RUN = re.compile(r"(.)\1{5}")
_HEX = frozenset("0123456789abcdef")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FAMOUS = frozenset(
    {
        "123e4567e89b12d3a456426614174000",
        "123e4567e89b12d3a456426655440000",
        "550e8400e29b41d4a716446655440000",
        "f81d4fae7dec11d0a76500a0c91e6bf6",
        "6ba7b8109dad11d180b400c04fd430c8",
        "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d",
        "3fa85f6457174562b3fc2c963f66afa6",
        "1b9d6bcdbbfd4b2d9b5dab8dfbbd4bed",
        "d9b2d63da7f44df0a2c1a1a1a1a1a1a1",
        "2yotnfzfejr1zcsicmwpaa",
        "tgzv3jokf0xg5qx2tlkwia",
    }
)
"""UUIDs of RFC 4122 and of much-copied documentation; the tokens of RFC 6749's examples. Lower case, no hyphens."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_PHRASE = re.compile(r"[A-Za-z]++(?:[-_.:/][A-Za-z]++){2,}[-_.:/]?[0-9]{0,4}")
_LONG_WORDS = 4.0
"""Letters of the average word in an identifier; runs in random text have two or three."""
_PATH = re.compile(r"[a-z][a-z0-9+.-]*://|[./~]|.*\.(?:[a-z]{2,4}|json|yaml|html)$", re.IGNORECASE)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID, with its hyphens, that stands for something: not all of few digits."""
    return bool(_UUID.fullmatch(text)) and len(set(text)) > 6


def looks_random(text: str) -> bool:
    """Whether a generator made this text, rather than a person or an example."""
    if len(text) < SHORTEST_CREDENTIAL or _says_so(text) or _PATH.match(text) or _PHRASE.fullmatch(text):
        return False
    words = _WORD.findall(text)
    if not words or sum(map(len, words)) / len(words) >= _LONG_WORDS:
        return False
    bare = text.replace("-", "").lower()
    if bare in _FAMOUS or _repeats(bare):
        return False
    if not (any(char.isdigit() for char in text) and any(char.isalpha() for char in text)):
        return False
    is_hex = _HEX.issuperset(bare)
    return _entropy(bare if is_hex else text) >= _LEAST_ENTROPY[is_hex]


def _says_so(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _WORDS) or _TEMPLATE.search(text) is not None


def _entropy(text: str) -> float:
    """Shannon entropy, bits a character, of the frequencies in the text itself."""
    counts = Counter(text).values()
    return math.log2(len(text)) - sum(count * math.log2(count) for count in counts if count > 1) / len(text)


def _repeats(text: str) -> bool:
    """Whether a part of up to a quarter of the text is repeated through all of it, or runs of one character fill it."""
    periodic = any(text[size:] == text[:-size] for size in range(1, len(text) // 4 + 1))
    return periodic or _RUN.search(text) is not None
