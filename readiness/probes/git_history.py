"""Searches every object of the sources' git repositories. No request is sent, no network is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.probes.searching import bounds_of, facts_of, folder_of, in_thread, needles_for, tree_search
from readiness.scan.globs import glob_matches
from readiness.scan.history import HistorySearch
from readiness.scan.limits import Limits
from readiness.scan.patterns import Place
from readiness.scan.walk import Walk
from readiness.searched import GitHistory, Hit


class GitHistoryProbe(Probe):
    """Blobs, names, messages: whatever git keeps, reached by anything or not."""

    evidence: ClassVar[type[Evidence]] = GitHistory
    per_environment: ClassVar[bool] = False
    unhurried: ClassVar[bool] = True

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
        masked=lambda text: needles.hidden(context.secrets.redactor.text(text)),
        limits=limits,
        progress=context.progress,
    )
    sources = [source for source in context.config.sources if source.history]
    walks = [Walk(folder_of(context) / one.path, [each.pattern for each in one.exclude]) for one in sources]
    found = search.search(
        [folder_of(context) / source.path for source in sources],
        lambda path: not any(walk.holds(os.path.abspath(path)) for walk in walks),  # noqa: PTH100 - resolves no links
    )
    facts = facts_of(context, needles, found)
    facts["credentials"] = tuple(hit for hit in facts["credentials"] if _is_of_a_source(hit, context, shown))
    return GitHistory(
        files=found.objects,
        repositories=tuple(found.repositories),
        gaps=tuple(found.gaps),
        **facts,
    )


def _is_of_a_source(hit: Hit, context: ProbeContext, shown: Callable[[str | Path], str]) -> bool:
    """Whether a path of the history lies in a declared source, and is not excluded from it.

    A secret that is known counts wherever it stands in a repository. What only looks like one may be another project's
    example, if the repository holds more than is declared.
    """
    path = hit.location.path.partition("!")[0]
    for source in context.config.sources:
        root = shown(folder_of(context) / source.path)
        relative = os.path.relpath(path, root)
        inside = relative != os.pardir and not relative.startswith(os.pardir + os.sep)
        if source.history and inside and not any(glob_matches(each.pattern, relative) for each in source.exclude):
            return True
    return False
