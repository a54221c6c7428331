"""The healthy run, by which all others are measured."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import Bench
from readiness.lab.scenario import Scenario

WARM_UP = 1
"""Actions after which an application has got what it keeps: a token, the account's configuration."""


class Baseline(Scenario):
    """Nothing is wrong."""

    name: ClassVar[str] = "baseline"
    story: ClassVar[str] = "Nothing is wrong: the application does its work a few times, one after the other."
    expected: ClassVar[str] = "Every action succeeds."

    async def play(self, bench: Bench) -> None:
        """Three times the main action, then a read; and a payment that differs from the third by its order alone."""
        settings = bench.work.settings
        bench.facts["amount_declared"] = any(map(settings.uses, ("amount", "dollars", "cents")))
        for number in range(1, 4):
            await bench.healthy(f"healthy {number}")
        if bench.main != "read" and bench.has("read"):
            await bench.healthy("healthy read", "read")
        if bench.main == "charge" and settings.uses("reference"):
            last = next(each for each in bench.recorder.outcomes if each.step == "healthy 3")
            await bench.act("twin", amount=f"{last.amount:.2f}")
