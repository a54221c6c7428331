"""The application's key is deleted while it works."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import Bench
from readiness.lab.scenario import Scenario

IDLE = 1.2
"""Seconds without any action: what is sent then is a loop of the application's own."""
TRIES = 5
"""Actions after the new key was given, until one succeeds."""
INTERRUPTED = "58.13"
"""Dollars of the payment that the deletion interrupts."""
DEFAULT_ALARM = 10.0
"""Seconds within which an alarm must be raised where the config does not say."""


class DeletedKey(Scenario):
    """Deletion, a while of failing, then a new key."""

    name: ClassVar[str] = "deleted-key"
    story: ClassVar[str] = "The application's key and its tokens die while it works; then it is given a new key."
    expected: ClassVar[str] = (
        "Few calls, no crash, clear errors, an alarm. With the new key it works again; no payment is lost or doubled."
    )

    async def play(self, bench: Bench) -> None:
        """Prime, delete, fail, be alarmed, get a new key, work."""
        await bench.healthy()
        before = await self._alarms(bench)
        bench.vendor.delete_key(bench.values["client_id"])
        deleted = bench.recorder.now()
        bench.facts["deleted"] = round(deleted, 4)
        charge = bench.main == "charge"
        await bench.act("interrupted", amount=INTERRUPTED if charge else "")
        await bench.act("without key")
        bench.facts["idle_from"] = round(bench.recorder.now(), 4)
        await bench.pause(IDLE)
        bench.facts["idle_to"] = round(bench.recorder.now(), 4)
        bench.facts["alive"] = bench.alive()
        await self._await_alarm(bench, before, deleted)
        if bench.has("rekey"):
            await self._new_key(bench)

    async def _alarms(self, bench: Bench) -> str | None:
        alarm = bench.work.settings.alarm
        return None if alarm is None else await bench.read_text(alarm.http)

    async def _await_alarm(self, bench: Bench, before: str | None, deleted: float) -> None:
        """Where an alarm endpoint is declared: when its answer changed, and whether that holds the secret."""
        alarm = bench.work.settings.alarm
        limit = alarm.within.total_seconds() if alarm else DEFAULT_ALARM
        bench.facts["alarm_within"] = limit
        if alarm is None:
            return
        while True:
            now = await self._alarms(bench)
            if now is not None and now != before:
                bench.facts["alarm_after"] = round(bench.recorder.now() - deleted, 3)
                bench.facts["alarm_holds"] = list(bench.names(now.encode()))
                return
            if bench.recorder.now() - deleted > limit:
                bench.facts["alarm_after"] = None
                return
            await bench.pause(0.1)

    async def _new_key(self, bench: Bench) -> None:
        key = bench.work.subjects.next_key
        bench.vendor.make_key(key)
        bench.use_key(key)
        bench.recorder.arranged("the application is given a new key")
        bench.facts["rekeyed"] = round(bench.recorder.now(), 4)
        await bench.rekey("rekey")
        charge = bench.main == "charge"
        for number in range(1, TRIES + 1):
            outcome = await bench.act(f"with new key {number}", amount=INTERRUPTED if charge else "")
            if outcome.success:
                break
            await bench.pause(0.5)
        await bench.pause(0.5)
