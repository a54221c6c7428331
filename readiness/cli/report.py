"""`readiness report`: a JSON result in another format."""

from __future__ import annotations

from typing import Any

import click

from readiness.cli.options import color_option, output_option, quiet_option, verbose_option


@click.command("report")
@click.argument("result", type=click.Path(dir_okay=False))
@output_option
@color_option
@quiet_option
@verbose_option
def command(result: str, **options: Any) -> int:
    """Render a JSON result again, in any format.

    Exits as the run did.
    """
    from readiness.cli.session import Console, deliver_result, exit_code, read_text
    from readiness.report import read_result
    from readiness.secret import Redactor

    console = Console(quiet=options["quiet"], verbose=options["verbose"], no_color=options["no_color"])
    console.check_outputs(result, options["outputs"], None)
    read = read_result(read_text(result))
    deliver_result(read, Redactor(), console, options["outputs"])
    return exit_code(read)
