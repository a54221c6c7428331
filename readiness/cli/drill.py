"""`readiness drill`: only the deleted-key drill."""

from __future__ import annotations

from typing import Any

import click

from readiness.cli.options import (
    color_option,
    config_argument,
    hushed,
    output_option,
    quiet_option,
    state_dir,
    verbose_option,
)

CHECKS = (
    "deleted-key/drill-leaves-nothing",
    "deleted-key/key-unlisted",
    "deleted-key/mint-refused-after-deletion",
    "deleted-key/token-dies-with-key",
)
"""What a drill decides; the rest of the area is decided by other evidence."""


@click.command("drill")
@config_argument
@click.option("--guided", is_flag=True, help="You delete a throw-away key in the portal while the tool watches.")
@click.option("--client-id", help="Of the throw-away key (with --guided; asked for if left out).")
@click.option(
    "--secret-from",
    metavar="env:NAME|file:PATH|command:ARGV",
    help="Where the throw-away key's secret is kept (with --guided; asked for if left out).",
)
@click.option("--allow", type=click.Choice(("sandbox-writes",)), multiple=True, help="Give the permission.")
@output_option
@click.option("--save-evidence", metavar="PATH", help="Keep what was learned, for `evidence:` in the config.")
@color_option
@quiet_option
@verbose_option
def command(config: str, guided: bool, client_id: str | None, secret_from: str | None, **options: Any) -> int:
    """Run only the deleted-key drill; --guided for those who delete the key in the portal."""
    from readiness.audit import DEADLINE, Options, prepare, run
    from readiness.cli.guided import GUIDED_DEADLINE, guide
    from readiness.cli.session import Console, deliver, exit_code
    from readiness.evidence import Selection
    from readiness.model import Permission

    if not guided and (client_id or secret_from):
        raise click.UsageError("--client-id and --secret-from belong to --guided.")
    console = Console(quiet=options["quiet"], verbose=options["verbose"], no_color=options["no_color"])
    console.check_outputs(config, options["outputs"], options["save_evidence"])
    allow = tuple(Permission(each) for each in options["allow"])
    wanted = Options(Selection(only=CHECKS), allow=allow, deadline=GUIDED_DEADLINE if guided else DEADLINE)
    with hushed():
        prepared = prepare(config, wanted)
    if guided:
        prepared = guide(prepared, client_id, secret_from, console)
    with console.watch() as events:
        audit = run(prepared, state_dir(), events)
    deliver(audit, console, options["outputs"], options["save_evidence"])
    return exit_code(audit.result)
