"""What a report shows and in which order, decided once for every format. Pure: a result in, a view out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from readiness.model import Attestation, AuditResult, LedgerEntry, Readiness, Result, Status, Waiver
from readiness.report.checklist import ChecklistRow, checklist
from readiness.report.pictures import Drill, Latency, Matrix, drill_of, latencies_of, matrix_of
from readiness.report.words import BECAUSE, EMULATED, STATUS, group_of, plural, verdict_words

MOST_STEPS = 5
"""A reader acts on a short list; the findings hold the rest."""


@dataclass(frozen=True)
class Item:
    """One result as a report shows it. `anchor` is unique in the page; `requests` are the ledger's that served it."""

    result: Result
    group: str
    anchor: str
    reason: str
    """Why it is unknown, in words; empty for every other status."""
    requests: tuple[LedgerEntry, ...]


@dataclass(frozen=True)
class Group:
    """The items of one status. `folded`: nothing in it asks for action."""

    key: str
    label: str
    items: tuple[Item, ...]

    @property
    def folded(self) -> bool:
        """Whether a page shows only its heading at first."""
        return self.key in {"passed", "not_applicable"}


@dataclass(frozen=True)
class Step:
    """What to do next, and where the page says more."""

    anchor: str
    title: str
    where: str
    advice: str
    group: str
    severity: str


@dataclass(frozen=True)
class Coverage:
    """How many required checks have evidence; `attested` of them rest on a person's word."""

    required: int
    covered: int
    attested: int

    def __str__(self) -> str:
        if not self.required:
            return "No check at or above the gate applied: there is no evidence to rest a verdict on."
        word = f", {self.attested} of them a person's word" if self.attested else ""
        return f"{self.covered} of {plural(self.required, 'required check')} have evidence{word}."


@dataclass(frozen=True)
class EnvironmentLine:
    """One environment of the review and the host that stood for it."""

    name: str
    preset: str
    api_url: str
    emulated: bool


@dataclass(frozen=True)
class WaiverLine:
    """A waiver and what became of it: `days_left` counts from the day of the run, negative once expired."""

    waiver: Waiver
    days_left: int
    state: str
    anchor: str | None


@dataclass(frozen=True)
class AttestationLine:
    """Who vouches for which result."""

    item: Item
    attestation: Attestation
    days_left: int


@dataclass(frozen=True)
class View:
    """A whole report, without a format."""

    result: AuditResult
    verdict: str
    tone: str
    sentences: tuple[str, ...]
    environments: tuple[EnvironmentLine, ...]
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    counters: tuple[tuple[str, str, int], ...]
    """Key, label and number of each group, empty ones included."""
    coverage: Coverage
    checklist: tuple[ChecklistRow, ...]
    anchors: dict[str, str]
    """Result name to anchor."""
    matrix: Matrix | None
    drill: Drill | None
    latencies: tuple[Latency, ...]
    waivers: tuple[WaiverLine, ...]
    attestations: tuple[AttestationLine, ...]

    @property
    def demonstration(self) -> bool:
        """Whether the emulator played any environment."""
        return any(line.emulated for line in self.environments)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in order."""
        return tuple(item for group in self.groups for item in group.items)


def view_of(result: AuditResult) -> View:
    """Arrange a result for reading."""
    items = _items(result)
    groups = tuple(
        Group(key, label, found)
        for key, label in STATUS.items()
        if (found := tuple(item for item in items if item.group == key))
    )
    waived = [item for item in items if item.group == "waived"]
    return View(
        result=result,
        verdict=verdict_words(result.verdict, len(waived)),
        tone=_tone(result.verdict),
        sentences=_sentences(result, items),
        environments=_environments(result),
        groups=groups,
        steps=_steps(result, items),
        counters=tuple((key, label, sum(item.group == key for item in items)) for key, label in STATUS.items()),
        coverage=_coverage(result),
        checklist=checklist(result.results),
        anchors={item.result.name: item.anchor for item in items},
        matrix=matrix_of(result.figures),
        drill=drill_of(result.figures),
        latencies=latencies_of(result.ledger),
        waivers=_waivers(result, waived),
        attestations=tuple(
            AttestationLine(item, vouched, _days_left(vouched.expires, result))
            for item in items
            if (vouched := item.result.attestation) is not None
        ),
    )


def _items(result: AuditResult) -> tuple[Item, ...]:
    """All results in the order of reading: by status, then the dearest first, then by name."""
    order = list(STATUS)
    rows = sorted(result.results, key=lambda row: (order.index(group_of(row)), row.severity.rank, row.name))
    taken: set[str] = set()
    requests = _requests(result.ledger)
    return tuple(
        Item(
            result=row,
            group=group_of(row),
            anchor=_anchor(row.name, taken),
            reason=BECAUSE[row.because] if row.because is not None and row.status is Status.UNKNOWN else "",
            requests=tuple(entry for entry in requests.get(row.id, ()) if row.environment in {None, entry.environment}),
        )
        for row in rows
    )


def _requests(ledger: Iterable[LedgerEntry]) -> dict[str, list[LedgerEntry]]:
    by_check: dict[str, list[LedgerEntry]] = {}
    for entry in ledger:
        for check in entry.check_ids:
            by_check.setdefault(check, []).append(entry)
    return by_check


def _anchor(name: str, taken: set[str]) -> str:
    """A fragment made of letters, digits and hyphens, whatever the name holds."""
    base = "check-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:120]
    anchor, number = base, 2
    while anchor in taken:
        anchor, number = f"{base}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _tone(verdict: Readiness) -> str:
    return {Readiness.NOT_READY: "bad", Readiness.INCOMPLETE: "open"}.get(verdict, "good")


def _sentences(result: AuditResult, items: Sequence[Item]) -> tuple[str, ...]:
    """The verdict explained: what stands in the way, and what weakens it."""
    gated = [item for item in items if item.result.severity.at_or_above(result.gate)]
    failed = sum(item.group == "failed" for item in gated)
    unknown = sum(item.group == "unknown" for item in gated)
    said = []
    if failed:
        stand = "stands" if failed == 1 else "stand"
        said.append(f"{plural(failed, 'failure')} at or above the gate ({result.gate}) {stand} in the way.")
    if unknown:
        said.append(f"{plural(unknown, 'required check')} could not be decided, and unknown never counts as passed.")
    if not gated:
        said.append("No check at or above the gate ran: an empty review proves nothing.")
    elif not failed and not unknown and result.verdict is not Readiness.INCOMPLETE:
        said.append("Every required check that applies has evidence, and no unwaived failure stands in the way.")
    if result.run.interrupted:
        said.append("The run was interrupted: this report is partial.")
    said.extend(
        f"The plug-in {plugin.name} did not load, so its checks are missing."
        for plugin in result.plugins
        if plugin.error is not None
    )
    return tuple(said)


def _environments(result: AuditResult) -> tuple[EnvironmentLine, ...]:
    return tuple(
        EnvironmentLine(
            name=str(name),
            preset=str(facts.get("preset") or "own URLs"),
            api_url=str(facts.get("api_url") or ""),
            emulated=facts.get("preset") == "emulator",
        )
        for name, facts in result.environments.items()
    )


def _steps(result: AuditResult, items: Sequence[Item]) -> tuple[Step, ...]:
    """The dearest open items, a check of both environments once; when none is open, the hand-over."""
    todo: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.result.severity.rank, item.group != "failed", item.result.name)):
        if item.group in {"failed", "unknown"}:
            todo.setdefault(item.result.id, []).append(item)
    if not todo:
        return (_hand_over(result),)
    return tuple(_step(found) for found in list(todo.values())[:MOST_STEPS])


def _step(found: Sequence[Item]) -> Step:
    first = found[0]
    return Step(
        anchor=first.anchor,
        title=first.result.title,
        where=", ".join(str(item.result.environment) for item in found if item.result.environment is not None),
        advice=first.result.remediation if first.group == "failed" else first.result.summary,
        group=first.group,
        severity=str(first.result.severity),
    )


def _hand_over(result: AuditResult) -> Step:
    title, advice = "Hand this report to the Aurora integration contact", "They sign the checklist off."
    if any(facts.get("preset") == "emulator" for facts in result.environments.values()):
        title, advice = "Review the real service", f"This run used the {EMULATED}."
    elif result.verdict is Readiness.INCOMPLETE:
        title, advice = "Complete the run", "Something was left out of it: see what was not checked."
    return Step("checklist", title, "", advice, "passed", "")


def _coverage(result: AuditResult) -> Coverage:
    required = [
        row
        for row in result.results
        if row.severity.at_or_above(result.gate) and row.status is not Status.NOT_APPLICABLE
    ]
    attested = sum(row.status is Status.ATTESTED for row in required)
    return Coverage(len(required), sum(row.status is not Status.UNKNOWN for row in required), attested)


def _days_left(last_day: date, result: AuditResult) -> int:
    return (last_day - result.run.started_at.date()).days


def _waivers(result: AuditResult, waived: Sequence[Item]) -> tuple[WaiverLine, ...]:
    used = [
        WaiverLine(item.result.waiver, _days_left(item.result.waiver.expires, result), "in use", item.anchor)
        for item in waived
        if item.result.waiver is not None
    ]
    unused = [(waiver, _days_left(waiver.expires, result)) for waiver in result.unused_waivers]
    return (
        *used,
        *(WaiverLine(waiver, left, "expired, void" if left < 0 else "unused", None) for waiver, left in unused),
    )
