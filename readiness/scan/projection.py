"""Text reduced to a few rare letters and digits, in which a secret is whole however it was broken.

Line breaks at any column, indentation, quotes, operators, the zeros of UTF-16, prefixes of literals and escapes of line
breaks hold none of these characters: they vanish, and what is left of a secret stands in one piece. As the characters
are rare, little is left of a text, and searching that costs next to nothing. A short secret may hold too few of them,
or a passphrase: such a one is lacking, and has to be looked for in other ways.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Container, Mapping

from readiness.scan.anchors import BY_FREQUENCY, ENOUGH

_CHUNK = 1 << 15
"""Bytes that are copied at once: few enough for memory that is at hand."""
_IN_JOINTS = b"bBfFlLnNrRtTuU"
"""Prefixes of literals, and escapes of line breaks and tabs."""
_LAST = b"10"
"""Of escapes such as `&#10;`: kept where nothing else is left."""
_PLENTY = 40.0
"""Bits of a key, where both halves of a secret hold as many: with many secrets, fewer would turn up by chance."""
_TORN = 72.0
"""Bits of what may be torn, for base64 is wrapped before it is encoded once more: of one half there must be enough."""
_LEAST = 26.0
"""Bits of the shortest key, where a secret is too short for that."""
_AT_TEAR = 5
"""Characters that hold bits of the line break."""
_COMMON = 18
"""So many of the most frequent characters are never kept."""
_RARE = bytes(byte for byte in reversed(BY_FREQUENCY[_COMMON:]) if byte not in _IN_JOINTS + _LAST) + _LAST
_DIGITS = b"0123456789abcdef"
_HEX = frozenset(_DIGITS + b"xu")
"""Of hexadecimal texts, escapes of every byte such as `\\x2b` and `\\u002b` among them."""


class Projection:
    """What to keep of texts for some secrets, and what is left of these."""

    def __init__(self, cores: Mapping[bytes, Collection[int]], coarse: Container[bytes] = ()) -> None:
        """`cores`: letters and digits of needles, and the secrets that each is of.

        `coarse`: those of encodings, of which one half alone must be enough.
        """
        most = {core: _count(core, _RARE) * _bits(_RARE, core) for core in cores}
        self.lacking = {core for core in cores if most[core] < ENOUGH}
        """Those of which too little would be left."""
        wanted = {core: _TORN if core in coarse else ENOUGH for core in cores.keys() - self.lacking}
        kept = _kept({core: min(bits, most[core]) for core, bits in wanted.items()})
        self._dropped = bytes(byte for byte in range(256) if byte not in kept)
        self.keys: dict[bytes, set[int]] = defaultdict(set)
        """What to look for in projected text, and the secrets that each announces."""
        for core in cores.keys() - self.lacking:
            left = core.translate(None, self._dropped)
            bits = _bits(kept, core)
            length = max(math.ceil(ENOUGH / bits), min(len(left) // 2, math.ceil(_PLENTY / bits)))
            if core in coarse:
                length = min(length, max((len(left) - _AT_TEAR) // 2, math.ceil(_LEAST / bits)))
            last = max(len(left) - length, 0)
            for start in (0, last // 2, last):  # one is left whole of what is torn in a line's breadth
                self.keys[left[start : start + length]].update(cores[core])

    def of(self, text: bytes | memoryview) -> bytes:
        """What is left of the text."""
        chunks = (bytes(text[at : at + _CHUNK]) for at in range(0, len(text), _CHUNK))
        return b"".join(chunk.translate(None, self._dropped) for chunk in chunks)


def _kept(needed: Mapping[bytes, float]) -> frozenset[int]:
    """The rarest characters that leave as many bits of every core as are needed."""
    kept: set[int] = set()
    left = dict.fromkeys(needed, 0)  # how many characters are kept of those that need more
    hexadecimal = {core for core in needed if _is_hexadecimal(core)}
    for byte in _RARE:
        counts = {core: core.count(byte) for core in left}
        if any(counts.values()):
            kept.add(byte)
            bits = {kind: _bits_of(kept, hexadecimal=kind) for kind in (False, True)}
            left = {core: count + counts[core] for core, count in left.items()}
            left = {core: count for core, count in left.items() if count * bits[core in hexadecimal] < needed[core]}
    return frozenset(kept)


def _count(core: bytes, kept: bytes) -> int:
    return len(core) - len(core.translate(None, kept))


def _is_hexadecimal(core: bytes) -> bool:
    return _HEX.issuperset(core.lower())


def _bits(kept: Collection[int], core: bytes) -> float:
    return _bits_of(kept, hexadecimal=_is_hexadecimal(core))


def _bits_of(kept: Collection[int], *, hexadecimal: bool) -> float:
    """About how much each kept character of a core tells."""
    return math.log2(max(sum(byte in _DIGITS for byte in kept) if hexadecimal else len(kept), 2))
