"""What other users of the machine can see."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import Bench
from readiness.lab.command_lines import watching
from readiness.lab.scenario import Scenario

SLOW = 0.3
"""Seconds that every answer takes, so that short-lived helpers live long enough to be seen."""


class CommandLines(Scenario):
    """Command lines, while answers are slow."""

    name: ClassVar[str] = "command-lines"
    story: ClassVar[str] = "Answers are slow, and the command lines of all the application's processes are looked at."
    expected: ClassVar[str] = "No secret and no token stands in one."

    async def play(self, bench: Bench) -> None:
        """Work while somebody looks."""
        bench.vendor.settings("answers are slow", latency=SLOW)
        with watching(bench.launcher.processes, bench.recorder.now) as seen:
            bench.command_lines = seen
            await bench.healthy("work 1")
            if bench.main != "read" and bench.has("read"):
                await bench.act("work 2", "read")
