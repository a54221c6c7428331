"""Many callers at the moment at which a token ends."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import TOKEN_LIFE, Bench
from readiness.lab.scenario import Scenario
from readiness.lab.work import Unconcerned

BRIEF = 3
"""Seconds for which the application takes its token for fresh."""
HELD = 0.4
"""Seconds for which answers are held back, so that all callers are under way before the first gets one."""


class Herd(Scenario):
    """First the vendor's clock ends the token, then the application's."""

    name: ClassVar[str] = "herd"
    story: ClassVar[str] = "Many callers come at once when the token has ended: at the vendor, then by its lifetime."
    expected: ClassVar[str] = "One of them gets a new token, for all."

    async def play(self, bench: Bench) -> None:
        """Only for applications that keep a token: those that get one for each action share nothing."""
        if bench.habits is not None and bench.habits.mints_per_call:
            raise Unconcerned("tokens that are kept: it gets one for each action")
        callers = bench.work.settings.callers
        bench.facts["callers"] = callers
        await bench.healthy("prime 1")
        await bench.healthy("control 1")
        bench.vendor.settings("answers are held back", latency=HELD)
        bench.vendor.advance(TOKEN_LIFE + 1, "all tokens issued so far end")
        await bench.act_together("rejected", callers)
        await self._own_clock(bench, callers)

    async def _own_clock(self, bench: Bench, callers: int) -> None:
        """Tokens that live as long as the declared margin and a little more: fresh for a moment only."""
        margin = bench.work.declared.refresh_margin or 0.0
        life = int(margin) + BRIEF
        bench.facts["token_ttl"] = life
        bench.vendor.settings(f"new tokens live {life} s", latency=0.0, token_ttl=life)
        bench.vendor.advance(TOKEN_LIFE + 1, "all tokens issued so far end")
        prime = await bench.act("prime 2")
        await bench.act("control 2")
        if not prime.success:
            return
        await bench.pause(prime.ended + BRIEF + 0.4 - bench.recorder.now())
        bench.vendor.settings("answers are held back", latency=HELD)
        await bench.act_together("due", callers)
