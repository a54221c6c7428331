"""Secrets of several words, where a line may end between any two of them, or within one.

People and programs wrap prose at its blanks: a line break, the end of a literal and indentation then stand for the
blank, or beside it. So the words are looked for without blanks, and what stands between them is judged afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness.scan.views import without_blanks
from readiness.secret.joints import normalised

_BLANKS = re.compile(rb"\s+")


def phrases(text: bytes, value: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each place where the words of the value stand, in one piece or broken up.

    Where the value has a blank, anything that a line or a literal may end with stands for it; where it has none, blanks
    alone do not.
    """
    words = _BLANKS.split(value.strip())
    needle = b"".join(words)
    joined = normalised(text)
    bare = without_blanks(joined.data)
    if len(words) < 2 or bare is None:
        return
    blank_before = {sum(map(len, words[:number])) for number in range(1, len(words))}
    at = bare.data.find(needle)
    while at >= 0:
        places = [joined.original(bare.original(at + offset)) for offset in range(len(needle))]
        if all(
            _fits(text[places[offset - 1] + 1 : places[offset]], blank=offset in blank_before)
            for offset in range(1, len(needle))
        ):
            yield places[0], places[-1] + 1
        at = bare.data.find(needle, at + 1)


def _fits(between: bytes, *, blank: bool) -> bool:
    return bool(between) if blank else not between or bool(between.strip(b" \t"))
