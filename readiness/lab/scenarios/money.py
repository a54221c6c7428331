"""Where money is at stake: answers that are lost, and cards that are declined."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import Bench
from readiness.lab.scenario import Need, Scenario
from readiness.lab.subjects import DECLINED


class LostAnswer(Scenario):
    """The customer is charged, and nobody hears of it."""

    name: ClassVar[str] = "lost-answer"
    needs: ClassVar[tuple[Need, ...]] = ("charge",)
    story: ClassVar[str] = "A payment takes effect, then the connection breaks before its answer."
    expected: ClassVar[str] = "If it is tried again, then with the same idempotency key: one charge."

    async def play(self, bench: Bench) -> None:
        """Break the connection after the first payment's effect."""
        await bench.healthy()
        reset = {"kind": "reset", "when": "after_commit"}
        bench.vendor.main_fault("one payment's answer is lost", reset, times=1)
        await bench.act("lost")
        await bench.pause(0.3)


class Declines(Scenario):
    """HTTP 200, and not paid."""

    name: ClassVar[str] = "declines"
    needs: ClassVar[tuple[Need, ...]] = ("charge",)
    story: ClassVar[str] = "Payments with declined cards, then one that address verification refuses. All are HTTP 200."
    expected: ClassVar[str] = "Each is reported as not paid."

    async def play(self, bench: Bench) -> None:
        """One payment for each card."""
        await bench.healthy()
        for name, number in DECLINED.items():
            await bench.act(f"declined: {name}", "charge", card=number)
        bench.vendor.settings("address verification refuses every card", avs_denies=True)
        await bench.act("declined: address verification", "charge")
