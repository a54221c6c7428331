"""The data behind the report's pictures: the four-cell matrix, the two clocks of the drill, the lab. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.evidence import Evidence, Exchange, Missing
from readiness.facts import Clock, CrossEnvironment, KeyDrill
from readiness.lab_figures import lab_figure
from readiness.model import Environment
from readiness.reading import MintOutcome, mint_outcome
from readiness.traces import BehaviourTrace

CLOCKS = (("A", "the key gets no token any more", "mint_clock"), ("B", "its token is refused", "token_clock"))


def figures_of(items: Mapping[type[Evidence], Mapping[Environment | None, Evidence | Missing]]) -> dict[str, Any]:
    """Each picture whose evidence is there."""
    figures: dict[str, Any] = {}
    crossing = items.get(CrossEnvironment, {}).get(None)
    if isinstance(crossing, CrossEnvironment):
        figures["matrix"] = {"cells": [_cell(cell) for cell in crossing.cells]}
    drill = items.get(KeyDrill, {}).get(None)
    if isinstance(drill, KeyDrill):
        figures["drill"] = _drill(drill)
    behaviour = items.get(BehaviourTrace, {}).get(None)
    if isinstance(behaviour, BehaviourTrace):
        figures["lab"] = lab_figure(behaviour)
    return figures


def _cell(cell: Any) -> dict[str, Any]:
    outcome = mint_outcome(cell.mint)
    words = {MintOutcome.ISSUED: "mints", MintOutcome.REFUSED: "refused"}
    why = outcome.detail if isinstance(outcome, Missing) else str(cell.mint)
    told = "unknown" if isinstance(outcome, Missing) else words.get(outcome, "unknown")
    return {"key_of": cell.key_of, "endpoint_of": cell.endpoint_of, "outcome": told, "why": why}


def _drill(drill: KeyDrill) -> dict[str, Any]:
    clocks = []
    for name, title, attribute in CLOCKS:
        clock = getattr(drill, attribute)
        if isinstance(clock, Clock):
            interval = {"last_accepted": clock.last_accepted, "first_refused": clock.first_refused}
            clocks.append({"name": name, "title": title, **interval, "watched": clock.watched})
    steps = [
        {"name": step.name, "at": step.attempt.sent, "status": step.attempt.status}
        for step in drill.steps
        if isinstance(step.attempt, Exchange)
    ]
    return {
        "way": drill.way,
        "key_name": drill.key_name,
        "poll_interval": drill.poll_interval,
        "clocks": clocks,
        "steps": steps,
    }
