"""The secrets that a search looks for, in all their forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from readiness.model import Environment
from readiness.scan.engine import Engine, RegexEngine
from readiness.secret.forms import Form, forms_of
from readiness.secret.joints import normalised
from readiness.secret.value import Secret

_REACH = 1024
"""Bytes that indentation, quotes and operators may add to a broken secret, beside eight times its length."""


class Sought(NamedTuple):
    """A secret, and what a report calls it. `client_id` stands before it in a Basic header."""

    name: str
    environment: Environment | None
    secret: Secret
    client_id: str | None = None


class Match(NamedTuple):
    """A secret that stands in a block, at these offsets."""

    sought: Sought
    start: int
    end: int
    form: str


class _Found(NamedTuple):
    start: int
    end: int
    form: str


class Needles:
    """Finds secrets in blocks of bytes. Holds their values: it is never stored or printed."""

    __slots__ = ("_engine", "_forms", "_reach", "_sought", "_values")

    def __init__(self, sought: Sequence[Sought]) -> None:
        self._sought = tuple(sought)
        values = [one.secret.reveal() for one in sought]
        self._values = frozenset(values)
        self._forms = [forms_of(value, client_id=one.client_id) for value, one in zip(values, sought, strict=True)]
        self._engine: Engine = RegexEngine([[form.needle for form in forms] for forms in self._forms])
        self._reach = [_REACH + 8 * max((len(form.needle) for form in forms), default=0) for forms in self._forms]

    def __repr__(self) -> str:
        return f"<Needles: {len(self._sought)} secrets>"

    @property
    def overlap(self) -> int:
        """Bytes that neighbouring blocks must share, so that one of them holds each place with all around it."""
        return 2 * max(self._reach, default=0)

    def is_known(self, value: str) -> bool:
        """Whether the text is the value of a secret that is looked for."""
        return value in self._values

    def find(self, block: bytes) -> list[Match]:
        """Every place of every secret in the block, by offset; each place once, in its plainest form."""
        areas: dict[int, list[tuple[int, int]]] = {}
        for region in self._engine.regions(block):
            reach = self._reach[region.secret]
            areas.setdefault(region.secret, []).append((region.start - reach, region.end + reach))
        matches = {
            Match(self._sought[number], start + found.start, start + found.end, found.form)
            for number, spans in areas.items()
            for start, end in _merged(spans)
            for found in _confirm(block[start:end], self._forms[number])
        }
        return sorted(matches, key=lambda match: (match.start, match.end, match.sought.name))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that do not overlap, cut at the block's beginning."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((max(start, 0), end))
    return merged


def _confirm(window: bytes, forms: Sequence[Form]) -> list[_Found]:
    """Places where one of the forms stands exactly: in one piece, broken up, or in UTF-16 text."""
    places = list(_exact(window, forms, ""))
    if b"\0" in window:
        for start, text, codec in _utf16_texts(window):
            for found in _exact(text, forms, " in UTF-16"):
                before, inside = (
                    len(part.decode(errors="replace").encode(codec, "surrogatepass"))
                    for part in (text[: found.start], text[found.start : found.end])
                )
                places.append(_Found(start + before, start + before + inside, found.form))
    distinct: list[_Found] = []
    for found in places:
        if all(found.end <= other.start or other.end <= found.start for other in distinct):
            distinct.append(found)
    return distinct


def _exact(data: bytes, forms: Sequence[Form], where: str) -> Iterator[_Found]:
    for form in forms:
        for start, end in form.occurrences(data):
            yield _Found(start, end, form.label + where)
    whole = normalised(data)
    if whole.joined:
        for form in forms:
            for start, end in form.occurrences(whole.data):
                yield _Found(whole.original(start), whole.original(end - 1) + 1, f"{form.label}{where}, broken up")


def _utf16_texts(window: bytes) -> Iterator[tuple[int, bytes, str]]:
    """The window as UTF-8, read as UTF-16 of either byte order from either of its first two bytes."""
    for codec in ("utf-16-le", "utf-16-be"):
        for start in (0, 1):
            text = window[start : start + (len(window) - start) // 2 * 2].decode(codec, "replace")
            yield start, text.encode("utf-8", "replace"), codec
