"""How the lab's traces are read by checks: one scenario, its verdicts, and the quotes that show what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from readiness.evidence import EvidenceView, Missing
from readiness.model import Because, Finding, Status, Verdict
from readiness.traces import (
    Absent,
    BehaviourTrace,
    Call,
    Declared,
    Habits,
    Outcome,
    OutputLine,
    ScenarioTrace,
    Sighting,
    WebhookTry,
)
from readiness.wording import plural

MOST_QUOTES = 12
EMULATED = "Emulated API"
"""Begins every verdict of the lab: the vendor is played by the emulator, in no environment."""
CRASH = re.compile(
    r"Traceback \(most recent call last\)|^\s+at \S.*:\d+(?::\d+)?\)?$|^\s+at \S+ \(.*\)$"
    r"|Unhandled ?(?:Promise ?)?Rejection|uncaught exception|^panic: |^thread '.*' panicked",
    re.MULTILINE | re.IGNORECASE,
)
"""What a program writes when an error ends its work; also the trace of one that it handled."""

Seen = Call | Outcome | WebhookTry | OutputLine | Sighting


@dataclass(frozen=True)
class Lived:
    """A scenario that was played, and how to speak of it."""

    evidence: EvidenceView
    name: str
    trace: ScenarioTrace
    habits: Habits
    declared: Declared

    def passed(self, summary: str, *seen: Seen) -> Verdict:
        """It held."""
        return Verdict.passed(f"{EMULATED}: {summary}", *self.quote(seen))

    def failed(self, summary: str, *seen: Seen) -> Verdict:
        """It did not hold; `seen` shows that."""
        return Verdict.failed(f"{EMULATED}: {summary}", *self.quote(seen))

    def unknown(self, summary: str, *seen: Seen, because: Because | None = None) -> Verdict:
        """What was seen decides nothing."""
        return Verdict.unknown(f"{EMULATED}: {summary}", *self.quote(seen), because=because)

    def quote(self, seen: Iterable[Seen]) -> tuple[Finding, ...]:
        """What was seen, in the order of time; of very many things the first and the last."""
        ordered = sorted(dict.fromkeys(seen), key=_time)
        left_out = len(ordered) - MOST_QUOTES
        if left_out > 0:
            ordered = [*ordered[: MOST_QUOTES // 2], *ordered[-MOST_QUOTES // 2 :]]
        quotes = [self._finding(each) for each in ordered]
        if left_out > 0:
            quotes.insert(MOST_QUOTES // 2, Finding(message=f"… and {left_out} more between these"))
        return tuple(quotes)

    def _finding(self, seen: Seen) -> Finding:
        lists: Mapping[str, tuple[Seen, ...]] = {
            "calls": self.trace.calls,
            "outcomes": self.trace.outcomes,
            "webhooks": self.trace.webhooks,
            "output": self.trace.output,
            "sightings": self.trace.sightings,
        }
        for field, items in lists.items():
            if seen in items:
                pointer = f"/scenarios/{self.name}/{field}/{items.index(seen)}"
                return self.evidence.cite(BehaviourTrace, pointer, f"{self.name}: {told(seen)}")
        return Finding(message=f"{self.name}: {told(seen)}")


def _time(seen: Seen) -> float:
    return seen.ended if isinstance(seen, Outcome) else seen.t


def told(seen: Seen) -> str:
    """One thing in words."""
    if isinstance(seen, OutputLine):
        holds = f" (holds: {', '.join(seen.holds)})" if seen.holds else ""
        return f"{seen.t:.2f} s: the application wrote: {seen.text[:200]}{holds}"
    if isinstance(seen, Sighting):
        return f"{seen.t:.2f} s: {seen.what} in a command line of `{seen.program}`"
    if isinstance(seen, Call) and seen.exposes:
        return f"{seen} carries {', '.join(seen.exposes)}"
    return str(seen)


def lived(evidence: EvidenceView, name: str) -> Lived | Verdict:
    """A scenario by its name, or the verdict where it was not played."""
    behaviour = evidence[BehaviourTrace]
    scenario = behaviour.scenarios.get(name)
    if isinstance(scenario, Absent):
        return Verdict.not_applicable(f"The application has no {scenario.what}.")
    if isinstance(scenario, Missing):
        return Verdict.unknown(f"{EMULATED}: {scenario.detail}", because=scenario.because)
    if scenario is None or behaviour.habits is None:
        detail = f"{EMULATED}: the scenario `{name}` was not run."
        return Verdict.unknown(detail, because=Because.NOT_CONFIGURED)
    return Lived(evidence, name, scenario, behaviour.habits, behaviour.declared)


def all_lived(evidence: EvidenceView) -> list[Lived]:
    """Every scenario that was played."""
    found = (lived(evidence, name) for name in evidence[BehaviourTrace].scenarios)
    return [each for each in found if isinstance(each, Lived)]


def cards_in_output(evidence: EvidenceView, what: Literal["card number", "security code"]) -> Verdict:
    """Whether what the application wrote in the lab holds a card number or a security code."""
    behaviour = evidence.get(BehaviourTrace)
    if isinstance(behaviour, Missing):
        return Verdict.unknown(f"The application's output was not seen: {behaviour.detail}.", because=behaviour.because)
    if lack := without_payments(evidence):
        return lack
    first = lived(evidence, "baseline")
    if isinstance(first, Verdict):
        return first
    for each in all_lived(evidence):
        lines = [line for line in each.trace.output if what in line.holds]
        if lines:
            return each.failed(f"the application's output holds a {what}.", *lines)
    if any(each.trace.output_cut for each in all_lived(evidence)):
        return first.unknown("the application wrote more than was looked at.")
    count = sum(len(each.trace.output) for each in all_lived(evidence))
    return first.passed(f"{plural(count, 'line')} of the application's output, none with a {what}.")


def together(*verdicts: Verdict) -> Verdict:
    """One verdict for a question that is asked in several ways: failed, then unknown, then passed."""
    order = (Status.FAILED, Status.UNKNOWN, Status.PASSED, Status.NOT_APPLICABLE)
    status = min((verdict.status for verdict in verdicts), key=order.index)
    leading = [verdict for verdict in verdicts if verdict.status is status]
    findings = tuple(finding for verdict in leading for finding in verdict.findings)
    summary = " ".join(verdict.summary.removesuffix(".") + "." for verdict in leading)
    return leading[0].model_copy(update={"summary": summary, "findings": findings})


def without_payments(evidence: EvidenceView) -> Verdict | None:
    """The verdict where the application takes no payments, or the config does not say how."""
    found = lived(evidence, "lost-answer")
    lacks = isinstance(evidence[BehaviourTrace].scenarios.get("lost-answer"), Absent | Missing)
    return found if lacks and isinstance(found, Verdict) else None


def place(call: Call) -> tuple[str, str]:
    """What a call asks for: method, and path without its query."""
    return call.method, call.path.partition("?")[0]


def mints(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Those that ask for a token."""
    return tuple(call for call in calls if call.is_mint)


def charges(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Those by which a customer was charged: that took effect, and were not answered from a record."""
    return tuple(
        call
        for call in calls
        if place(call) == ("POST", "/v2/transactions")
        and call.committed
        and not call.replayed
        and call.status in {200, None}
    )


def payments(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Those that try to take a payment."""
    return tuple(call for call in calls if place(call) == ("POST", "/v2/transactions"))
