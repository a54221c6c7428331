"""`readiness checks`: the catalogue."""

from __future__ import annotations

import click

from readiness.cli.options import hushed


@click.command("checks")
@click.option("--plugin", "plugins", multiple=True, metavar="FOLDER", help="A folder of checks, as in the config.")
def command(plugins: tuple[str, ...]) -> int:
    """List the catalogue of checks."""
    from pathlib import Path

    from readiness.registry import load

    with hushed():
        registry = load(Path(plugin) for plugin in plugins)
    area = ""
    for check in sorted(registry.checks.values(), key=lambda check: check.id):
        if check.area != area:
            area = check.area
            click.echo(f"\n{area}" if check is not None else "")
        click.echo(f"  {check.severity:8} {check.id:48} {check.title}")
    for plugin in registry.plugins:
        if plugin.error:
            click.echo(f"\nThe plug-in {plugin.name} failed to load: {plugin.error}", err=True)
    return 0
