"""Small words that verdicts and reports share."""

from __future__ import annotations


def plural(count: int, word: str, many: str | None = None) -> str:
    """`1 check`, `2 checks`, `1,200 checks`."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"
