"""`readiness explain`: one check's documentation."""

from __future__ import annotations

import click

from readiness.cli.options import hushed


@click.command("explain")
@click.argument("check_id", metavar="CHECK")
@click.option("--plugin", "plugins", multiple=True, metavar="FOLDER", help="A folder of checks, as in the config.")
def command(check_id: str, plugins: tuple[str, ...]) -> int:
    """Show one check's full documentation."""
    import textwrap
    from pathlib import Path

    from readiness.registry import load

    with hushed():
        check = load(Path(plugin) for plugin in plugins).check(check_id)
    scope = "once for each environment" if check.per_environment else "once for the run"
    click.echo(f"{check.id}\n\n  passes: {check.title}\n  fails:  {check.failing_title}")
    click.echo(f"  {check.severity}, {check.kind}, judged {scope}\n")
    # Ids and commands have hyphens, and are copied from here.
    wrapper = textwrap.TextWrapper(96, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    for heading, text in check.sections.items():
        click.echo(heading)
        click.echo(wrapper.fill(text) + "\n")
    if check.requirements:
        click.echo("Requirements")
        for requirement in check.requirements:
            click.echo(f"  {requirement}")
    return 0
