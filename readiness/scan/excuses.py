"""Comments that excuse what stands beside them: `readiness: allow <check id> <reason>`, in any comment syntax.

Such a comment stands on the line of what it excuses, or alone on the line before. Several checks are named with commas
between them. A comment that names no check or gives no reason counts for nothing, and is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from readiness.scan.place import printable
from readiness.scan.placeholder import looks_random
from readiness.searched import Excuse
from readiness.secret.cards import mask_cards
from readiness.secret.keys import mask_named

_MARK = b"readiness:"
_CHECK = rb"[\w*.-]{1,64}(?:/[\w*./-]{0,64})?"
_ALLOW = re.compile(
    rb"readiness:[ \t]{0,4}allow(?:[ \t]{1,4}(?P<checks>" + _CHECK + rb"(?:[ \t]?,[ \t]?" + _CHECK + rb"){0,9}))?",
    re.IGNORECASE,
)
_ALONE = re.compile(rb"[\W_]*+(?:(?:rem|dnl|comment)[\W_]*+)?", re.IGNORECASE)
"""What may stand before a comment that has its line for itself."""
_END = re.compile(rb"""\*/|-->|\#\}|\}\}|%>|"|`|'(?!\w)|\\[nr"]|\*\)|=\#|\|\#|[\r\n]|readiness:""", re.IGNORECASE)
"""Where a reason ends at the latest: at the end of its comment, or of a text that holds it."""
_REACH = 1000
"""Bytes: a line of minified code may be a whole program, and a comment excuses no more than its neighbourhood."""
_LONGEST_REASON = 200


class _Line(NamedTuple):
    start: int
    end: int


def excuses_at(text: bytes, at: int) -> tuple[Excuse, ...]:
    """The comments that excuse what begins at this offset, and those that would, did they name a check and a reason."""
    low, high = max(0, at - 2 * _REACH), at + _REACH
    if _MARK not in text[low:high].lower():
        return ()
    line = _line(text, at)
    spans = [_Line(max(line.start, at - _REACH), min(line.end, high))]
    if line.start > 0 and at - line.start <= _REACH:
        before = _line(text, line.start - 1)
        if before.start >= line.start - _REACH and _is_comment(text[before.start : before.end]):
            spans.insert(0, before)
    found: dict[str, str] = {}
    for check, reason in (each for span in spans for each in _allowed(text[span.start : span.end])):
        found[check] = found.get(check) or reason
    return tuple(Excuse(check=check, reason=reason) for check, reason in found.items())


def _is_comment(line: bytes) -> bool:
    """Whether nothing but a comment stands on the line: behind code, it speaks of that line only."""
    mark = line.lower().find(_MARK)
    return mark >= 0 and _ALONE.fullmatch(line, 0, mark) is not None


def _allowed(line: bytes) -> Iterator[tuple[str, str]]:
    """Checks and reasons. Where a comment lacks the one or the other, that is empty."""
    for match in _ALLOW.finditer(line):
        reason = _reason(line[match.end() :])
        for check in (match["checks"] or b"").split(b","):
            yield _shown(check.decode("utf-8", "replace").strip()), reason


def _line(text: bytes, at: int) -> _Line:
    """The line that holds the offset, without its break, no further than two reaches away."""
    start = text.rfind(b"\n", max(0, at - 2 * _REACH), at) + 1 or max(0, at - 2 * _REACH)
    end = text.find(b"\n", at, at + 2 * _REACH)
    return _Line(start, end if end >= 0 else min(len(text), at + 2 * _REACH))


def _reason(rest: bytes) -> str:
    """What follows the check's id, for people; empty if that says nothing. Whatever looks secret is left out."""
    ending = _END.search(rest)
    words = rest[: ending.start() if ending else 2 * _LONGEST_REASON].decode("utf-8", "replace").split()
    reason = _shown(" ".join("…" if looks_random(word) else word for word in words).strip(" :,;.-—"))
    return reason if sum(char.isalpha() for char in reason) >= 3 else ""


def _shown(text: str) -> str:
    masked = "…" if looks_random(text) else mask_cards(mask_named(text))
    return printable(masked)[:_LONGEST_REASON]
