"""Searches what the config's globs name: built artifacts, and logs. No request is sent, no network is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.probes.searching import facts_of, in_thread, needles_for, tree_search
from readiness.scan.limits import Limits
from readiness.scan.patterns import Place
from readiness.searched import Artifacts, Logs


class ArtifactsProbe(Probe):
    """Every declared artifact, with all that archives and images hold."""

    evidence: ClassVar[type[Evidence]] = Artifacts
    per_environment: ClassVar[bool] = False
    unhurried: ClassVar[bool] = True

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """No request at all."""
        del environment
        if "artifacts" not in config.model_fields_set:
            detail = "no `artifacts` are declared: add `artifacts: [dist/**]`, or `artifacts: []` if nothing is built"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
        return []

    async def gather(self, context: ProbeContext) -> Artifacts:
        """Search them."""
        return await in_thread(_artifacts, context)


class LogsProbe(Probe):
    """Every declared log, compressed or not."""

    evidence: ClassVar[type[Evidence]] = Logs
    per_environment: ClassVar[bool] = False
    unhurried: ClassVar[bool] = True

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """No request at all."""
        del environment
        if "logs" not in config.model_fields_set:
            detail = "no `logs` are declared: add `logs: [var/log/*.log]`, or `logs: []` if none are kept"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
        return []

    async def gather(self, context: ProbeContext) -> Logs:
        """Search them."""
        return await in_thread(_logs, context)


def _artifacts(context: ProbeContext, limits: Limits) -> Artifacts:
    globs = context.config.artifacts
    needles = needles_for(context, Place.ARTIFACTS)
    found = tree_search(context, needles, limits, excusable=True).search_globs(globs)
    return Artifacts(
        files=found.files,
        globs=globs,
        unmatched=tuple(found.unmatched),
        gaps=tuple(found.gaps),
        **facts_of(context, needles, found),
    )


def _logs(context: ProbeContext, limits: Limits) -> Logs:
    globs = context.config.logs
    needles = needles_for(context, Place.LOGS)
    found = tree_search(context, needles, limits, excusable=False).search_globs(globs)
    return Logs(
        files=found.files,
        globs=globs,
        unmatched=tuple(found.unmatched),
        gaps=tuple(found.gaps),
        **facts_of(context, needles, found),
    )
