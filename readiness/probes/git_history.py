"""Searches every object of the sources' git repositories. No request is sent, no network is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.probes.searching import bounds_of, facts_of, folder_of, in_thread, needles_for, tree_search
from readiness.scan.history import HistorySearch
from readiness.scan.limits import Limits
from readiness.scan.patterns import Place
from readiness.searched import GitHistory


class GitHistoryProbe(Probe):
    """Blobs, names, messages: whatever git keeps, reached by anything or not."""

    evidence: ClassVar[type[Evidence]] = GitHistory
    per_environment: ClassVar[bool] = False

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """No request at all."""
        del environment
        if not any(source.history for source in config.sources):
            detail = "no `sources` are declared" if not config.sources else "every source says `history: false`"
            return Missing(because=Because.NOT_CONFIGURED, detail=f"{detail}: name the repository of what you ship")
        return []

    async def gather(self, context: ProbeContext) -> GitHistory:
        """Search, then ask git where the few objects come from that hold something."""
        return await in_thread(_search, context)


def _search(context: ProbeContext, limits: Limits) -> GitHistory:
    needles = needles_for(context, Place.HISTORY)
    shown = tree_search(context, needles, limits, excusable=False).shown
    search = HistorySearch(
        needles,
        bounds_of(context),
        shown=shown,
        masked=context.secrets.redactor.text,
        limits=limits,
        progress=context.progress,
    )
    found = search.search([folder_of(context) / source.path for source in context.config.sources if source.history])
    return GitHistory(
        files=found.objects,
        repositories=tuple(found.repositories),
        gaps=tuple(found.gaps),
        **facts_of(context, needles, found),
    )
