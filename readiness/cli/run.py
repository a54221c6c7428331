"""`readiness run`: the audit."""

from __future__ import annotations

from typing import Any

import click

from readiness.cli.options import (
    SEVERITIES,
    color_option,
    config_argument,
    hushed,
    output_option,
    quiet_option,
    selection_options,
    state_dir,
    verbose_option,
)


@click.command("run")
@config_argument
@output_option
@click.option("--save-evidence", metavar="PATH", help="Keep what was learned, redacted, for `judge`.")
@selection_options
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="The mildest severity that blocks (gate.fail_on).")
@click.option("--deadline", type=click.FloatRange(1, 86_400), default=300.0, show_default=True, help="Seconds in all.")
@color_option
@quiet_option
@verbose_option
def command(config: str, **options: Any) -> int:
    """Run the audit and write its report.

    Without -o a summary goes to the terminal. Exit codes: 0 ready, 1 not ready, 2 usage or config wrong, 3 incomplete,
    70 our own fault, 130 interrupted.
    """
    from readiness.audit import prepare, run
    from readiness.cli.session import Console, deliver, exit_code, options_of

    console = Console(quiet=options["quiet"], verbose=options["verbose"], no_color=options["no_color"])
    console.check_outputs(config, options["outputs"], options["save_evidence"])
    with hushed():
        prepared = prepare(config, options_of(options))
    with console.watch() as events:
        audit = run(prepared, state_dir(), events)
    deliver(audit, console, options["outputs"], options["save_evidence"])
    return exit_code(audit.result)
