"""What `readiness lab` shows while scenarios run."""

from __future__ import annotations

import io

from rich.console import Console

from readiness.cli.lab_session import Shown
from readiness.evidence import Missing
from readiness.lab.scenarios import BASELINE, SCENARIOS
from readiness.model import Because

OTHER = SCENARIOS[0]
FAILED = Missing(because=Because.CRASHED, detail="it did not start")
ENDED = f"{BASELINE.name:18} not shown: it did not start\n"


def shown(*, terminal: bool) -> str:
    """What is written when one of two scenarios ends, and the other goes on."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, no_color=True, width=400)
    with Shown(console) as watcher:
        watcher.began(BASELINE.name)
        watcher.began(OTHER.name)
        watcher.ended(BASELINE.name, FAILED)
        return file.getvalue()


def test_a_terminal_shows_what_came_out_and_below_it_what_is_under_way() -> None:
    ended, below = shown(terminal=True).split("not shown: it did not start")
    assert BASELINE.name in ended
    assert OTHER.name in below
    assert OTHER.story in below


def test_elsewhere_only_what_came_out_is_written() -> None:
    assert shown(terminal=False) == ENDED
