"""A scenario as lines, in the order of time."""

from __future__ import annotations

from readiness.behaviour import told
from readiness.traces import Moment, ScenarioTrace


def timeline(trace: ScenarioTrace) -> list[str]:
    """Everything that happened: what was arranged, calls, outcomes, webhooks, output, sightings."""
    seen = [
        *((moment.t, 0, _moment(moment)) for moment in trace.moments),
        *((call.t, 1, told(call)) for call in trace.calls),
        *((outcome.ended, 2, f"{told(outcome)} [{outcome.step}]") for outcome in trace.outcomes),
        *((tried.t, 2, told(tried)) for tried in trace.webhooks),
        *((line.t, 3, told(line)) for line in trace.output),
        *((sighting.t, 3, told(sighting)) for sighting in trace.sightings),
    ]
    lines = [text for _, _, text in sorted(seen)]
    return [*lines, f"… and {trace.calls_dropped} more calls"] if trace.calls_dropped else lines


def _moment(moment: Moment) -> str:
    return f"{moment.t:.2f} s: [{moment.text}]"
