"""The secrets that a search looks for, in all their forms, and the patterns that it looks for beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from readiness.model import Environment, Location
from readiness.scan.engine import EngineMaker, Gate, Region, engine_for, merged
from readiness.scan.patterns import Pattern
from readiness.scan.phrases import phrases
from readiness.scan.signatures import EMBEDDED
from readiness.scan.views import (
    AROUND_ESCAPES,
    ESCAPES,
    ESCAPES_IN_UTF16,
    decoded,
    resolved,
    unescaped,
    unquoted,
    without_backslashes,
)
from readiness.searched import Hit
from readiness.secret.forms import Form, base64_forms, forms_of
from readiness.secret.joints import normalised
from readiness.secret.value import Secret

HIDDEN = b"[redacted]"
_REACH = 1024
"""Bytes that indentation, quotes and operators may add to a broken secret, beside eight times its length."""
_LONGEST_MATCH = 8192
"""Bytes of what a pattern may look at around one place: twice the longest token."""

_ESCAPES = ((ESCAPES, AROUND_ESCAPES), (ESCAPES_IN_UTF16, (2 * AROUND_ESCAPES[0], 2 * AROUND_ESCAPES[1])))
"""Gates, and how far around the end of a match the text is read."""
_READINGS = ((unescaped, "escaped"), (without_backslashes, "escaped"), (unquoted, "quoted-printable"))


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

    def at(self, path: str, where: str) -> Hit:
        """The same as a fact, for what stands in no line of a file: `where` says in what."""
        name, environment, form = self.sought.name, self.sought.environment, f"{self.form}, {where}"
        return Hit(what=name, environment=environment, location=Location(path=path), form=form)


class Pointed(NamedTuple):
    """Where in a block something may stand."""

    regions: list[Region]
    """Of secrets."""
    gates: list[tuple[int, int]]
    """Of patterns: its number, and where a match of its gate ends."""
    embedded: list[int]
    """Where something tells of an archive behind other data; see `signatures.EMBEDDED`."""


class Scan(NamedTuple):
    """What one pass over a block found."""

    matches: list[Match]
    """Every place of every secret, by offset; each place once, in its plainest form."""
    spans: dict[Pattern, list[tuple[int, int]]]
    """Parts of the block in which a pattern may match."""


class _Found(NamedTuple):
    start: int
    end: int
    form: str


class Needles:
    """Finds secrets in blocks of bytes. Holds their values: it is never stored or printed."""

    __slots__ = ("_engine", "_forms", "_reach", "_sought", "_values", "patterns")

    def __init__(
        self, sought: Sequence[Sought], patterns: Sequence[Pattern] = (), *, engine: EngineMaker = engine_for
    ) -> None:
        """`engine` makes another one than the fastest that is installed."""
        self._sought = tuple(sought)
        self.patterns = tuple(patterns)
        values = [one.secret.reveal() for one in sought]
        self._values = frozenset(values)
        self._forms = [
            (*forms_of(value, client_id=one.client_id), *_in_utf16_base64(value))
            for value, one in zip(values, sought, strict=True)
        ]
        texts = [[*(form.needle for form in forms), *_twice(forms)] for forms in self._forms]
        gates = [
            *(Gate(pattern.gate, pattern.hints) for pattern in self.patterns),
            *(gate for gate, _ in _ESCAPES),
            EMBEDDED,
        ]
        self._engine = engine(texts, gates)
        self._reach = [_REACH + 8 * max((len(form.needle) for form in forms), default=0) for forms in self._forms]

    def __repr__(self) -> str:
        return f"<Needles: {len(self._sought)} secrets>"

    @property
    def names(self) -> tuple[str, ...]:
        """What reports call the secrets."""
        return tuple(one.name for one in self._sought)

    @property
    def overlap(self) -> int:
        """Bytes that neighbouring blocks must share, so that one of them holds each place with all around it."""
        return max(2 * max(self._reach, default=0), _LONGEST_MATCH)

    def prepare(self) -> None:
        """Announce that much is searched soon."""
        self._engine.prepare()

    def is_known(self, value: str) -> bool:
        """Whether the text is the value of a secret that is looked for."""
        return value in self._values

    def hidden(self, text: str) -> str:
        """The text without the secrets in it, in whatever form they stand there."""
        data = text.encode("utf-8", "surrogateescape")
        for start, end in reversed(merged([(match.start, match.end) for match in self.find(data)])):
            data = data[:start] + HIDDEN + data[end:]
        return data.decode("utf-8", "surrogateescape")

    def find(self, block: bytes) -> list[Match]:
        """Secrets alone; see `Scan.matches`."""
        return self.scan(block).matches

    def scan(self, block: bytes | memoryview) -> Scan:
        """Everything that stands in the block, in one pass."""
        regions, gates, _ = self.signals(block)
        if not (regions or gates):
            return Scan([], {})
        return Scan(self.confirmed(block, regions), self.spans(gates))

    def signals(self, block: bytes | memoryview) -> Pointed:
        """What the engine points at, unconfirmed."""
        regions, found = self._engine.scan(block)
        pointed = Pointed(regions, [], [])
        escapes: list[tuple[int, int]] = []
        for number, end in found:
            if number < len(self.patterns):
                pointed.gates.append((number, end))
            elif number < len(self.patterns) + len(_ESCAPES):
                before, after = _ESCAPES[number - len(self.patterns)][1]
                escapes.append((max(end - before, 0), end + after))
            else:
                pointed.embedded.append(end)
        if escapes:
            regions += self._among_escapes(block, merged(escapes))
        return pointed

    def _among_escapes(self, block: bytes | memoryview, spans: Sequence[tuple[int, int]]) -> list[Region]:
        """Those of the spans in which, once escapes are resolved, something may stand. They are searched at once."""
        texts = [bytes(block[start:end]).replace(b"\0", b"") for start, end in spans] if self._sought else []
        text = b"\n".join(texts)
        regions = self._engine.scan(resolved(text)).regions
        plain = unescaped(text) if regions else None
        if plain is None:
            return []
        firsts = [0, *accumulate(len(each) + 1 for each in texts)]
        pointed: dict[Region, None] = {}
        for region in regions:
            low, high = (plain.original(at) for at in (region.start, min(region.end, len(plain.data)) - 1))
            for span in spans[bisect_right(firsts, low) - 1 : bisect_right(firsts, high)]:
                pointed[Region(region.secret, *span)] = None
        return list(pointed)

    def confirmed(self, block: bytes | memoryview, regions: Iterable[Region], low: int = 0) -> list[Match]:
        """Secrets in or near the regions, not before `low`."""
        areas: dict[int, list[tuple[int, int]]] = {}
        for region in regions:
            reach = self._reach[region.secret]
            areas.setdefault(region.secret, []).append((max(region.start - reach, low), region.end + reach))
        matches = {
            Match(self._sought[number], start + found.start, start + found.end, found.form)
            for number, spans in areas.items()
            for start, end in merged(spans)
            for found in _confirm(bytes(block[start:end]), self._forms[number])
        }
        return sorted(matches, key=lambda match: (match.start, match.end, match.sought.name))

    def spans(self, gates: Iterable[tuple[int, int]], low: int = 0) -> dict[Pattern, list[tuple[int, int]]]:
        """Parts of a block in which patterns may match, not before `low`."""
        spans: dict[Pattern, list[tuple[int, int]]] = {}
        for number, end in sorted(gates):
            pattern = self.patterns[number]
            spans.setdefault(pattern, []).append((max(end - pattern.before, low), end))
        return {pattern: merged(each) for pattern, each in spans.items()}


def _in_utf16_base64(value: str) -> Iterator[Form]:
    """As PowerShell's `-EncodedCommand` takes it."""
    return base64_forms("base64 of UTF-16", value.encode("utf-16-le", "surrogatepass"))


def _twice(forms: Iterable[Form]) -> Iterator[bytes]:
    """What base64 becomes when it is encoded once more; `_confirm` decodes it."""
    for form in forms:
        if form.label in {"base64", "base64url"}:
            for outer in base64_forms("", form.needle):
                yield outer.needle


class _Places:
    """Places that do not overlap, those added first before others."""

    def __init__(self) -> None:
        self._sorted: list[_Found] = []

    def add(self, found: _Found) -> None:
        at = bisect_left(self._sorted, found)
        before = self._sorted[at - 1].end if at else 0
        after = self._sorted[at].start if at < len(self._sorted) else found.end
        if before <= found.start and found.end <= after:
            self._sorted.insert(at, found)

    def __iter__(self) -> Iterator[_Found]:
        return iter(self._sorted)


def _confirm(window: bytes, forms: Sequence[Form]) -> _Places:
    """Places where one of the forms stands exactly: in one piece, broken up, escaped, or in UTF-16 text."""
    places = _Places()
    for found in _exact(window, forms, ""):
        places.add(found)
    if b"\0" in window:
        for start, text, codec in _utf16_texts(window):
            for found in _exact(text, forms, " in UTF-16"):
                before, inside = (
                    len(part.decode(errors="replace").encode(codec, "surrogatepass"))
                    for part in (text[: found.start], text[found.start : found.end])
                )
                places.add(_Found(start + before, start + before + inside, found.form))
    return places


def _exact(data: bytes, forms: Sequence[Form], where: str) -> Iterator[_Found]:
    yield from _standing(data, forms, where, lambda offset: offset)
    whole = normalised(data)
    if whole.joined:
        yield from _standing(whole.data, forms, f"{where}, broken up", whole.original)
    yield from _worded(data, forms, f"{where}, broken up", lambda offset: offset)
    for read, how in _READINGS:
        plain = read(data)
        if plain is not None:
            yield from _standing(plain.data, forms, f"{where}, {how}", plain.original)
            yield from _worded(plain.data, forms, f"{where}, {how}, broken up", plain.original)
            joined = normalised(plain.data)
            if joined.joined:
                original = _chained(plain.original, joined.original)
                yield from _standing(joined.data, forms, f"{where}, {how}, broken up", original)
    if whole.joined and (plain := unescaped(whole.data)):
        original = _chained(whole.original, plain.original)
        yield from _standing(plain.data, forms, f"{where}, broken up, escaped", original)
    once = [form for form in forms if form.label in {"base64", "base64url"}]
    for run in decoded(whole.data, min((len(form.needle) for form in once), default=len(whole.data))):
        texts = (run.data, normalised(run.data).data)  # `base64` wraps its lines, also when it is encoded once more
        if any(True for text in texts for form in once for _ in form.occurrences(text)):
            yield _Found(whole.original(run.start), whole.original(run.end - 1) + 1, f"base64 twice{where}")


def _standing(data: bytes, forms: Sequence[Form], where: str, original: Callable[[int], int]) -> Iterator[_Found]:
    for form in forms:
        for start, end in form.occurrences(data):
            yield _Found(original(start), original(end - 1) + 1, form.label + where)


def _worded(data: bytes, forms: Sequence[Form], where: str, original: Callable[[int], int]) -> Iterator[_Found]:
    for form in forms[:1]:  # encodings hold no blanks
        for start, end in phrases(data, form.needle):
            yield _Found(original(start), original(end - 1) + 1, form.label + where)


def _chained(outer: Callable[[int], int], inner: Callable[[int], int]) -> Callable[[int], int]:
    return lambda offset: outer(inner(offset))


def _utf16_texts(window: bytes) -> Iterator[tuple[int, bytes, str]]:
    """The window as UTF-8, read as UTF-16 of either byte order from either of its first two bytes."""
    for codec in ("utf-16-le", "utf-16-be"):
        for start in (0, 1):
            text = window[start : start + (len(window) - start) // 2 * 2].decode(codec, "replace")
            yield start, text.encode("utf-8", "replace"), codec
