"""From a config to a plan: which checks run, what evidence they need, which requests that takes. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from readiness.check import Check
from readiness.config.model import Config, EnvironmentConfig
from readiness.errors import ReadinessError
from readiness.evidence import Missing, Selection
from readiness.model import Because, Environment
from readiness.probe import Effect, PlannedRequest, Probe
from readiness.registry import Registry
from readiness.result import NotChecked

LEFT_OUT = "left out by --"
"""Stands in the reason for everything that the command line took out of a run, before the option's name."""
READS = frozenset({"GET", "HEAD"})
HANDSHAKE_METHOD = "TLS"
"""What stands for a method where no request is sent."""


class GuardError(ReadinessError):
    """A probe tried to send what was not announced or is not allowed; nothing was sent."""


@dataclass(frozen=True)
class PlannedCheck:
    """One check in one environment, or in the whole run."""

    check: Check
    environment: Environment | None


@dataclass(frozen=True)
class PlannedProbe:
    """One probe in one environment: what it may send, or why it cannot gather."""

    probe: Probe
    environment: Environment | None
    requests: tuple[PlannedRequest, ...]
    missing: Missing | None
    check_ids: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that a run will do."""

    checks: tuple[PlannedCheck, ...]
    left_out: tuple[NotChecked, ...]
    probes: tuple[PlannedProbe, ...]

    def requests(self) -> Iterator[tuple[PlannedRequest, tuple[str, ...]]]:
        """Each kind of request once, with the checks that it serves. Shared ones are merged."""
        merged: dict[tuple[Environment, str], tuple[PlannedRequest, list[str]]] = {}
        for probe in self.probes:
            for request in probe.requests:
                _, ids = merged.setdefault((request.environment, request.purpose), (request, []))
                ids.extend(check_id for check_id in probe.check_ids if check_id not in ids)
        for request, ids in merged.values():
            yield request, tuple(sorted(ids))


def select(
    registry: Registry, selection: Selection, environments: Sequence[Environment]
) -> tuple[tuple[PlannedCheck, ...], tuple[NotChecked, ...]]:
    """Choose checks by id or area, and spread them over the environments of the integration."""
    chosen = [each for each in environments if not selection.environments or each in selection.environments]
    planned: list[PlannedCheck] = []
    left_out: list[NotChecked] = []
    for check in sorted(registry.checks.values(), key=lambda check: check.id):
        if reason := _reason_to_leave_out(check, selection):
            left_out.append(NotChecked(what=check.id, why=reason))
        elif check.per_environment:
            planned.extend(PlannedCheck(check, environment) for environment in chosen)
        else:
            planned.append(PlannedCheck(check, None))
    left_out.extend(
        NotChecked(what=f"environment {each}", why=f"{LEFT_OUT}environment")
        for each in environments
        if each not in chosen
    )
    return tuple(planned), tuple(left_out)


def make_plan(config: Config, registry: Registry, selection: Selection) -> Plan:
    """Plan a run. Environments that the selection leaves out are neither asked nor judged."""
    checks, left_out = select(registry, selection, list(config.environments))
    environments = {
        name: settings
        for name, settings in config.environments.items()
        if not selection.environments or name in selection.environments
    }
    reachable = config.model_copy(update={"environments": environments})
    production = config.environments.get(Environment.PRODUCTION)
    probes = tuple(
        _plan_probe(probe, reachable, environment, check_ids, production)
        for kind, probe in sorted(registry.probes.items())
        if (check_ids := tuple(sorted({planned.check.id for planned in checks if _uses(planned.check, kind)})))
        for environment in (environments if probe.per_environment else [None])
    )
    return Plan(checks, left_out, probes)


def check_matches(check: Check, pattern: str) -> bool:
    """Whether a glob of `--only` or `--skip` means this check, by its id or its whole area."""
    return pattern == check.area or fnmatchcase(check.id, pattern)


def _uses(check: Check, kind: str) -> bool:
    return any(evidence.kind == kind for evidence in (*check.needs, *check.optional))


def _reason_to_leave_out(check: Check, selection: Selection) -> str | None:
    if selection.only and not any(check_matches(check, pattern) for pattern in selection.only):
        return f"{LEFT_OUT}only"
    if any(check_matches(check, pattern) for pattern in selection.skip):
        return f"{LEFT_OUT}skip"
    missing = [each for each in check.concerns if selection.environments and each not in selection.environments]
    return f"it is about {' and '.join(missing)}, {LEFT_OUT}environment" if missing else None


def _plan_probe(
    probe: Probe,
    config: Config,
    environment: Environment | None,
    check_ids: tuple[str, ...],
    production: EnvironmentConfig | None,
) -> PlannedProbe:
    """Ask a probe what it would send; a foreign one may break, or ask too much."""
    requests: tuple[PlannedRequest, ...] = ()
    missing: Missing | None = None
    lacking = [permission for permission in probe.permissions if permission not in config.permissions]
    try:
        planned = probe.plan(config, environment)
        if isinstance(planned, Missing):
            missing = planned
        elif lacking:
            detail = f"it needs the permission `{lacking[0]}`; add it to `permissions` or pass `--allow {lacking[0]}`"
            missing = Missing(because=Because.NOT_PERMITTED, detail=detail)
        else:
            requests = tuple(planned)
            for request in requests:
                refuse_harm(request, config.environments.get(request.environment), production)
    except GuardError as error:
        requests, missing = (), Missing(because=Because.REFUSED, detail=error.message)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plug-in may raise anything
        detail = f"the probe for `{probe.evidence.kind}` cannot plan ({type(error).__name__})"
        requests, missing = (), Missing(because=Because.CRASHED, detail=detail)
    return PlannedProbe(probe, environment, requests, missing, check_ids)


def refuse_harm(request: PlannedRequest, home: EnvironmentConfig | None, production: EnvironmentConfig | None) -> None:
    """Raise GuardError for a request that leaves its environment, or that may change something in production.

    `home` is the environment that the request names, None if it is not asked in this run. Production is told by its
    URLs, whatever environment the request names.
    """
    if request.effect is Effect.HANDSHAKE and request.method == HANDSHAKE_METHOD:
        return
    if request.effect is Effect.HANDSHAKE or home is None or not _belongs(request.url, home):
        raise _harm(request, f"which is no request to the API or the token endpoint of {request.environment}")
    if production is None or not _belongs(request.url, production):
        return
    mint = request.effect is Effect.MINT and request.method == "POST" and request.url == production.oauth_url
    if not mint and (request.effect is not Effect.READ or request.method not in READS):
        raise _harm(request, "but in production only reads and token mints are allowed")


def _belongs(url: str, settings: EnvironmentConfig) -> bool:
    """Whether a URL is the environment's token endpoint, or lies below its API."""
    below = settings.api_url is not None and url.startswith(settings.api_url.rstrip("/") + "/")
    return below or url == settings.oauth_url


def _harm(request: PlannedRequest, why: str) -> GuardError:
    address = urlsplit(request.url)
    return GuardError(
        f"A probe announces {request.method} {address.netloc}{address.path} ({request.purpose}), {why}.",
        "This is a fault of the probe. Nothing was sent.",
    )
