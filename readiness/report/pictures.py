"""The data of the report's pictures, read from a result's figures. A figure that cannot be read is left out.

Times are seconds from the deletion of the drill's key; positions are units of the pictures' own coordinates.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, ValidationError

from readiness.model import Environment, Record
from readiness.result import LedgerEntry

AXIS = 700
"""Width of a timeline or bar."""


class Figure(Record):
    """Base of what pictures read: unlike a result, a figure may say more than a picture shows."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


F = TypeVar("F", bound=Figure)


_HEIGHTS = {Environment.SANDBOX: 62, Environment.PRODUCTION: 182}
"""Where each environment's key and endpoint stand in the matrix's picture."""


@dataclass(frozen=True)
class Edge:
    """Heights of a line's ends, and where its label stands."""

    start: int
    end: int
    label_x: int
    label_y: int


class Cell(Figure):
    """One key tried at one environment's token endpoint."""

    key_of: Environment
    endpoint_of: Environment
    outcome: Literal["mints", "refused", "unknown"]
    why: str = ""

    @property
    def expected(self) -> str:
        """At home a key mints, elsewhere it is refused."""
        return "mints" if self.key_of is self.endpoint_of else "refused"

    @property
    def tone(self) -> str:
        """`open` when unknown, else whether what happened is what should."""
        if self.outcome == "unknown":
            return "open"
        return "good" if self.outcome == self.expected else "bad"

    @property
    def edge(self) -> Edge:
        """The picture's line from key to endpoint."""
        start, end = _HEIGHTS[self.key_of], _HEIGHTS[self.endpoint_of]
        if start == end:
            return Edge(start, end, 330, start)
        # Crossing lines leave and arrive beside the straight ones, and carry their label before they cross.
        towards = 16 if end > start else -16
        start, end = start + towards, end - towards
        return Edge(start, end, 236, round(start + (end - start) * 0.25))

    @property
    def word(self) -> str:
        """What happened, for a reader."""
        judged = {"good": "as it must be", "bad": f"must be: {self.expected}", "open": "nothing observed"}
        return f"{self.outcome}, {judged[self.tone]}"


class Matrix(Figure):
    """The four cells, by key and then by endpoint."""

    cells: tuple[Cell, ...]


class Clock(Figure):
    """How long something outlived its key; see `readiness.facts.Clock`."""

    name: str
    title: str
    last_accepted: float
    first_refused: float | None
    watched: float

    @property
    def reading(self) -> str:
        """The clock in words, as an interval that holds the truth."""
        if self.first_refused is None:
            return f"still accepted at the end of the watch, {_number(self.watched)} s after the deletion"
        first, last = _number(self.last_accepted), _number(self.first_refused)
        return f"refused for the first time between {first} s and {last} s after the deletion"


class DrillAct(Figure):
    """One act of the drill; `at` is in seconds from the start of the run."""

    name: str
    at: float
    status: str | int | None = None

    @property
    def when(self) -> str:
        """Its moment in words."""
        return f"{_number(self.at)} s into the run"


@dataclass(frozen=True)
class Segment:
    """One stretch of a clock's bar."""

    kind: str
    start: float
    width: float


class Drill(Figure):
    """A key's death, with its clocks."""

    way: str
    key_name: str
    poll_interval: float
    clocks: tuple[Clock, ...]
    steps: tuple[DrillAct, ...] = ()

    @property
    def span(self) -> float:
        """Seconds that the picture covers; never 0."""
        ends = [value for clock in self.clocks for value in (clock.watched, clock.first_refused or 0.0)]
        return max([*ends, self.poll_interval, 0.1])

    def x(self, seconds: float) -> float:
        """Where a moment stands on the axis."""
        return round(min(max(seconds / self.span, 0.0), 1.0) * AXIS, 1)

    def segments(self, clock: Clock) -> tuple[Segment, ...]:
        """A clock's bar: accepted, then the interval that holds the truth, then refused."""
        refused = clock.first_refused
        until = clock.watched if refused is None else clock.last_accepted
        bounds = [("accepted", 0.0, until)]
        if refused is not None:
            bounds += [("between", until, refused), ("refused-bar", refused, max(clock.watched, refused))]
        spans = [Segment(kind, self.x(start), round(self.x(end) - self.x(start), 1)) for kind, start, end in bounds]
        return tuple(span for span in spans if span.width > 0)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Round moments along the axis: position and label."""
        step = _round_step(self.span)
        count = math.floor(self.span / step + 1e-9)
        return tuple((self.x(index * step), f"{index * step:g} s") for index in range(count + 1))


@dataclass(frozen=True)
class Latency:
    """How long one kind of request took, in milliseconds."""

    environment: Environment | None
    method: str
    host: str
    path: str
    count: int
    fastest: float
    median: float
    slowest: float
    scale: float
    """The slowest of all, so that bars compare."""

    def x(self, milliseconds: float) -> float:
        """Where a duration stands on the common axis."""
        return round(milliseconds / self.scale * AXIS, 1)


def matrix_of(figures: Mapping[str, Any]) -> Matrix | None:
    """The environment matrix, if the run has one that can be drawn: exactly the four combinations."""
    matrix = read(Matrix, figures.get("matrix"))
    if matrix is None:
        return None
    cells = {(cell.key_of, cell.endpoint_of): cell for cell in matrix.cells}
    order = [(key, endpoint) for key in Environment for endpoint in Environment]
    if len(matrix.cells) != len(order) or set(cells) != set(order):
        return None
    return Matrix(cells=tuple(cells[place] for place in order))


def drill_of(figures: Mapping[str, Any]) -> Drill | None:
    """The drill, if the run has one with a clock to show."""
    drill = read(Drill, figures.get("drill"))
    return drill if drill is not None and drill.clocks else None


def latencies_of(ledger: Iterable[LedgerEntry]) -> tuple[Latency, ...]:
    """Answered requests by environment, method, host and path, in the order of their first sending."""
    taken: dict[tuple[Environment | None, str, str, str], list[float]] = {}
    for entry in ledger:
        if entry.status is not None:
            key = (entry.environment, entry.method, entry.host, entry.path)
            taken.setdefault(key, []).append(max(entry.duration_ms, 0.0))
    scale = max((max(times) for times in taken.values()), default=0.0) or 1.0
    return tuple(
        Latency(*key, len(times), min(times), statistics.median(times), max(times), scale)
        for key, times in taken.items()
    )


def read(kind: type[F], data: Any) -> F | None:
    """A figure of that kind, or None where the data is no such thing."""
    try:
        return kind.model_validate(data)
    except ValidationError:
        return None


def _number(value: float) -> str:
    """Two decimals at most, none needless."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _round_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides the span into three to six parts."""
    rough = span / 6
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(factor * magnitude for factor in (1.0, 2.0, 5.0, 10.0) if factor * magnitude >= rough)
