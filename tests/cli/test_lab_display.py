"""What `readiness lab` shows while scenarios run."""

from __future__ import annotations

import io

from rich.console import Console

from readiness.cli.lab_session import Shown
from readiness.evidence import Missing
from readiness.lab.scenarios import BASELINE
from readiness.model import Because

FAILED = Missing(because=Because.CRASHED, detail="it did not start")
ENDED = f"{BASELINE.name:18} not shown: it did not start\n"


def shown(*, terminal: bool) -> tuple[str, str]:
    """What stands there while the healthy run is under way, and after it."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, no_color=True, width=200)
    with Shown(console) as watcher:
        watcher.began(BASELINE.name)
        during = "".join(segment.text for segment in console.render(watcher.under_way()))
        watcher.ended(BASELINE.name, FAILED)
    return during, file.getvalue()


def test_a_terminal_shows_what_is_under_way_and_then_what_came_out() -> None:
    during, after = shown(terminal=True)
    assert BASELINE.name in during
    assert BASELINE.story in during
    assert after.count("not shown: it did not start") == 1


def test_elsewhere_only_what_came_out_is_written() -> None:
    assert shown(terminal=False)[1] == ENDED
