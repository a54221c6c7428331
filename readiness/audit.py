"""A whole run, from the config file to the result."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import JsonValue

from readiness import __version__
from readiness.config.exceptions import validate_waivers
from readiness.config.loader import load_config
from readiness.config.model import Config
from readiness.configuration import describe_config, read_secrets
from readiness.emulated import adopt_keys, standing_in
from readiness.errors import UsageError
from readiness.evidence import EvidenceSet, Selection, Terms
from readiness.gather import Assignment, Events, Gathered, Run, gather
from readiness.judge import judge
from readiness.model import Environment, Permission, Severity
from readiness.plan import check_matches, make_plan
from readiness.registry import Registry, load
from readiness.result import AuditResult, Integration, RunFacts, Tool
from readiness.saved_evidence import read_saved, stand_in
from readiness.scan.git import head
from readiness.secret import Redactor, SecretRequest, install_logging

DEADLINE = 300.0
"""Seconds that a run may take unless told otherwise."""


@dataclass(frozen=True)
class Options:
    """What the command line adds to the config."""

    selection: Selection = field(default_factory=Selection)
    fail_on: Severity | None = None
    allow: tuple[Permission, ...] = ()
    deadline: float = DEADLINE


@dataclass(frozen=True)
class Audit:
    """What a run leaves: the evidence, its judgement, and the redactor that guards every output."""

    evidence: EvidenceSet
    result: AuditResult
    redactor: Redactor


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to begin. `extra_secrets` are read beside those of the config."""

    config: Config
    registry: Registry
    options: Options
    extra_secrets: tuple[SecretRequest, ...] = ()


def prepare(path: str | Path, options: Options) -> Prepared:
    """Load the config and everything it names, and apply the options. Raises ConfigError or UsageError."""
    config = load_config(path)
    folder = Path(config.path).parent
    registry = load(folder / plugin for plugin in config.plugins)
    validate_waivers(config, {check.id: check.severity for check in registry.checks.values()})
    _refuse_unmatched(options.selection, registry)
    permissions = tuple(dict.fromkeys((*config.permissions, *options.allow)))
    gate = config.gate.model_copy(update={"fail_on": options.fail_on or config.gate.fail_on})
    return Prepared(config.model_copy(update={"permissions": permissions, "gate": gate}), registry, options)


def _refuse_unmatched(selection: Selection, registry: Registry) -> None:
    """A pattern that matches nothing is a typing error, and must not silently leave a check out."""
    for pattern in (*selection.only, *selection.skip):
        if not any(check_matches(check, pattern) for check in registry.checks.values()):
            failed = [plugin for plugin in registry.plugins if plugin.error]
            hints = [f"The plug-in {plugin.name} failed to load: {plugin.error}." for plugin in failed]
            if near := registry.nearest(pattern):
                hints.append(f"Did you mean {' or '.join(f'`{check_id}`' for check_id in near)}?")
            raise UsageError(
                f"No check matches `{pattern}`.", "\n".join([*hints, "`readiness checks` lists all ids and areas."])
            )


def run(prepared: Prepared, state_dir: Path, events: Events) -> Audit:
    """Gather and judge. Raises UsageError for saved evidence that cannot be read and for secrets that are too short."""
    started_at = datetime.now(UTC)
    options, registry = prepared.options, prepared.registry
    this = Run(id=_run_id(started_at), started_at=started_at, deadline=options.deadline, state_dir=state_dir)
    saved = read_saved(prepared.config)
    with standing_in(prepared.config) as (config, emulator):
        book = read_secrets(config, secrets.token_bytes(32), prepared.extra_secrets)
        install_logging(book.redactor, 0)  # from here on a log line may hold a secret
        configuration = describe_config(config, book)
        if emulator is not None:
            adopt_keys(emulator, configuration, book)
        work = Assignment(make_plan(config, registry, options.selection), config, configuration, book, this, events)
        gathered = asyncio.run(gather(work))
    items, unused = stand_in(gathered.items, saved, registry, _addresses(config), started_at)
    evidence = _evidence(work, gathered, registry, options.selection)
    evidence = evidence.model_copy(update={"items": items, "not_checked": unused})
    return Audit(evidence, judge(evidence, registry), book.redactor)


def _run_id(started_at: datetime) -> str:
    """Sorts by time, and is unique enough to name a key by."""
    return f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def _addresses(config: Config) -> dict[Environment, dict[str, JsonValue]]:
    return {
        name: {"preset": env.preset, "api_url": env.api_url, "oauth_url": env.oauth_url}
        for name, env in config.environments.items()
    }


def _masked(integration: Integration, redactor: Redactor) -> Integration:
    """Its texts are shown everywhere, and somebody may have put a secret into one by mistake."""
    contact = integration.contact and redactor.text(integration.contact)
    return integration.model_copy(update={"name": redactor.text(integration.name), "contact": contact})


def _evidence(work: Assignment, gathered: Gathered, registry: Registry, selection: Selection) -> EvidenceSet:
    config, run = work.config, work.run
    commit = head(Path(config.path).parent)
    known, forms = work.secrets.redactor.counts
    return EvidenceSet(
        tool=Tool(name="aurora-readiness", version=__version__, catalogue=registry.catalogue_digest()),
        integration=_masked(config.integration, work.secrets.redactor),
        environments=_addresses(config),
        run=RunFacts(
            id=run.id,
            started_at=run.started_at,
            finished_at=run.started_at + timedelta(seconds=gathered.duration),
            duration_s=round(gathered.duration, 3),
            interrupted=gathered.interrupted,
            config_digest=config.digest,
            commit=commit.commit if commit else None,
            dirty=commit.dirty if commit else None,
        ),
        terms=Terms(
            gate=config.gate.fail_on,
            permissions=config.permissions,
            waivers=config.waivers,
            attestations=config.attestations,
            selection=selection,
        ),
        items=gathered.items,
        ledger=gathered.ledger,
        plugins=tuple(registry.plugins),
        searched={"secrets": known, "forms": forms},
    )
