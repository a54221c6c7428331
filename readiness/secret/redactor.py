"""Takes secrets out of what is recorded, and finds them in what is about to be written."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from readiness.secret.cards import mask_cards, masked_card
from readiness.secret.forms import SHORTEST, Form, forms_of
from readiness.secret.joints import normalised
from readiness.secret.keys import REDACTED, is_mask, is_secret_name, mask_named
from readiness.secret.value import Secret

_DEEPEST = 100
"""Levels of JSON that are looked at; what is deeper is replaced whole."""
_BETWEEN_WORDS = bytes(range(1, 33)) + b"\"'`<>{}()[],;:&|"
_WORD = bytes(32 if byte in _BETWEEN_WORDS else byte for byte in range(256))
"""Maps what parts words to blanks. UTF-16 has zeros inside its words."""


class Hit(NamedTuple):
    """A secret that was found, and in which form."""

    name: str
    form: str


class _Entry(NamedTuple):
    name: str
    mask: bytes
    form: Form
    is_word: bool


class _Span(NamedTuple):
    start: int
    end: int
    entry: _Entry


class Redactor:
    """Knows the secrets of a run, those minted on the way too. Threads may add and redact at any time.

    Values are found by exact forms, broken over lines or literals too. What is unknown is masked by name
    (`Authorization`, `client_secret`, `cvv`) and, if it is a card number, by its digits.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._added: set[bytes] = set()
        self._values: set[bytes] = set()
        self._entries: tuple[_Entry, ...] = ()

    def __repr__(self) -> str:
        return "<Redactor: {} secrets, {} forms>".format(*self.counts)

    @property
    def counts(self) -> tuple[int, int]:
        """How many different secrets are known, and in how many forms."""
        return len(self._values), len(self._entries)

    def add(self, secret: Secret, *, client_id: str | None = None) -> None:
        """Know a secret from now on. `client_id` adds the Basic header of the pair.

        A value that is known keeps its first name. One shorter than eight characters is not searched for.
        """
        value = self._digest(secret.reveal())
        pair = value + self._digest(client_id or "")
        if pair in self._added:
            return
        forms = forms_of(secret.reveal(), client_id=client_id)
        mask = _mask(secret.name, forms)
        with self._lock:
            known = {(entry.form.needle, entry.form.before, entry.form.after) for entry in self._entries}
            self._entries += tuple(
                _Entry(secret.name, mask, form, form.needle.translate(_WORD).split() == [form.needle])
                for form in forms
                if (form.needle, form.before, form.after) not in known
            )
            self._added.add(pair)
            if forms:
                self._values.add(value)

    def find(self, data: bytes) -> tuple[Hit, ...]:
        """Which known secrets stand in `data`, each with its forms, in a stable order."""
        return tuple(sorted({Hit(span.entry.name, span.entry.form.label) for span in self._spans(data)}))

    def data(self, data: bytes) -> bytes:
        """Replace known values only: for bytes that are not text."""
        pieces: list[bytes] = []
        position = 0
        for span in _merged(self._spans(data)):
            pieces += data[position : span.start], span.entry.mask
            position = span.end
        return b"".join((*pieces, data[position:])) if pieces else data

    def text(self, text: str) -> str:
        """Replace known values by `[redacted: <name>]`, then credentials and card numbers by their look."""
        return mask_cards(mask_named(self._values_masked(text)))

    def json(self, value: Any) -> Any:
        """Redact what was parsed from JSON. Types stay, so that checks may judge them.

        Under a secret's name a text becomes `[redacted]` and a number 0; a card number keeps its first six
        and last four digits. Anywhere else texts are redacted as `text` does, names included.
        """
        return self._json(value, named=False, depth=0)

    def _json(self, value: Any, *, named: bool, depth: int) -> Any:
        """`named`: whether the value stands under a secret's name."""
        if isinstance(value, dict | list | tuple) and depth == _DEEPEST:
            return REDACTED
        if isinstance(value, dict):
            return {
                self.text(str(key)): self._json(item, named=named or is_secret_name(str(key)), depth=depth + 1)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._json(item, named=named, depth=depth + 1) for item in value]
        if isinstance(value, str):
            return self._named(value) if named else self.text(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return type(value)(0) if named else masked_card(str(value)) or value
        return value

    def _named(self, value: str) -> str:
        if not value:
            return value  # a mask would make a token of none
        masked = self._values_masked(value)
        return masked if is_mask(masked) else masked_card(value) or REDACTED

    def _values_masked(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        masked = self.data(data)
        return text if masked is data else masked.decode("utf-8", "surrogatepass")

    def _digest(self, value: str) -> bytes:
        return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=self._key).digest()

    def _spans(self, data: bytes) -> Iterator[_Span]:
        entries = self._entries
        if not entries:
            return
        yield from _occurrences(entries, data)
        whole = normalised(data)
        if whole.joined:
            for start, end, entry in _occurrences(entries, whole.data):
                first, last = whole.original(start), whole.original(end - 1) + 1
                if last - first > end - start:  # broken; else it was found already
                    yield _Span(first, last, entry)


def _occurrences(entries: tuple[_Entry, ...], data: bytes) -> Iterator[_Span]:
    """Every form in `data`. Most data has few long words, and most forms are one word: look there first."""
    words = b" ".join(word for word in data.translate(_WORD).split() if len(word) >= SHORTEST)
    for entry in entries:
        if not entry.is_word or entry.form.needle in words:
            for start, end in entry.form.occurrences(data):
                yield _Span(start, end, entry)


def _merged(spans: Iterator[_Span]) -> Iterator[_Span]:
    """Overlapping spans as one, named by the longest."""
    current: _Span | None = None
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if current is None or span.start >= current.end:
            if current is not None:
                yield current
            current = span
        else:
            current = _Span(current.start, max(current.end, span.end), current.entry)
    if current is not None:
        yield current


def _mask(name: str, forms: tuple[Form, ...]) -> bytes:
    """The text that stands for a secret; it must not hold the secret, were that `redacted` or its own name."""
    for text in (f"[redacted: {name}]", REDACTED):
        if not any(form.needle in text.encode() for form in forms):
            return text.encode()
    return b"[***]"
