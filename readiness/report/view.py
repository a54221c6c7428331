"""What a report shows and in which order, decided once for every format. Pure: a result in, a view out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from readiness.model import Attestation, Because, Permission, Status, Waiver
from readiness.report.checklist import ChecklistRow, checklist
from readiness.report.items import Item, items_of
from readiness.report.pictures import Drill, Latency, Matrix, drill_of, latencies_of, matrix_of
from readiness.report.steps import Step, left_out, steps_of
from readiness.report.stories import Lab, lab_of
from readiness.report.words import STATUS, verdict_words
from readiness.result import AuditResult, Readiness
from readiness.wording import plural


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
    lab: Lab | None
    waivers: tuple[WaiverLine, ...]
    attestations: tuple[AttestationLine, ...]

    @property
    def demonstration(self) -> bool:
        """Whether the emulator played any environment."""
        return any(line.emulated for line in self.environments)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Permissions whose lack left something unknown: giving them would decide it."""
        lacking = [item.result.summary for item in self.items if item.result.because is Because.NOT_PERMITTED]
        return tuple(permission for permission in Permission if any(f"`{permission}`" in text for text in lacking))

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in order."""
        return tuple(item for group in self.groups for item in group.items)


def view_of(result: AuditResult) -> View:
    """Arrange a result for reading."""
    items = items_of(result)
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
        steps=steps_of(result, items),
        counters=tuple((key, label, sum(item.group == key for item in items)) for key, label in STATUS.items()),
        coverage=_coverage(result),
        checklist=checklist(result.results),
        anchors={item.result.name: item.anchor for item in items},
        matrix=matrix_of(result.figures),
        drill=drill_of(result.figures),
        latencies=latencies_of(result.ledger),
        lab=lab_of(result.figures, items),
        waivers=_waivers(result, waived),
        attestations=tuple(
            AttestationLine(item, vouched, _days_left(vouched.expires, result))
            for item in items
            if (vouched := item.result.attestation) is not None
        ),
    )


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
        if count := left_out(result):
            left = plural(count, "check or environment", "checks or environments")
            said.append(f"This is no whole review: --only, --skip or --environment left out {left}.")
    if result.run.interrupted:
        said.append("The run was interrupted: this report is partial.")
    said.extend(
        f"The waiver of {waiver.check} expired on {waiver.expires} and counts no more."
        for waiver in result.unused_waivers
        if _days_left(waiver.expires, result) < 0
    )
    said.extend(
        f"The plug-in {plugin.name} did not load, so its checks are missing: {plugin.error}"
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
