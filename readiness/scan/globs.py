"""Glob patterns of the config."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def glob_pattern(glob: str) -> re.Pattern[str]:
    """A pattern for whole relative paths with forward slashes.

    `*` and `?` stay within one name, `[…]` is a set, `**` spans folders. What matches a folder (`build`, `build/`)
    matches everything below it.
    """
    parts = _parts(glob)
    pattern = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            pattern += r".*" if last else r"(?:[^/]+/)*"
        else:
            pattern += _name_pattern(part) + ("" if last else "/")
    try:
        return re.compile(rf"{pattern}(?:/.*)?", re.DOTALL)
    except re.error:  # a set that is none, such as `[z-a]`, stands for itself
        return re.compile(rf"{re.escape('/'.join(parts))}(?:/.*)?", re.DOTALL)


def glob_matches(glob: str, path: str) -> bool:
    """Whether the relative path, or a folder above it, matches."""
    return glob_pattern(glob).fullmatch(path) is not None


def rests_below(glob: str, folder: str) -> frozenset[tuple[str, ...]]:
    """What of a glob is left to be matched below a folder, which is relative, in each way that the folder fits.

    Empty where nothing below can match. An empty tuple: the folder matches, and all below does.
    """
    rests = _with_skipped({_parts(glob)})
    for name in _parts(folder):
        rests = _with_skipped(
            {rest if rest[:1] in {(), ("**",)} else rest[1:] for rest in rests if not rest or _fits(rest[0], name)}
        )
    return frozenset(rests)


def _fits(part: str, name: str) -> bool:
    return part == "**" or glob_matches(part, name)


def _with_skipped(rests: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """`**` may stand for no folder; at the end it stands for all."""
    return {rest[skipped:] for rest in rests for skipped in range(_leading(rest) + 1) if rest != ("**",) or skipped}


def _leading(rest: tuple[str, ...]) -> int:
    return next((index for index, part in enumerate(rest) if part != "**"), len(rest))


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in {"", "."})


def _name_pattern(part: str) -> str:
    def translated(match: re.Match[str]) -> str:
        glyph = match[0]
        if glyph[0] == "*":
            return "[^/]*"
        if glyph == "?":
            return "[^/]"
        if glyph[0] == "[" and len(glyph) > 1:
            negated, members = glyph[1] in "!^", glyph[1:-1].lstrip("!^")
            escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", members)
            return f"[^/{escaped}]" if negated else f"[{escaped}]"
        return re.escape(glyph)

    return re.sub(r"\*+|\?|\[[!^]?[^\]/]+\]|.", translated, part, flags=re.DOTALL)


def root_of_glob(glob: str) -> tuple[str, str]:
    """The folder or file that a glob begins with, and the pattern below it, which is empty where all of it counts."""
    parts = glob.replace("\\", "/").split("/")
    fixed = next((index for index, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    root = "/".join(parts[:fixed]) or ("/" if glob.startswith("/") else ".")
    return root, "/".join(parts[fixed:])
