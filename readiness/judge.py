"""From evidence to a result. Pure: the same evidence, registry and terms give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date

from readiness.check import Check
from readiness.evidence import Evidence, EvidenceItem, EvidenceSet, EvidenceView, Missing, Terms, load_item
from readiness.figures import figures_of
from readiness.model import Attestation, Because, Environment, Status, Verdict, Waiver
from readiness.plan import PlannedCheck, select
from readiness.registry import Registry
from readiness.result import AuditResult, Counts, NotChecked, Plugin, Result, readiness_of

Items = Mapping[type[Evidence], Mapping[Environment | None, Evidence | Missing]]

MEASURED_AREAS = frozenset({"key-storage", "environment-separation"})
"""Areas in which nobody's word stands for a measurement."""


def judge(evidence: EvidenceSet, registry: Registry) -> AuditResult:
    """Judge everything that the run selected."""
    planned, left_out = select(registry, evidence.terms.selection, list(evidence.environments))
    items = _items(evidence, registry)
    results = tuple(_result(each, items, evidence) for each in planned)
    used = {id(result.waiver) for result in results if result.waiver is not None}
    gate = evidence.terms.gate
    plugins = _plugins(evidence, registry)
    complete = not evidence.run.interrupted and all(plugin.error is None for plugin in plugins)
    return AuditResult(
        tool=evidence.tool,
        integration=evidence.integration,
        environments=dict(evidence.environments),
        run=evidence.run,
        verdict=readiness_of(results, gate, complete=complete),
        gate=gate,
        counts=Counts.of(results),
        results=results,
        ledger=evidence.ledger,
        not_checked=(*left_out, *evidence.not_checked, *_idle_attestations(evidence.terms, registry)),
        plugins=plugins,
        unused_waivers=tuple(waiver for waiver in evidence.terms.waivers if id(waiver) not in used),
        figures=figures_of(items),
        searched=evidence.searched,
        evidence_digest=evidence.digest(),
    )


def _plugins(evidence: EvidenceSet, registry: Registry) -> tuple[Plugin, ...]:
    """Those of the run and of this judgement; one that is absent now cannot say what it would have said."""
    then, now = (Counter(plugin.name for plugin in plugins) for plugins in (evidence.plugins, registry.plugins))
    why = "it took part in the run, but is not there to judge"
    told = [
        plugin.model_copy(update={"error": plugin.error or why}) if (then - now)[plugin.name] else plugin
        for plugin in evidence.plugins
    ]
    return (*told, *(plugin for plugin in registry.plugins if (now - then)[plugin.name]))


def _items(
    evidence: EvidenceSet, registry: Registry
) -> dict[type[Evidence], dict[Environment | None, Evidence | Missing]]:
    """All items by type and environment; what an unknown plug-in gathered is left out."""
    kinds = registry.evidence_kinds()
    found: dict[type[Evidence], dict[Environment | None, Evidence | Missing]] = {kind: {} for kind in kinds.values()}
    for item in evidence.items:
        if kind := kinds.get(item.kind):
            found[kind][item.environment] = _loaded(item, kind)
    return found


def _loaded(item: EvidenceItem, kind: type[Evidence]) -> Evidence | Missing:
    """An item as evidence; a file may have been written by another version, or by hand."""
    try:
        return load_item(item, kind)
    except ValueError:
        return Missing(because=Because.CRASHED, detail=f"the evidence `{item.id}` does not have the form of its kind")


def _result(planned: PlannedCheck, items: Items, evidence: EvidenceSet) -> Result:
    check, environment = planned.check, planned.environment
    verdict = _verdict(check, environment, items, evidence)
    today = evidence.run.started_at.astimezone(UTC).date()
    attestation = _attestation(check, verdict, evidence.terms, today)
    if attestation:
        by = f"Attested by {attestation.by} on {attestation.on}, until {attestation.expires}: {attestation.note}"
        verdict = Verdict(status=Status.ATTESTED, summary=by, findings=verdict.findings)
    failed = verdict.status is Status.FAILED
    return Result(
        id=check.id,
        area=check.area,
        title=check.failing_title if failed else check.title,
        kind=check.kind,
        status=verdict.status,
        severity=check.severity,
        environment=environment,
        summary=verdict.summary,
        because=verdict.because,
        findings=verdict.findings,
        why=check.why,
        remediation=check.remediation,
        requirements=check.requirements,
        expected=check.title,
        waiver=_waiver(check, environment, evidence.terms.waivers, today) if failed else None,
        attestation=attestation,
        duration_ms=_duration(check, environment, evidence),
    )


def _verdict(check: Check, environment: Environment | None, items: Items, evidence: EvidenceSet) -> Verdict:
    """Call the check with what it declared, or say why it cannot be called."""
    declared = {kind: items.get(kind, {}) for kind in (*check.needs, *check.optional)}
    view = EvidenceView(environment, evidence.run.started_at, declared)
    for kind in check.needs:
        missing = view.get(kind)
        if isinstance(missing, Missing):
            return Verdict.unknown(missing.detail, because=missing.because)
    try:
        verdict = check.judge(view)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - one check's crash, or its exit, never ends the run
        return Verdict.unknown(f"the check broke ({type(error).__name__})", because=Because.CRASHED)
    if not isinstance(verdict, Verdict):
        return Verdict.unknown(f"the check gave no verdict but {type(verdict).__name__}", because=Because.CRASHED)
    if verdict.status is Status.ATTESTED:
        return Verdict.unknown("the check vouches, which only a person can", because=Because.CRASHED)
    return verdict


def _attestation(check: Check, verdict: Verdict, terms: Terms, today: date) -> Attestation | None:
    """The word of a person, where it may stand: never over a measurement, never past its date."""
    attestation = terms.attestations.get(check.id)
    askable = verdict.status is Status.UNKNOWN and verdict.because in {Because.NOT_CONFIGURED, Because.NOT_PERMITTED}
    if attestation is None or not askable or check.area in MEASURED_AREAS:
        return None
    return attestation if attestation.on <= today <= attestation.expires else None


def _idle_attestations(terms: Terms, registry: Registry) -> list[NotChecked]:
    """Attestations of what this version does not judge: they load, and the report says that they did nothing."""
    return [
        NotChecked(what=check, why=f"attested by {attestation.by}, but this version has no such check")
        for check, attestation in terms.attestations.items()
        if check not in registry.checks
    ]


def _waiver(check: Check, environment: Environment | None, waivers: Iterable[Waiver], today: date) -> Waiver | None:
    """The first waiver that covers this failure today."""
    return next(
        (
            waiver
            for waiver in waivers
            if waiver.check == check.id and waiver.environment in {None, environment} and today <= waiver.expires
        ),
        None,
    )


def _duration(check: Check, environment: Environment | None, evidence: EvidenceSet) -> int:
    """Milliseconds that gathering took: the longest of what it needs, for that was gathered side by side."""
    kinds = {kind.kind for kind in (*check.needs, *check.optional)}
    relevant: Sequence[int] = [
        item.duration_ms
        for item in evidence.items
        if item.kind in kinds and (environment is None or item.environment in {None, environment})
    ]
    return max(relevant, default=0)
