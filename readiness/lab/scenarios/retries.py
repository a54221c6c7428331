"""A vendor that is down, that throttles, or that does not answer."""

from __future__ import annotations

from typing import ClassVar

from readiness.lab.bench import Bench
from readiness.lab.scenario import Scenario
from readiness.lab.work import Unfit
from readiness.model import Because

CALLERS = 3
"""Payments side by side, so that spacing is judged by more than one."""
RETRY_AFTER = 2
LONGEST_TIMEOUT = 60.0
"""Seconds: a declared timeout beyond that is not waited for."""
OVER = 1.2
"""Times the declared timeout: what is still within it."""
GRACE = 1.5
"""Seconds for which the lab waits on, so that a late end is seen as late and not as never."""


class Unavailable(Scenario):
    """503 for ever."""

    name: ClassVar[str] = "unavailable"
    story: ClassVar[str] = "The API answers 503 to every payment."
    expected: ClassVar[str] = (
        "Attempts are as many as declared, at growing distances, and the caller gets a clean error."
    )

    async def play(self, bench: Bench) -> None:
        """Payments are told apart by their amounts, so several go side by side; reads go one after the other."""
        await bench.healthy()
        bench.vendor.main_fault("the API answers 503", {"kind": "status", "status": 503})
        if bench.main == "charge":
            await bench.act_together("unavailable", CALLERS)
        else:
            await bench.act("unavailable")


class Throttled(Scenario):
    """429 with Retry-After."""

    name: ClassVar[str] = "throttled"
    story: ClassVar[str] = f"A request gets 429 with Retry-After: {RETRY_AFTER}."
    expected: ClassVar[str] = f"It is not tried again before {RETRY_AFTER} s are over."

    async def play(self, bench: Bench) -> None:
        """Throttle one request, then wait until its time is over, in case that a retry comes in the background."""
        bench.facts["retry_after"] = RETRY_AFTER
        await bench.healthy()
        throttle = {"kind": "throttle", "retry_after": RETRY_AFTER}
        bench.vendor.main_fault("one request is throttled", throttle, times=1)
        outcome = await bench.act("throttled")
        await bench.pause(outcome.started + RETRY_AFTER + 0.2 - bench.recorder.now())


class Hanging(Scenario):
    """No answer at all."""

    name: ClassVar[str] = "hanging"
    story: ClassVar[str] = "A request gets no answer, and its connection stays open."
    expected: ClassVar[str] = "It is given up within the declared timeout."
    limit: ClassVar[float] = LONGEST_TIMEOUT * OVER + 30

    async def play(self, bench: Bench) -> None:
        """Wait for the moment at which the application closes the connection."""
        timeout = bench.work.declared.timeout
        if timeout is None:
            raise Unfit(Because.NOT_CONFIGURED, "`http_policy.timeout` is not declared: there is nothing to measure by")
        if timeout > LONGEST_TIMEOUT:
            detail = (
                f"the declared timeout of {timeout:g} s is longer than the {LONGEST_TIMEOUT:g} s that the lab waits"
            )
            raise Unfit(Because.TIMED_OUT, detail)
        bench.facts["timeout"] = timeout
        await bench.healthy()
        bench.vendor.main_fault("one request gets no answer", {"kind": "hang"}, times=1)
        patience = timeout * OVER + GRACE
        acting = bench.act("hanging", limit=patience + 10)

        def given_up() -> bool:
            return any(entry.fault == "hang" and entry.ended_at is not None for entry in bench.entries())

        await bench.alongside(acting, given_up, patience)
