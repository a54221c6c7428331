"""`readiness lab`: only the behaviour scenarios, for debugging an application."""

from __future__ import annotations

from typing import Any

import click

from readiness.cli.options import color_option, config_argument


@click.command("lab")
@config_argument
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="Only this scenario. Repeatable.")
@click.option("--trace", is_flag=True, help="Show the time line of every scenario that was run.")
@click.option("--keep", is_flag=True, help="After the healthy run leave everything running until Ctrl-C.")
@click.option("--record", metavar="DIR", type=click.Path(file_okay=False), help="Keep traces and output there.")
@click.option("--allow", type=click.Choice(("run-application",)), multiple=True, help="Give the permission.")
@color_option
def command(config: str, scenarios: tuple[str, ...], **options: Any) -> int:
    """Run the application against a faulty Aurora, and show what it does.

    Exit codes: 0 every scenario was played, 2 usage or config wrong, 3 the healthy run failed or a scenario shows
    nothing, 130 interrupted. What it means is judged by `readiness run`.
    """
    from pathlib import Path

    from readiness.cli.lab_session import LabOptions, run_session
    from readiness.config.loader import load_config
    from readiness.errors import UsageError
    from readiness.model import Permission

    loaded = load_config(config)
    if loaded.application is None:
        raise UsageError(f"{config} has no `application`.", "Say there how it is started and made to take a payment.")
    if Permission.RUN_APPLICATION not in loaded.permissions and not options["allow"]:
        raise UsageError(
            "The lab runs programs that the config names, which needs the permission `run-application`.",
            "Add it to `permissions`, or pass --allow run-application.",
        )
    record = options["record"]
    wanted = LabOptions(
        scenarios=scenarios,
        trace=options["trace"],
        keep=options["keep"],
        record=None if record is None else Path(record),
        no_color=options["no_color"],
    )
    return run_session(loaded, wanted)
