"""The vendor's own checklist, filled in from the results that name its items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from readiness.model import Kind, Status
from readiness.report.words import group_of
from readiness.requirements import CHECKLIST
from readiness.result import Result
from readiness.wording import plural

_CODE = re.compile(r"go-live (G\d{1,2})\b")

State = Literal["measured", "attested", "not covered"]
Tone = Literal["good", "bad", "open", "neutral"]


@dataclass(frozen=True)
class ChecklistRow:
    """One item: how it was looked at (`state`), what came out (`outcome`), and by which results."""

    code: str
    text: str
    state: State
    outcome: str
    tone: Tone
    results: tuple[Result, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the evidence that its results cite, and who vouches where nothing was measured."""
        cited = [finding.evidence for result in self.results for finding in result.findings if finding.evidence]
        vouched = [
            f"{result.attestation.by}, {result.attestation.on}: {result.attestation.evidence}"
            for result in self.results
            if result.attestation is not None
        ]
        return tuple(dict.fromkeys(cited + vouched))


def checklist(results: Sequence[Result]) -> tuple[ChecklistRow, ...]:
    """Every item, those included that no result names: a gap must be seen."""
    named: dict[str, list[Result]] = {code: [] for code in CHECKLIST}
    for result in results:
        for code in {match[1] for requirement in result.requirements if (match := _CODE.match(requirement))}:
            named.setdefault(code, []).append(result)
    return tuple(
        _row(code, CHECKLIST.get(code, "not an item of the checklist"), found) for code, found in named.items()
    )


def _row(code: str, text: str, results: list[Result]) -> ChecklistRow:
    state, outcome, tone = _judge(results)
    return ChecklistRow(code, text, state, outcome, tone, tuple(results))


def _judge(results: list[Result]) -> tuple[State, str, Tone]:
    """The worst result speaks for the item; what is unknown never makes it good."""
    groups = [group_of(result) for result in results]
    applicable = [result for result in results if result.status is not Status.NOT_APPLICABLE]
    measured = any(_measured(result) for result in applicable)
    attested = any(result.status is Status.ATTESTED for result in applicable)
    state: State = "measured" if measured else "attested" if attested else "not covered"
    unknown = groups.count("unknown")
    if "failed" in groups:
        return state, f"does not hold: {plural(groups.count('failed'), 'failure')}", "bad"
    if unknown:
        return state, f"open: {unknown} of {plural(len(applicable), 'check')} unknown", "open"
    if "waived" in groups:
        return state, f"does not hold, waived: {plural(groups.count('waived'), 'failure')}", "open"
    if applicable:
        word = "" if not attested else ", in part on a person's word" if measured else ", on a person's word"
        return state, f"holds{word}", "good"
    return state, "does not apply" if results else "no check of this run looks at it", "neutral"


def _measured(result: Result) -> bool:
    return result.kind is not Kind.ATTESTATION and result.status in {Status.PASSED, Status.FAILED}
