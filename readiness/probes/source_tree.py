"""Searches the declared sources. No request is sent, no network is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.probes.searching import facts_of, folder_of, in_thread, needles_for, tree_search
from readiness.scan.limits import Limits
from readiness.scan.patterns import Place
from readiness.scan.secret_files import referred_files, secret_files
from readiness.searched import Excluded, SourceTree


class SourceTreeProbe(Probe):
    """Every file of the sources is read once; archives are opened."""

    evidence: ClassVar[type[Evidence]] = SourceTree
    per_environment: ClassVar[bool] = False
    unhurried: ClassVar[bool] = True

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """No request at all."""
        del environment
        if not config.sources:
            detail = "no `sources` are declared: name the folders that hold what you ship"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
        return []

    async def gather(self, context: ProbeContext) -> SourceTree:
        """Search, then look at how the files that hold secrets are kept."""
        return await in_thread(_search, context)


def _search(context: ProbeContext, limits: Limits) -> SourceTree:
    config, folder = context.config, folder_of(context)
    needles = needles_for(context, Place.TREE)
    search = tree_search(context, needles, limits, excusable=True)
    found = search.search(config.sources)
    return SourceTree(
        files=found.files,
        secret_files=secret_files(referred_files(config, folder), found.dotenv, config.artifacts, folder, search.shown),
        excluded=tuple(
            Excluded(pattern=each.pattern, reason=each.reason, files=found.excluded[each.pattern])
            for each in {each.pattern: each for source in config.sources for each in source.exclude}.values()
        ),
        gaps=tuple(found.gaps),
        **facts_of(context, needles, found),
    )
