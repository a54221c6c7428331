"""Quoting a line of a config file without the secrets that may stand in it.

What may be shown is listed, not what must be hidden: known keys, and values at places that are made for plain,
public values. Everything else becomes `***`, comments are left out, and a line of a file that could not be
parsed shows no value at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from readiness.config.model import ConfigPath
from readiness.config.problem import Problem
from readiness.config.shape import bears_secret, known_words, may_show, names_its_keys, type_at
from readiness.config.yaml_tree import Node, Scalar, Sequence

MASK = "***"
WIDTH = 100
"""Characters of a quoted line; a longer one is cut around the caret."""
REACH = 400
"""Characters on either side of the caret that are looked at, so that one huge line costs no more than others."""
MAX_PROBLEMS = 50
"""So many are written out; of more, only the number."""

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_WORDS = re.compile(r"[^\s\-?:,{}\[\]|>'\"]+")
_LEADING_KEY = re.compile(r"[\s-]*(?P<key>[A-Za-z_]+)\s*:(?=\s|$)")
_UNSAFE_URL = re.compile(r"://.*[@?#]", re.DOTALL)
"""Users with passwords, and queries and fragments with tokens."""
_BREAK = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A piece of one line, in columns from 0, `end` exclusive."""

    start: int
    end: int
    shown: bool


class Quoter:
    """Writes problems out with their lines. Without a tree (`root`), no value of any line is shown."""

    def __init__(self, name: str, text: str = "", root: Node | None = None) -> None:
        self._name = name
        self._text = text
        self._root = root

    def write(self, problems: Iterable[Problem]) -> list[str]:
        """Each problem as `file:line:column: sentence`, the line, a caret, and the suggestion."""
        ordered = sorted(problems, key=lambda problem: problem.at or (0, 0))
        told, left_out = ordered[:MAX_PROBLEMS], len(ordered) - MAX_PROBLEMS
        lines = _BREAK.split(self._text)
        spans = self._spans({problem.at[0] for problem in told if problem.at})
        texts = [self._write(problem, lines, spans) for problem in told]
        return [*texts, f"… and {left_out} more"] if left_out > 0 else texts

    def _write(self, problem: Problem, lines: list[str], spans: Mapping[int, list[Span]]) -> str:
        if problem.at is None:
            parts = [f"{self._name}: {problem.sentence}"]
        else:
            line, column = problem.at
            parts = [f"{self._name}:{line}:{column}: {problem.sentence}"]
            if line <= len(lines):
                text = lines[line - 1]
                known = spans.get(line, []) if self._root is not None else _guarded(text)
                shown, caret = _masked(text, known, column - 1)
                gutter = " " * len(str(line))
                parts += [f"  {line} | {shown}".rstrip(), f"  {gutter} | {' ' * caret}^"]
        if problem.suggestion:
            parts.append(f"  {problem.suggestion}")
        return "\n".join(parts)

    def _spans(self, wanted: set[int]) -> dict[int, list[Span]]:
        spans: dict[int, list[Span]] = {line: [] for line in wanted}
        for scalar, shown in _scalars(self._root, ()) if self._root is not None else ():
            first, last = scalar.start[0], scalar.end[0]
            for line in (first,) if first == last else wanted.intersection(range(first, last + 1)):
                if line in wanted:
                    start = scalar.start[1] - 1 if line == first else 0
                    end = scalar.end[1] - 1 if line == last else len(self._text)
                    spans[line].append(Span(start, end, shown and first == last))
        return spans


def _scalars(node: Node, path: ConfigPath) -> Iterator[tuple[Scalar, bool]]:
    """Every key and value, and whether it may be shown."""
    if isinstance(node, Scalar):
        yield node, may_show(path) and not _UNSAFE_URL.search(node.text)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _scalars(item, (*path, index))
    else:
        free = not any(map(bears_secret, path)) and names_its_keys(type_at(path))
        for key, value in (*node.entries.values(), *node.duplicates):
            yield key, key.text in known_words() or free
            yield from _scalars(value, (*path, key.text))


def _guarded(text: str) -> list[Span]:
    """Spans of a line that no tree explains: a known key in front is shown, all the rest is one hidden piece."""
    end = len(text.rstrip())
    match = _LEADING_KEY.match(text)
    if match and match["key"] in known_words():
        start = len(text) - len(text[match.end() :].lstrip())
        return [Span(*match.span("key"), shown=True), *([Span(start, end, shown=False)] if start < end else [])]
    start = len(text) - len(text.lstrip())
    return [Span(start, end, shown=False)] if any(map(str.isalnum, text)) else []


def _masked(text: str, spans: list[Span], column: int) -> tuple[str, int]:
    """The line as it may be shown, cut to WIDTH, and the caret's column in it."""
    first = max(0, column - REACH)
    text, column = text[first : column + REACH], column - first
    near = [Span(max(0, start - first), min(end - first, len(text)), shown) for start, end, shown in spans]
    near = sorted(span for span in near if span.start < span.end)
    out: list[str] = []
    caret = length = position = 0
    for span in [*near, Span(len(text), len(text), shown=True)]:
        pieces = [(position, span.start, None), (span.start, span.end, span.shown)]
        for start, end, shown in pieces:
            raw = text[start:end]
            piece = _structure(raw) if shown is None else raw if shown else MASK
            if start <= column:
                caret = length + min(column - start, len(piece) if shown is None or shown else 0)
            out.append(piece)
            length += len(piece)
        position = max(position, span.end)
    line = "".join(character if character.isprintable() else " " for character in "".join(out)).rstrip()
    return _cut(line, caret)


def _structure(piece: str) -> str:
    """What stands between keys and values: punctuation stays, comments go, anchors, tags and the like are hidden."""
    return _WORDS.sub(MASK, _COMMENT.sub("", piece))


def _cut(line: str, caret: int) -> tuple[str, int]:
    if len(line) <= WIDTH:
        return line, caret
    start = max(0, min(caret - WIDTH // 2, len(line) - WIDTH))
    head, tail = ("…" if start else ""), ("…" if start + WIDTH < len(line) else "")
    return head + line[start : start + WIDTH] + tail, caret - start + len(head)
