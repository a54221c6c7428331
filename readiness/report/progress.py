"""What the run is doing, while it does it: a live line for each probe on a terminal, plain dated lines elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from readiness.report.text import one_line
from readiness.report.words import seconds

_COUNT_EVERY = 10.0
"""Seconds between two plain lines in which only numbers differ: a log is read afterwards, and should stay short."""
_NUMBER = re.compile(r"[\d.,]+")

Clock = Callable[[], float]


@dataclass
class _Line:
    """One probe's state. `ends_at` is on the progress clock, where the probe knows when it will be done."""

    started: float
    told: float
    """When its last plain line was written."""
    text: str = ""
    ends_at: float | None = None


class Progress:
    """Shows probes as they start, report and finish; a context manager, usable from one thread.

    `quiet` shows nothing. `clock` counts seconds; `today` gives the date of plain lines.
    """

    def __init__(
        self,
        console: Console,
        *,
        quiet: bool = False,
        clock: Clock = time.monotonic,
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._console = console
        self._quiet = quiet
        self._clock = clock
        self._today = today
        self._lines: dict[str, _Line] = {}
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            # Transient: the summary that follows says what came out.
            self._live = Live(get_renderable=self.table, console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def start(self, name: str) -> None:
        """A probe begins."""
        now = self._clock()
        self._lines[name] = _Line(started=now, told=now)
        self._say(name, "started")

    def update(self, name: str, text: str, *, remaining: float | None = None) -> None:
        """What a probe does now; `remaining` seconds, where it knows."""
        line, now = self._lines[name], self._clock()
        counting = _NUMBER.sub("", text) == _NUMBER.sub("", line.text)
        changed = text != line.text
        line.text = text
        line.ends_at = None if remaining is None else now + remaining
        if changed and (self._live or not counting or now - line.told >= _COUNT_EVERY):
            line.told = now
            self._say(name, text)

    def finish(self, name: str, outcome: str = "done") -> None:
        """A probe has ended."""
        line = self._lines.pop(name)
        self._say(name, f"{outcome}, took {seconds(self._clock() - line.started)}")

    def _say(self, name: str, text: str) -> None:
        if self._live is not None:
            self._live.refresh()  # so that what is printed next does not stand above a line that is out of date
        elif not self._quiet:
            stamp = self._today().strftime("%Y-%m-%dT%H:%M:%SZ")
            self._console.print(Text(f"{stamp} {one_line(name)}: {one_line(text)}"), soft_wrap=True)

    def table(self) -> Table:
        """One line for each probe at work: name, elapsed, remaining, what it does."""
        table = Table.grid(padding=(0, 2))
        now = self._clock()
        for name, line in list(self._lines.items()):
            left = "" if line.ends_at is None else f"{seconds(max(line.ends_at - now, 0))} left"
            table.add_row(
                Text(one_line(name), "bold"),
                Text(seconds(now - line.started), "cyan"),
                Text(left, "dim"),
                Text(one_line(line.text), overflow="ellipsis", no_wrap=True),
            )
        return table
