"""What to do next: a short list, the dearest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.plan import LEFT_OUT
from readiness.report.items import Item
from readiness.report.words import EMULATED
from readiness.result import AuditResult, Readiness

MOST_STEPS = 5
"""A reader acts on a short list; the findings hold the rest."""


def left_out(result: AuditResult) -> int:
    """How many checks and environments the command line took out of the run: its verdict says nothing of them."""
    return sum(LEFT_OUT in each.why for each in result.not_checked)


@dataclass(frozen=True)
class Step:
    """What to do next, and where the page says more."""

    anchor: str
    title: str
    where: str
    advice: str
    group: str
    severity: str


def steps_of(result: AuditResult, items: Sequence[Item]) -> tuple[Step, ...]:
    """The dearest open items, a check of both environments once; the hand-over first, when nothing blocks it."""
    todo: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.result.severity.rank, item.group != "failed", item.result.name)):
        if item.group in {"failed", "unknown"}:
            todo.setdefault(item.result.id, []).append(item)
    steps = [_step(found) for found in todo.values()]
    if not todo or result.verdict in {Readiness.READY, Readiness.READY_WITH_WAIVERS}:
        # What is open lies below the gate: it does not stand in the way of the hand-over.
        steps.insert(0, _hand_over(result))
    return tuple(steps[:MOST_STEPS])


def _step(found: Sequence[Item]) -> Step:
    first = found[0]
    return Step(
        anchor=first.anchor,
        title=first.result.title,
        where=", ".join(
            str(item.result.environment)
            for item in found
            if item.result.environment is not None and item.group == first.group
        ),
        advice=first.result.remediation if first.group == "failed" else first.result.summary,
        group=first.group,
        severity=str(first.result.severity),
    )


def _hand_over(result: AuditResult) -> Step:
    title, advice = "Hand this report to the Aurora integration contact", "They sign the checklist off."
    if any(facts.get("preset") == "emulator" for facts in result.environments.values()):
        title, advice = "Review the real service", f"This run used the {EMULATED}."
    elif left_out(result):
        title, advice = "Run the whole audit", "This run was about a part: see what was not checked."
    elif result.verdict is Readiness.INCOMPLETE:
        title, advice = "Complete the run", "Something was left out of it: see what was not checked."
    return Step("checklist", title, "", advice, "passed", "")
