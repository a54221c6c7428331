"""`readiness plan`: what a run would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from readiness.cli.options import color_option, config_argument, hushed, selection_options

if TYPE_CHECKING:
    from readiness.plan import Plan
    from readiness.probe import PlannedRequest


@click.command("plan")
@config_argument
@selection_options
@color_option
def command(config: str, **options: Any) -> int:
    """List the checks that would run, and every request that would be sent. Sends nothing."""
    from readiness.audit import prepare
    from readiness.cli.session import options_of
    from readiness.emulated import filled_in
    from readiness.plan import make_plan
    from readiness.wording import plural

    with hushed():
        prepared = prepare(config, options_of(options))
        plan = make_plan(filled_in(prepared.config, PLACEHOLDERS), prepared.registry, prepared.options.selection)
    click.echo(f"{plural(len(plan.checks), 'check')} would run:")
    for planned in plan.checks:
        where = f"  [{planned.environment}]" if planned.environment else ""
        click.echo(f"  {planned.check.severity:8} {planned.check.id}{where}")
    _show_missing(plan)
    _show_left_out(plan)
    _show_requests(plan)
    for plugin in prepared.registry.plugins:
        state = f"failed: {plugin.error}" if plugin.error else "loaded"
        click.echo(f"\nPlug-in {plugin.name} {plugin.version or ''} {state}")
    return 0


def _show_missing(plan: Plan) -> None:
    missing = [(probe, probe.missing) for probe in plan.probes if probe.missing]
    if missing:
        click.echo("\nEvidence that would be missing; what needs it is unknown:")
    for probe, lack in missing:
        where = f" ({probe.environment})" if probe.environment else ""
        click.echo(f"  {probe.probe.evidence.kind}{where}: {lack.because}: {lack.detail}")
        click.echo(f"    for {', '.join(probe.check_ids)}")


def _show_left_out(plan: Plan) -> None:
    by_reason: dict[str, list[str]] = {}
    for each in plan.left_out:
        by_reason.setdefault(each.why, []).append(each.what)
    if by_reason:
        click.echo("\nLeft out:")
    for why, what in by_reason.items():
        click.echo(f"  {', '.join(what)}: {why}")


def _show_requests(plan: Plan) -> None:
    requests = sorted(plan.requests(), key=_order)
    click.echo("\nRequests that would be sent:" if requests else "\nNo request would be sent.")
    for request, check_ids in requests:
        address = urlsplit(request.url)
        times = "once" if request.at_most == 1 else f"at most {request.at_most} times"
        target = f"{request.method:6} {address.netloc}{address.path}"
        click.echo(f"  {request.environment:10} {target}  {times}  ({request.purpose})")
        click.echo(f"    for {', '.join(check_ids)}")


def _order(entry: tuple[PlannedRequest, tuple[str, ...]]) -> tuple[str, str, str]:
    request, _ = entry
    return request.environment, request.url, request.purpose


def _placeholder(environment: str) -> dict[str, Any]:
    return {
        "api_url": f"https://{environment}.api.emulator.invalid",
        "oauth_url": f"https://{environment}.oauth.emulator.invalid",
        "merchant": {"client_id": "…", "client_secret": "…", "merchant_id": "…"},
        "partner": {"client_id": "…", "client_secret": "…"},
        "webhook_secret": "…",
    }


PLACEHOLDERS = {"environments": {name: _placeholder(name) for name in ("sandbox", "production")}}
"""Stand for the embedded emulator, whose ports are not known before it starts."""
