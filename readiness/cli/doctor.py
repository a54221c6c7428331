"""`readiness doctor`: the tool's own set-up."""

from __future__ import annotations

import click

from readiness.cli.options import state_dir


@click.command("doctor")
@click.option("--network", is_flag=True, help="Look at the way to the vendor's hosts too (no credentials are sent).")
def command(network: bool) -> int:
    """Check the tool's own set-up, with a fix for each item.

    Exits with 1 if something that is needed is missing.
    """
    from readiness.doctor import examine

    faults = 0
    for item in examine(state_dir(), network=network):
        sign = "ok  " if item.good else "--  " if item.optional else "FIX "
        click.echo(f"{sign}{item.name}: {item.found}")
        if not item.good:
            click.echo(f"      {item.fix}")
            faults += not item.optional
    return 1 if faults else 0
