"""Foreign text made harmless to the eye: what cannot be seen is shown, what is too long is cut with a mark.

Escaping for a format (HTML, Markdown, XML, JSON) is a second step and belongs to that format's renderer.
"""

from __future__ import annotations

import re
import unicodedata

EXCERPT_BYTES = 2048
"""The longest foreign text that a report repeats, in bytes of UTF-8."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories without a glyph: controls, format and bidirectional marks, surrogates, separators."""

_SUSPECT = re.compile(r"[^\n\t -~\u00a0-\u00ac\u00ae-\u05ff]")
"""Quick filter: most texts hold nothing outside printable ASCII and the first alphabets."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters by category that draw nothing."""


def visible(text: str) -> str:
    """Replace every character that a reader cannot see by a visible mark; line feeds and tabs stay.

    The mark is the character's number, `⟨U+202E⟩`. The outcome holds only characters that are legal in XML 1.0.
    """
    return _SUSPECT.sub(lambda match: _mark(match[0]), text)


def one_line(text: str) -> str:
    """`visible`, with line feeds and tabs shown as well: for tables, titles and single-line formats."""
    return visible(text).replace("\n", " ↵ ").replace("\t", " ")


def excerpt(text: str, limit: int = EXCERPT_BYTES) -> str:
    """At most `limit` bytes of UTF-8, cut between characters, with a mark that says how much there was."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= limit:
        return text
    kept = data[:limit].decode("utf-8", "ignore")
    return f"{kept}… [cut: the first {limit:,} of {len(data):,} bytes]"


def shorten(text: str, width: int) -> str:
    """At most `width` characters for a place that has no room, with an ellipsis when cut."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _mark(character: str) -> str:
    code = ord(character)
    unseen = unicodedata.category(character) in _INVISIBLE or character in _BLANK_LETTERS
    noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return f"⟨U+{code:04X}⟩" if unseen or noncharacter else character
