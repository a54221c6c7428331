"""The picture of one scenario: caller, application and emulator from left to right, time from top to bottom.

Rows are as far apart as they can be read, not as they were in time; the seconds stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from readiness.report.pictures import Figure
from readiness.report.text import shorten

State = Literal["good", "bad", "open", "neutral"]

HEAD, ROW = 40, 30
"""Heights of the head and of one event."""
CALLER, APPLICATION, VENDOR = 120, 332, 606
"""Where the three stand."""
LIVES, LIFE = 624, 14
"""Where the bars of tokens begin, and how far apart they are."""
MOST_LIVES = 8
"""Bars side by side."""
BETWEEN = {(CALLER, APPLICATION): 30, (APPLICATION, VENDOR): 39}
"""Characters that fit between two of them."""


ENDS = {
    "call": (APPLICATION, VENDOR),
    "asked": (CALLER, APPLICATION),
    "answered": (APPLICATION, CALLER),
    "webhook": (VENDOR, APPLICATION),
}
"""From where to where the arrows lead."""


def _arrow(start: int, end: int) -> str:
    back = -9 if end > start else 9
    return f"M{start} 0H{end}m{back}-5l{-back} 5 {back} 5"


ARROWS = {
    **{kind: _arrow(*ends) for kind, ends in ENDS.items()},
    "unanswered": f"M{APPLICATION} 0H{VENDOR - 14}m0-7v14",
}
"""Each kind of arrow at the height 0, drawn once: pictures refer to them. What is not answered ends in a bar."""


class Event(Figure):
    """One event of a scenario; `t` in seconds from its start."""

    t: float
    kind: Literal["process", "arranged", "call", "asked", "answered", "webhook", "wrote", "cut"]
    text: str
    state: State = "neutral"
    to: Literal["api", "oauth", "elsewhere"] | None = None
    answer: str | None = None
    token: int | None = None
    token_state: str | None = None
    notes: str = ""

    @property
    def who(self) -> str:
        """Between whom it happened."""
        away = {"api": "API", "oauth": "token endpoint", "elsewhere": "another host"}
        return {
            "process": "application",
            "arranged": "lab",
            "call": f"application → {away.get(self.to or 'api')}",
            "asked": "caller → application",
            "answered": "application → caller",
            "webhook": "emulator → application",
            "wrote": "application, output",
            "cut": "",
        }[self.kind]

    @property
    def token_word(self) -> str:
        """Which token it carried, and in which state."""
        return "" if self.token is None else f"token {self.token}, {(self.token_state or 'unknown').replace('_', ' ')}"

    @property
    def ends(self) -> tuple[int, int] | None:
        """From where to where its arrow leads; None: it is a note."""
        return ENDS.get(self.kind)


@dataclass(frozen=True)
class Mark:
    """One event in the picture."""

    event: Event
    y: int

    @property
    def label(self) -> str:
        """What stands above the arrow, or in the note."""
        event = self.event
        if event.ends is None:
            return shorten(event.text, 60)
        room = BETWEEN[min(event.ends), max(event.ends)]
        answer = "" if event.answer is None else f" → {shorten(event.answer, 12)}"
        return shorten(event.text, room - len(answer)) + answer

    @property
    def label_x(self) -> float:
        """The middle of the label."""
        ends = self.event.ends
        if ends is None:
            return {"process": APPLICATION, "wrote": APPLICATION}.get(self.event.kind, (CALLER + VENDOR) / 2)
        return (ends[0] + ends[1]) / 2

    @property
    def arrow(self) -> str | None:
        """The name of its arrow in `ARROWS`."""
        if self.event.ends is None:
            return None
        return "unanswered" if self.event.answer == "no answer" and self.event.kind == "call" else self.event.kind


@dataclass(frozen=True)
class Life:
    """The life of a token, as a bar: from its minting, or first use, to its last use. Heights of the picture."""

    number: int
    x: int
    top: int
    refused: int | None
    """From where on it was no longer valid."""
    bottom: int


@dataclass(frozen=True)
class Sequence:
    """The picture of a scenario."""

    marks: tuple[Mark, ...]
    lives: tuple[Life, ...]
    lives_left_out: int

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return HEAD + ROW * len(self.marks) + 12


def sequence_of(events: Iterable[Event]) -> Sequence:
    """Lay the picture out."""
    marks = tuple(Mark(event, HEAD + ROW * number + 22) for number, event in enumerate(events))
    columns: list[int] = []
    lives, left_out = [], 0
    for number, rows, top in _spans(marks):
        bottom = rows[-1].y + 8
        free = next((column for column, until in enumerate(columns) if until < top), len(columns))
        if free == MOST_LIVES:
            left_out += 1
            continue
        columns[free : free + 1] = [bottom]
        refused = next((mark.y for mark in rows if mark.event.token_state != "valid"), None)  # noqa: S105 - a state
        lives.append(Life(number, LIVES + LIFE * free, top, refused, bottom))
    return Sequence(marks, tuple(lives), left_out)


def _spans(marks: tuple[Mark, ...]) -> Iterator[tuple[int, list[Mark], int]]:
    """Each token's number, the events that carried it, and where its life begins, in the order of first use."""
    uses: dict[int, list[Mark]] = {}
    mints: list[Mark] = []
    tops: dict[int, int] = {}
    for mark in marks:
        event = mark.event
        if event.to == "oauth" and event.answer == "200":
            mints.append(mark)
        elif event.token is not None:
            if event.token not in uses:
                # A token is taken for the fruit of the last minting before its first use.
                tops[event.token] = (mints.pop().y if mints else mark.y) - 8
                mints.clear()
            uses.setdefault(event.token, []).append(mark)
    for number, rows in uses.items():
        yield number, rows, tops[number]
