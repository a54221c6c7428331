"""Searches the declared sources. No request is sent, no network is needed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.scan.needles import Needles, Sought
from readiness.scan.patterns import all_patterns
from readiness.scan.secret_files import referred_files, secret_files
from readiness.scan.tree import Limits, TreeSearch
from readiness.searched import SourceTree

_WRAP_UP = 1.0
"""Seconds before the run's deadline at which the search ends, so that what it found is not lost."""


class SourceTreeProbe(Probe):
    """Every file of the sources is read once, in a thread that stops within a block when it is told to."""

    evidence: ClassVar[type[Evidence]] = SourceTree
    per_environment: ClassVar[bool] = False

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """No request at all."""
        del environment
        if not config.sources:
            detail = "no `sources` are declared: name the folders that hold what you ship"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
        return []

    async def gather(self, context: ProbeContext) -> SourceTree:
        """Search, then look at how the files that hold secrets are kept."""
        stop = threading.Event()
        try:
            return await asyncio.to_thread(_search, context, stop)
        finally:
            stop.set()


def _search(context: ProbeContext, stop: threading.Event) -> SourceTree:
    config = context.config
    folder = Path(config.path).parent
    sought = list(_sought(context))
    search = TreeSearch(
        folder,
        Needles(sought),
        all_patterns(context.configuration.known_hosts),
        masked=context.secrets.redactor.text,
        limits=Limits(stop, _deadline(context)),
        progress=context.progress,
    )
    found = search.search(config.sources)
    return SourceTree(
        files=found.files,
        bytes=found.bytes,
        searched=tuple(one.name for one in sought),
        not_searched=tuple(facts.name for facts in context.secrets.facts if not facts.available),
        secrets=tuple(found.secrets),
        credentials=tuple(found.matches.pop("credentials", ())),
        retired_hosts=tuple(found.matches.pop("retired_hosts", ())),
        matches={kind: tuple(hits) for kind, hits in found.matches.items()},
        secret_files=secret_files(referred_files(config, folder), found.dotenv, config.artifacts, folder, search.shown),
        excluded=dict(found.excluded),
        gaps=tuple(found.gaps),
    )


def _deadline(context: ProbeContext) -> float:
    """On `time.monotonic`."""
    left = context.deadline - context.transport.clock() - _WRAP_UP
    allowed = context.config.policy.scan_deadline
    if allowed is not None:
        left = min(left, allowed.total_seconds())
    return time.monotonic() + left


def _sought(context: ProbeContext) -> Iterator[Sought]:
    """Every secret of the config that has a value, with the client id that stands before it in a Basic header."""
    for place, environment, role, _ in context.config.secret_refs():
        secret = context.secrets.secret(place)
        if secret is None:
            continue
        facts = context.configuration.environments[environment]
        client_id = {"client_secret": facts.client_id, "partner_client_secret": facts.partner_client_id}.get(role)
        if role == "retired_client_secret":
            client_id = facts.retired_client_ids[int(place[3])]
        yield Sought(secret.name, environment, secret, client_id)
