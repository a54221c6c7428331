"""Comments that excuse what stands beside them: `readiness: allow <check id> <reason>`, in any comment syntax.

Such a comment stands on the line of what it excuses, or on the one before. Without a reason it counts for nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from readiness.scan.place import printable
from readiness.scan.placeholder import looks_random
from readiness.searched import Excuse
from readiness.secret.cards import mask_cards
from readiness.secret.keys import mask_named

_MARK = b"readiness:"
_ALLOW = re.compile(rb"readiness:[ \t]{0,4}allow[ \t]{1,4}([a-z0-9-]{1,64}/[a-z0-9-]{1,64})(?![\w/-])")
_END = re.compile(rb"""\*/|-->|\#\}|\}\}|%>|"|`|'(?!\w)|\\[nr"]|\*\)|=\#|\|\#|[\r\n]|readiness:""")
"""Where a reason ends at the latest: at the end of its comment, or of a text that holds it."""
_REACH = 1000
"""Bytes: a line of minified code may be a whole program, and a comment excuses no more than its neighbourhood."""
_LONGEST_REASON = 200


class _Line(NamedTuple):
    start: int
    end: int


def excuses_at(text: bytes, at: int) -> tuple[Excuse, ...]:
    """The comments that excuse what begins at this offset."""
    low, high = max(0, at - 2 * _REACH), at + _REACH
    if _MARK not in text[low:high]:
        return ()
    line = _line(text, at)
    spans = [_Line(max(line.start, at - _REACH), min(line.end, high))]
    if line.start > 0 and at - line.start <= _REACH:
        before = _line(text, line.start - 1)
        spans.insert(0, _Line(max(before.start, line.start - _REACH), before.end))
    found = {
        match[1].decode(): reason
        for span in spans
        for match in _ALLOW.finditer(text, span.start, span.end)
        if (reason := _reason(text[match.end() : span.end]))
    }
    return tuple(Excuse(check=check, reason=reason) for check, reason in found.items())


def _line(text: bytes, at: int) -> _Line:
    """The line that holds the offset, without its break, no further than two reaches away."""
    start = text.rfind(b"\n", max(0, at - 2 * _REACH), at) + 1 or max(0, at - 2 * _REACH)
    end = text.find(b"\n", at, at + 2 * _REACH)
    return _Line(start, end if end >= 0 else min(len(text), at + 2 * _REACH))


def _reason(rest: bytes) -> str | None:
    """What follows the check's id, for people; None if that says nothing. Whatever looks secret is left out."""
    ending = _END.search(rest)
    words = rest[: ending.start() if ending else 2 * _LONGEST_REASON].decode("utf-8", "replace").split()
    shown = " ".join("…" if looks_random(word) else word for word in words).strip(" :,;.-—")
    reason = printable(mask_cards(mask_named(shown)))[:_LONGEST_REASON]
    return reason if sum(char.isalpha() for char in reason) >= 3 else None
