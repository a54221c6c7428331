from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from readiness.model import Environment, Status
from readiness.report.progress import Progress
from readiness.report.terminal import print_summary
from readiness.result import AuditResult
from tests.report.rows import HOSTILE, MAJOR, row
from tests.report.sample import audit, ready, sample

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def printed(result: AuditResult, *, width: int = 100, quiet: bool = False, written: tuple[Path, ...] = ()) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_summary(result, console, quiet=quiet, written=written)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


class Ticking:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_quiet_leaves_the_verdict_alone() -> None:
    assert printed(sample(), quiet=True) == "NOT READY: Acme Checkout\n"


def test_lines_obey_the_width_and_have_no_trailing_blanks() -> None:
    lines = printed(sample(), width=60).splitlines()

    assert max(map(len, lines)) <= 60
    assert not [line for line in lines if line != line.rstrip()]


def test_no_word_is_broken() -> None:
    path = "a-very-long-folder-name/" * 5 + "main.py"
    text = printed(
        audit(row("a/b", Status.FAILED, MAJOR, summary=f"It stands in {path}:1:10, which is shipped.")), width=40
    )
    assert f"    {path}:1:10,\n" in text


def test_foreign_text_is_neither_markup_nor_control() -> None:
    text = printed(audit(row("a/b", Status.FAILED, MAJOR, summary="[red]x[/red] [/] " + HOSTILE)), width=300)

    assert "[red]x[/red] [/]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "⟨U+001B⟩[31m" in text


def test_a_fix_for_both_environments_is_printed_once() -> None:
    rows = [row("a/b", Status.FAILED, MAJOR, environment) for environment in Environment]

    assert printed(audit(*rows)).count("Fix: Do what the guide says.") == 1
    assert printed(audit(*rows)).count("Fix: as above.") == 1


def test_files_are_named_unbroken() -> None:
    path = Path("a-very-long-folder-name" * 5) / "report.html"

    assert f"Written: {path}\n" in printed(ready(), width=40, written=(path,))


def test_what_the_user_must_add_is_the_last_word() -> None:
    assert "permissions: [wait-for-expiry]\nor to the command: --allow wait-for-expiry\n" in printed(sample())
    assert "permissions:" not in printed(ready())


def test_colours_only_where_the_console_has_them() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard", no_color=True)
    print_summary(sample(), console)

    assert isinstance(console.file, io.StringIO)
    assert "\x1b[31m" not in console.file.getvalue()


def test_plain_progress_is_dated_lines() -> None:
    console, clock = Console(file=io.StringIO(), width=40, color_system=None), Ticking()
    with Progress(console, clock=clock, today=lambda: NOON) as progress:
        progress.start("token-use sandbox")
        progress.update("token-use sandbox", "minting a token \x1b[2J and then some more words than fit a line")
        progress.update("token-use sandbox", "minting a token \x1b[2J and then some more words than fit a line")
        clock.now += 2.5
        progress.finish("token-use sandbox")

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == (
        "2026-11-24T12:00:00Z token-use sandbox: started\n"
        "2026-11-24T12:00:00Z token-use sandbox: minting a token ⟨U+001B⟩[2J and then some more words than fit a line\n"
        "2026-11-24T12:00:00Z token-use sandbox: done, took 2.5 s\n"
    )


def test_a_count_that_goes_on_is_told_now_and_then() -> None:
    console, clock = Console(file=io.StringIO(), width=100, color_system=None), Ticking()
    with Progress(console, clock=clock, today=lambda: NOON) as progress:
        progress.start("source-tree")
        for second in range(1, 25):
            clock.now += 1
            progress.update("source-tree", f"{second * 500:,} files, {second}.5 MB searched")
        progress.update("source-tree", "writing it down")

    assert isinstance(console.file, io.StringIO)
    assert [line.partition(": ")[2] for line in console.file.getvalue().splitlines()] == [
        "started",
        "500 files, 1.5 MB searched",
        "5,500 files, 11.5 MB searched",
        "10,500 files, 21.5 MB searched",
        "writing it down",
    ]


def test_quiet_progress_says_nothing() -> None:
    console = Console(file=io.StringIO(), force_terminal=True)
    with Progress(console, quiet=True) as progress:
        progress.start("a")
        progress.update("a", "b", remaining=3)
        progress.finish("a")

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


def test_live_progress_shows_elapsed_and_remaining_and_leaves_nothing() -> None:
    console, clock = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None), Ticking()
    with Progress(console, clock=clock, today=lambda: NOON) as progress:
        progress.start("key-drill")
        progress.update("key-drill", "watching", remaining=65)
        clock.now += 5
        console.print(progress.table())
        progress.finish("key-drill")

    assert isinstance(console.file, io.StringIO)
    assert "key-drill  5 s  1 min left  watching" in console.file.getvalue()
    assert "took" not in console.file.getvalue()
