"""`readiness judge`: the same evidence, judged again."""

from __future__ import annotations

from typing import Any

import click

from readiness.cli.options import color_option, hushed, output_option, quiet_option, verbose_option


@click.command("judge")
@click.argument("evidence", type=click.Path(dir_okay=False))
@click.option("--plugin", "plugins", multiple=True, metavar="FOLDER", help="A folder of checks, as in the config.")
@output_option
@color_option
@quiet_option
@verbose_option
def command(evidence: str, plugins: tuple[str, ...], **options: Any) -> int:
    """Judge saved evidence again, offline, without any secret."""
    from pathlib import Path

    from readiness.audit import Audit
    from readiness.cli.session import Console, deliver, exit_code, read_evidence_file
    from readiness.judge import judge
    from readiness.registry import load
    from readiness.secret import Redactor

    console = Console(quiet=options["quiet"], verbose=options["verbose"], no_color=options["no_color"])
    console.check_outputs(evidence, options["outputs"], None)
    saved = read_evidence_file(evidence)
    with hushed():
        audit = Audit(saved, judge(saved, load(Path(plugin) for plugin in plugins)), Redactor())
    deliver(audit, console, options["outputs"], None)
    return exit_code(audit.result)
