"""Options that several commands share."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

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
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Only the verdict, errors, and what -o asks for.")
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
    """What foreign code prints goes nowhere: it has passed no gate, and standard output is for reports.

    That holds for programs which it starts, too: they know descriptors only.
    """
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        _pointed_at(nowhere, sys.__stdout__),
        _pointed_at(nowhere, sys.__stderr__),
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


@contextlib.contextmanager
def _pointed_at(target: TextIO, stream: TextIO | None) -> Iterator[None]:
    """The descriptor of a standard stream leads elsewhere for a while, if the process has that stream."""
    if stream is None:
        yield
        return
    stream.flush()
    descriptor = stream.fileno()
    kept = os.dup(descriptor)
    os.dup2(target.fileno(), descriptor)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            stream.flush()
        os.dup2(kept, descriptor)
        os.close(kept)


@contextlib.contextmanager
def apart(stream: TextIO) -> Iterator[TextIO]:
    """The same stream on a descriptor of its own, which `hushed` leaves alone."""
    try:
        descriptor = os.dup(stream.fileno())
    except (AttributeError, OSError):  # there is none, or it is no file
        yield stream
        return
    with open(descriptor, "w", encoding=stream.encoding, errors=stream.errors, buffering=1) as own:  # noqa: PTH123 - by descriptor
        yield own
