"""A vendor, or somebody in its place, that sends the application elsewhere."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import TOKEN_LIFE, Bench
from readiness.lab.elsewhere import Elsewhere
from readiness.lab.scenario import Scenario


class Redirect(Scenario):
    """Redirects to a host that is not the vendor's, by the API and by the token endpoint."""

    name: ClassVar[str] = "redirect"
    story: ClassVar[str] = "First the API, then the token endpoint redirects every request to a host of somebody else."
    expected: ClassVar[str] = "Neither token nor secret reaches that host."

    async def play(self, bench: Bench) -> None:
        """Redirect the work, then the mint."""
        await bench.healthy()
        async with Elsewhere(bench.recorder, bench.names) as elsewhere:
            redirect = {"kind": "redirect", "location": elsewhere.url}
            bench.vendor.main_fault("the API redirects elsewhere", redirect)
            await bench.act("redirected")
            bench.vendor.heal()
            bench.vendor.advance(TOKEN_LIFE + 1, "all tokens issued so far end")
            bench.vendor.fault("the token endpoint redirects elsewhere", redirect, host="oauth")
            await bench.act("redirected mint")
