"""Runs the integrator's application in the lab. Nothing is sent to the vendor: the emulator stands in for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.model import Because, Environment, Permission
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.traces import BehaviourTrace


class BehaviourProbe(Probe):
    """All scenarios, side by side as the config allows."""

    evidence: ClassVar[type[Evidence]] = BehaviourTrace
    per_environment: ClassVar[bool] = False
    unhurried: ClassVar[bool] = True
    permissions: ClassVar[tuple[Permission, ...]] = (Permission.RUN_APPLICATION,)

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """No request to the vendor: the application talks to an emulator on this machine."""
        del environment
        if config.application is None:
            detail = "no `application` is declared: say how the lab starts it and makes it take a payment"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
        return []

    async def gather(self, context: ProbeContext) -> BehaviourTrace:
        """Run the lab. Whatever it started has ended when this returns, also when it is cancelled."""
        from readiness.lab.audited import run_for  # noqa: PLC0415 - brings the emulator, which few commands need

        return await run_for(context)
