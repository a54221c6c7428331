"""Tokens that end, are refused, or cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from readiness.lab.bench import TOKEN_LIFE, Bench
from readiness.lab.scenario import Scenario

SHORT_LIFE = 2
"""Seconds: short enough to live through several."""
LONG_ENOUGH = 6.0
"""Seconds after which an action that still repeats itself is a loop."""
AFTERMATH = 0.6
"""Seconds after an action in which a loop that goes on in the background would show."""


class Expiry(Scenario):
    """Short lifetimes, on the application's own clock."""

    name: ClassVar[str] = "expiry"
    story: ClassVar[str] = f"Tokens live {SHORT_LIFE} s. The application works on through four lifetimes."
    expected: ClassVar[str] = "It gets a new token in time, or after a 401, and its callers see no error."
    settings: ClassVar[Mapping[str, Any]] = {"token_ttl": SHORT_LIFE}

    async def play(self, bench: Bench) -> None:
        """Act early in a lifetime, late in it, and after its end."""
        bench.facts["token_ttl"] = SHORT_LIFE
        await bench.healthy()
        for number, wait in enumerate((0.6, 0.8, 0.9, 1.1, SHORT_LIFE + 0.3, SHORT_LIFE + 0.3), start=1):
            await bench.pause(wait)
            await bench.act(f"work {number}", "read" if number % 2 and bench.has("read") else None)


class RejectedToken(Scenario):
    """The vendor's clock ends a token that the application believes in."""

    name: ClassVar[str] = "rejected-token"
    story: ClassVar[str] = "After a first action all tokens end at the vendor, long before the application expects it."
    expected: ClassVar[str] = "A 401 leads to one new token and one more try, and the caller sees no error."

    async def play(self, bench: Bench) -> None:
        """Prime, end the token, act."""
        await bench.healthy()
        bench.vendor.advance(TOKEN_LIFE + 1, "all tokens issued so far end")
        await bench.act("rejected")
        if bench.main != "read" and bench.has("read"):
            bench.vendor.advance(TOKEN_LIFE + 1, "all tokens issued so far end")
            await bench.act("rejected read", "read")


class Permanent401(Scenario):
    """Whatever token comes, the API refuses it."""

    name: ClassVar[str] = "permanent-401"
    story: ClassVar[str] = "The API answers 401 to every request, also to those with a new token."
    expected: ClassVar[str] = "It gives up after at most two tokens and two tries, and its caller gets a clean error."

    async def play(self, bench: Bench) -> None:
        """Prime, refuse everything, act, and see that it is over."""
        await bench.healthy()
        bench.vendor.fault("the API refuses every token", {"kind": "expired_token"}, host="api")
        await bench.act("refused", limit=LONG_ENOUGH)
        await bench.pause(AFTERMATH)


class TokenOutage(Scenario):
    """No token can be had for a while."""

    name: ClassVar[str] = "token-outage"
    story: ClassVar[str] = "All tokens end while the token endpoint answers 503; later it works again."
    expected: ClassVar[str] = "Few and spaced attempts, clean errors; afterwards it works again by itself."

    async def play(self, bench: Bench) -> None:
        """Prime, end the tokens, act in the outage, end it, act until it works."""
        await bench.healthy()
        bench.vendor.advance(TOKEN_LIFE + 1, "all tokens issued so far end")
        bench.vendor.fault("the token endpoint answers 503", {"kind": "status", "status": 503}, host="oauth")
        for number in (1, 2):
            await bench.act(f"outage {number}")
        await bench.pause(AFTERMATH)
        bench.facts["healed"] = round(bench.recorder.now(), 4)
        bench.vendor.heal()
        for number in range(1, 6):
            outcome = await bench.act(f"after {number}")
            if outcome.success:
                break
            await bench.pause(0.8)
