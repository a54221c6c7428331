"""Options that several commands share."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

SEVERITIES = ("blocker", "major", "minor", "info")
PERMISSIONS = ("sandbox-writes", "production-secret-to-sandbox", "wait-for-expiry", "run-application")
FORMATS = ("html", "md", "json", "junit")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Output(click.ParamType):  # type: ignore[type-arg] # generic for mypy only
    """`FORMAT=PATH`; `-` is standard output."""

    name = "FORMAT=PATH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split, and refuse formats that do not exist."""
        if isinstance(value, tuple):
            return value
        kind, _, path = str(value).partition("=")
        if kind not in FORMATS:
            self.fail(f"`{kind}` is not a format; choose from {', '.join(FORMATS)}", param, ctx)
        if not path:
            self.fail(f"say where to write it: {kind}=PATH, or {kind}=- for standard output", param, ctx)
        return kind, path


config_argument = click.argument("config", type=click.Path(dir_okay=False))
output_option = click.option(
    "-o", "--output", "outputs", type=Output(), multiple=True,
    help=f"Write a report: {', '.join(FORMATS)}; `-` is standard output. Repeatable.",
)  # fmt: skip
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Only errors, and what -o asks for.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Passed checks and details too.")
color_option = click.option("--no-color", is_flag=True, help="No colours (NO_COLOR is respected too).")


def selection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--only, --skip, --environment, --allow."""
    for decorate in (
        click.option(
            "--allow", type=click.Choice(PERMISSIONS), multiple=True, help="Give a permission. Repeatable."
        ),
        click.option(
            "--environment", "environments", type=click.Choice(("sandbox", "production")), multiple=True,
            help="Ask this environment only.",
        ),
        click.option("--skip", multiple=True, metavar="GLOB", help="Leave these checks or areas out. Repeatable."),
        click.option("--only", multiple=True, metavar="GLOB", help="Only these checks or areas. Repeatable."),
    ):  # fmt: skip
        function = decorate(function)
    return function


def state_dir() -> Path:
    """Where drills keep their journal (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home and Path(home).is_absolute() else Path.home() / ".local" / "state") / "readiness"


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """What foreign code prints goes nowhere: it has passed no gate, and standard output is for reports."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
