"""The stories of the lab, read from a result's figures: what was done, what the application did, and when.

A figure that cannot be read is left out. Positions are units of the pictures' own coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from readiness.report.items import Item
from readiness.report.pictures import AXIS, Figure, read
from readiness.report.sequence import Event, Sequence, sequence_of

WORST_FIRST = ("failed", "unknown", "waived", "attested", "passed", "not_applicable")


class Scenario(Figure):
    """One scenario as the figure tells it; `why_not`: it was not played."""

    name: str
    why_not: str | None = None
    story: str = ""
    expected: str = ""
    did: tuple[str, ...] = ()
    began: float = Field(default=0.0, ge=0)
    duration: float = Field(default=0.0, ge=0)
    waited: float = Field(default=0.0, ge=0)
    paused: float = Field(default=0.0, ge=0)
    events: tuple[Event, ...] = ()

    @property
    def application(self) -> float:
        """Seconds of waiting for the application."""
        return max(self.waited - self.paused, 0.0)

    @property
    def ours(self) -> float:
        """Seconds that the lab itself took."""
        return max(self.duration - self.waited, 0.0)


class Contact(Figure):
    """A host that the application asked the intercepting proxy for."""

    t: float
    scheme: Literal["http", "https"]
    host: str
    port: int
    environment: Literal["sandbox", "production"] | None = None
    handling: Literal["emulated", "allowed", "refused"]
    times: int


class LabFigure(Figure):
    """The whole lab."""

    duration: float = Field(ge=0)
    scenarios: tuple[Scenario, ...]
    contacts: tuple[Contact, ...] = ()
    contacts_left_out: int = 0
    intercepted: bool = False


@dataclass(frozen=True)
class Story:
    """A scenario that was played, its picture, and the checks that point into it."""

    anchor: str
    scenario: Scenario
    sequence: Sequence
    judged: tuple[Item, ...]

    @property
    def title(self) -> str:
        """The name for a reader."""
        words = self.scenario.name.replace("-", " ").strip()
        return words[:1].upper() + words[1:]

    @property
    def group(self) -> str | None:
        """The worst status among those checks."""
        return next((group for group in WORST_FIRST if any(item.group == group for item in self.judged)), None)


@dataclass(frozen=True)
class Lab:
    """Everything that a report shows of the lab."""

    figure: LabFigure
    stories: tuple[Story, ...]
    left_out: tuple[tuple[str, str], ...]
    """Scenarios that were not played, and why; those with one reason together."""

    @property
    def total(self) -> Scenario:
        """All scenarios' times, summed up."""
        played = [story.scenario for story in self.stories]
        sums = {key: sum(getattr(each, key) for each in played) for key in ("duration", "waited", "paused")}
        return Scenario(name="All", **sums)

    @property
    def share(self) -> float:
        """Which part of the scenarios' time was spent waiting for the application or its clock; 0 to 1."""
        total = self.total
        return min(total.waited / total.duration, 1.0) if total.duration else 0.0

    def x(self, seconds: float) -> float:
        """Where a moment stands in the bars of the time table."""
        return round(min(seconds / (self.figure.duration or 1.0), 1.0) * AXIS, 1)


def lab_of(figures: Mapping[str, Any], items: Iterable[Item]) -> Lab | None:
    """The lab, if the run had one."""
    figure = read(LabFigure, figures.get("lab"))
    if figure is None or not figure.scenarios:
        return None
    known = tuple(items)
    played = [scenario for scenario in figure.scenarios if scenario.why_not is None]
    stories = tuple(
        Story(f"story-{number}", scenario, sequence_of(scenario.events), _judged(scenario.name, known))
        for number, scenario in enumerate(played, start=1)
    )
    reasons: dict[str, list[str]] = {}
    for scenario in figure.scenarios:
        if scenario.why_not is not None:
            reasons.setdefault(scenario.why_not, []).append(scenario.name)
    return Lab(figure, stories, tuple((", ".join(names), why) for why, names in reasons.items()))


def _judged(name: str, items: Iterable[Item]) -> tuple[Item, ...]:
    """The results with a finding that points into that scenario."""
    start = f"/scenarios/{name}/"
    return tuple(
        item for item in items if any((finding.pointer or "").startswith(start) for finding in item.result.findings)
    )
