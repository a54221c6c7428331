"""What a run comes to: the outcome of each check, what was sent, and the verdict on the whole. Pure data, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field

from readiness.model import (
    Attestation,
    Because,
    Environment,
    Finding,
    Kind,
    Record,
    Severity,
    Status,
    Waiver,
)


class Result(Record):
    """One check's outcome in one environment, as every report shows it."""

    id: str
    area: str
    title: str
    """The title for this status: the failing title when failed."""
    kind: Kind
    status: Status
    severity: Severity
    environment: Environment | None
    summary: str
    because: Because | None
    findings: tuple[Finding, ...]
    why: str
    """Why it matters, in money or data."""
    remediation: str
    requirements: tuple[str, ...]
    expected: str = ""
    """The title of the passing state: what should have been seen."""
    waiver: Waiver | None = None
    attestation: Attestation | None = None
    duration_ms: int

    @property
    def name(self) -> str:
        """Id and environment, unique in a run."""
        return self.id if self.environment is None else f"{self.id} ({self.environment})"

    @property
    def blocks(self) -> bool:
        """Failed and not waived."""
        return self.status is Status.FAILED and self.waiver is None


class LedgerEntry(Record):
    """One request that was sent. The path has its ids, never a secret."""

    at: datetime
    environment: Environment | None
    method: str
    host: str
    path: str
    status: int | None
    """None when no answer came."""
    duration_ms: float
    correlation_id: str | None = None
    check_ids: tuple[str, ...] = ()


class Readiness(StrEnum):
    """The verdict on the whole integration."""

    READY = "ready"
    READY_WITH_WAIVERS = "ready_with_waivers"
    NOT_READY = "not_ready"
    INCOMPLETE = "incomplete"


class Tool(Record):
    """What made a result."""

    name: str
    version: str
    catalogue: str
    """Digest of the ids, severities and texts of the checks that were known."""


class Integration(Record):
    """What is audited."""

    name: str
    """As the report calls it."""
    kind: Literal["merchant", "partner"]
    """A merchant takes payments for itself; a partner acts for merchants."""
    contact: str | None = None
    """Whom to ask."""


class RunFacts(Record):
    """When, what and where. `commit` and `dirty` are of the repository that holds the config."""

    id: str
    started_at: datetime
    finished_at: datetime
    duration_s: float
    interrupted: bool = False
    config_digest: str = ""
    commit: str | None = None
    dirty: bool | None = None


class NotChecked(Record):
    """Something that the run left out, and why."""

    what: str
    why: str


class Plugin(Record):
    """Third-party code that took part, or that failed to."""

    name: str
    version: str | None
    error: str | None = None


class Counts(Record):
    """Results by status; `waived` are failures that a waiver covers and are not in `failed`."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    attested: int = 0
    waived: int = 0

    @classmethod
    def of(cls, results: Iterable[Result]) -> Self:
        """Count them."""
        counts = dict.fromkeys(cls.model_fields, 0)
        for result in results:
            waived = result.status is Status.FAILED and result.waiver is not None
            counts["waived" if waived else result.status.value] += 1
        return cls(**counts)


class AuditResult(Record):
    """A whole review: the JSON result of which every other format is a rendering."""

    format: Literal["readiness-result/1"] = "readiness-result/1"
    tool: Tool
    integration: Integration
    environments: dict[Environment, dict[str, Any]] = Field(default_factory=dict)
    """Per environment: preset, api_url, oauth_url."""
    run: RunFacts
    verdict: Readiness
    gate: Severity
    counts: Counts
    results: tuple[Result, ...]
    ledger: tuple[LedgerEntry, ...]
    not_checked: tuple[NotChecked, ...]
    plugins: tuple[Plugin, ...]
    unused_waivers: tuple[Waiver, ...] = ()
    """Waivers that covered nothing, expired ones included."""
    figures: dict[str, Any] = Field(default_factory=dict)
    """Data of the report's pictures: `matrix` (four cells) and `drill` (two clocks)."""
    searched: dict[str, int] = Field(default_factory=dict)
    """How many known secrets and forms the run held: `secrets`, `forms`."""
    evidence_digest: str
    """SHA-256 of the evidence that was judged."""


def readiness_of(results: Iterable[Result], gate: Severity, *, complete: bool = True) -> Readiness:
    """Sum results up. `complete` is false when the run was interrupted or a plug-in failed to load.

    A failure at or above the gate outweighs everything; then what is unknown; an empty run proves nothing.
    """
    gated = [result for result in results if result.severity.at_or_above(gate)]
    if any(result.blocks for result in gated):
        return Readiness.NOT_READY
    decided = any(result.status in {Status.PASSED, Status.FAILED, Status.ATTESTED} for result in gated)
    if not complete or not decided or any(result.status is Status.UNKNOWN for result in gated):
        return Readiness.INCOMPLETE
    if any(result.waiver is not None for result in gated):
        return Readiness.READY_WITH_WAIVERS
    return Readiness.READY
