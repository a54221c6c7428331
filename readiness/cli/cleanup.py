"""`readiness cleanup`: finishes what an interrupted drill began."""

from __future__ import annotations

import click

from readiness.cli.options import state_dir


@click.command("cleanup")
def command() -> int:
    """Remove sandbox keys that an interrupted drill left behind.

    Exits with 1 if one could not be removed.
    """
    from readiness.aurora.drill_journal import DrillJournal
    from readiness.cleanup import clean

    journal = DrillJournal(state_dir())
    entries = list(journal.entries())
    if not entries:
        click.echo("Nothing to clean up: no drill was interrupted.")
    remaining = 0
    for entry in entries:
        outcome = clean(entry, journal)
        remaining += not outcome.done
        click.echo(f"{entry.key_name}: {outcome.text}", err=not outcome.done)
    return 1 if remaining else 0
