"""Checks, probes, registries and evidence sets made up for tests of the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from readiness.check import Check, Judge, check
from readiness.config.model import Config
from readiness.evidence import Evidence, EvidenceItem, EvidenceSet, Missing, Terms
from readiness.facts import Configuration, HttpPolicyFacts, KnownHosts, Limits
from readiness.model import Because, Environment, Kind, Severity, Verdict
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.registry import Registry
from readiness.result import Integration, RunFacts, Tool

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEXTS = "Why it matters: Money.\nHow it is judged: By looking.\nHow to fix: Mend it.\nWhen it is unknown: Unseen."


class Weather(Evidence):
    """A kind of evidence of one environment."""

    kind: ClassVar[str] = "weather"
    sunny: bool = True
    degrees: float = 20.0


class Season(Evidence):
    """A kind of evidence of the whole run, that keeps."""

    kind: ClassVar[str] = "season"
    keeps_days: ClassVar[int] = 90
    name: str = "autumn"


def passing(_: object) -> Verdict:
    return Verdict.passed("seen")


def make_check(check_id: str, function: Judge = passing, **more: Any) -> Check:
    """A check under an id; by default a major one of the whole run that passes without evidence."""

    def judge(view: Any) -> Verdict:
        return function(view)

    judge.__doc__ = TEXTS
    given: dict[str, Any] = {"severity": Severity.MAJOR, "kind": Kind.LIVE, "needs": []}
    title = {"title": f"{check_id} holds", "failing_title": f"{check_id} does not hold"}
    return check(**{**title, **given, **more})(judge).named(check_id, None)


Gather = Callable[[ProbeContext], Awaitable[Any]]


def make_probe(
    kind: type[Evidence],
    gather: Gather | None = None,
    plan: Callable[[Config, Environment | None], Any] = lambda *_: [],
    **attributes: Any,
) -> Probe:
    """A probe that brings the default evidence of a kind, once for the run, unless told otherwise."""

    async def bring(_: ProbeContext) -> Evidence:
        return kind()

    act = gather or bring

    class Made(Probe):
        evidence: ClassVar[type[Evidence]] = kind
        per_environment: ClassVar[bool] = False

        def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
            planned: Sequence[PlannedRequest] | Missing = plan(config, environment)
            return planned

        async def gather(self, context: ProbeContext) -> Evidence | Missing:
            brought: Evidence | Missing = await act(context)
            return brought

    for name, value in attributes.items():
        setattr(Made, name, value)
    return Made()


def registry(*parts: Check | Probe) -> Registry:
    made = Registry()
    for part in parts:
        if isinstance(part, Probe):
            made.add_probe(part)
        else:
            made.add_check(part)
    return made


def missing(because: Because = Because.NOT_CONFIGURED, detail: str = "not seen") -> Missing:
    return Missing(because=because, detail=detail)


def item(content: Evidence | tuple[type[Evidence], Missing], environment: Environment | None = None) -> EvidenceItem:
    kind, lack = (type(content), None) if isinstance(content, Evidence) else content
    data = content.model_dump(mode="json") if isinstance(content, Evidence) else None
    return EvidenceItem(kind=kind.kind, environment=environment, taken_at=NOW, duration_ms=7, missing=lack, data=data)


def run_facts(**more: Any) -> RunFacts:
    times = {"started_at": NOW, "finished_at": NOW + timedelta(seconds=3), "duration_s": 3.0}
    return RunFacts.model_validate({"id": "run-1", **times, **more})


def evidence_set(*items: EvidenceItem, **more: Any) -> EvidenceSet:
    """What a run with both environments learned."""
    given: dict[str, Any] = {
        "tool": Tool(name="aurora-readiness", version="0", catalogue="0" * 12),
        "integration": Integration(name="Acme", kind="merchant"),
        "environments": {each: {"preset": "aurora"} for each in Environment},
        "run": run_facts(),
        "terms": Terms(),
        "items": items,
    }
    return EvidenceSet.model_validate({**given, **more})


def configuration() -> Configuration:
    limits = Limits(max_key_age_s=1, max_token_lifetime_s=1, delivery_failure_rate=1)
    nothing: dict[str, Any] = {"environments": {}, "urls": (), "secrets": (), "known_hosts": KnownHosts()}
    return Configuration(**nothing, http_policy=HttpPolicyFacts(), limits=limits)
