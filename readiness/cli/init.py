"""`readiness init`: a first config."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("readiness.yaml"), show_default=True,
    help="Where to write it; `-` is standard output.",
)  # fmt: skip
def command(output: Path) -> int:
    """Write a commented starter config, made from what this folder shows."""
    import sys

    from readiness.errors import UsageError
    from readiness.output import Sink
    from readiness.report.starter import render_starter
    from readiness.secret import Redactor
    from readiness.starter import discover

    to_stdout = str(output) == "-"
    if not to_stdout and output.exists():
        raise UsageError(f"{output} exists already.", "Name another file with --output, or remove it first.")
    answers = {"name": Path.cwd().name, "kind": "merchant", "contact": "payments@shop.example"}
    if sys.stdin.isatty() and sys.stderr.isatty():
        answers["name"] = click.prompt("Name of the integration", default=answers["name"], err=True)
        kinds = click.Choice(("merchant", "partner"))
        answers["kind"] = click.prompt("Its kind", type=kinds, default=answers["kind"], err=True)
        answers["contact"] = click.prompt("Who answers for it", default=answers["contact"], err=True)
    found = discover(Path.cwd())
    text = render_starter(found, answers)
    if to_stdout:
        Sink(Redactor()).write_stdout(text)
        return 0
    Sink(Redactor()).write_file(output, text)
    click.echo(f"Wrote {output}. Look through it, then: readiness plan {output}")
    for name in found.variables:
        click.echo(f"  found the variable {name}")
    return 0
