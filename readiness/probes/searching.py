"""What the probes that search for secrets have in common: what is looked for, until when, and how it is told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from readiness.probe import ProbeContext
from readiness.scan.content import Bounds, Finds
from readiness.scan.limits import Limits
from readiness.scan.needles import Needles, Sought
from readiness.scan.patterns import Place, all_patterns
from readiness.scan.tree import TreeSearch
from readiness.searched import Searched

_WRAP_UP = 1.0
"""Seconds before the run's deadline at which a search ends, so that what it found is not lost."""

S = TypeVar("S", bound=Searched)


async def in_thread(search: Callable[[ProbeContext, Limits], S], context: ProbeContext) -> S:
    """Run a search in a thread that stops within a block of bytes when it is told to."""
    limits = Limits(threading.Event(), _deadline(context))
    try:
        return await asyncio.to_thread(search, context, limits)
    finally:
        limits.stop.set()


def needles_for(context: ProbeContext, place: Place) -> Needles:
    """Every secret of the config that has a value, and the patterns of a place."""
    patterns = all_patterns(context.configuration.known_hosts)
    return Needles(list(_sought(context)), [pattern for pattern in patterns if place in pattern.places])


def tree_search(context: ProbeContext, needles: Needles, limits: Limits, *, excusable: bool) -> TreeSearch:
    """A search of files relative to the config's folder. `excusable`: whether comments beside finds excuse them."""
    return TreeSearch(
        folder_of(context),
        needles,
        bounds=bounds_of(context),
        excusable=excusable,
        masked=lambda text: needles.hidden(context.secrets.redactor.text(text)),
        limits=limits,
        progress=context.progress,
    )


def folder_of(context: ProbeContext) -> Path:
    """The config's folder."""
    return Path(context.config.path).parent


def bounds_of(context: ProbeContext) -> Bounds:
    """How far archives are opened."""
    policy = context.config.policy
    return Bounds(policy.archive_depth, policy.max_object)


def facts_of(context: ProbeContext, needles: Needles, found: Finds) -> dict[str, Any]:
    """The fields that all kinds of searches have."""
    kinds = {pattern.kind for pattern in needles.patterns} - {"credentials", "retired_hosts", "vendor"}
    return {
        "bytes": found.bytes,
        "searched": needles.names,
        "not_searched": tuple(facts.name for facts in context.secrets.facts if not facts.available),
        "secrets": tuple(found.secrets),
        "credentials": tuple(found.matches.get("credentials", ())),
        "retired_hosts": tuple(found.matches.get("retired_hosts", ())),
        "matches": {kind: tuple(found.matches.get(kind, ())) for kind in sorted(kinds)},
    }


def _deadline(context: ProbeContext) -> float:
    """On `time.monotonic`."""
    left = context.deadline - context.transport.clock() - _WRAP_UP
    allowed = context.config.policy.scan_deadline
    if allowed is not None:
        left = min(left, allowed.total_seconds())
    return time.monotonic() + left


def _sought(context: ProbeContext) -> Iterator[Sought]:
    """With the client id that stands before a secret in a Basic header."""
    for place, environment, role, _ in context.config.secret_refs():
        secret = context.secrets.secret(place)
        if secret is None:
            continue
        facts = context.configuration.environments[environment]
        client_id = {"client_secret": facts.client_id, "partner_client_secret": facts.partner_client_id}.get(role)
        if role == "retired_client_secret":
            client_id = facts.retired_client_ids[int(place[3])]
        yield Sought(secret.name, environment, secret, client_id)
