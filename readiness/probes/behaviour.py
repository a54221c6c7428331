"""Runs the integrator's application in the lab. Nothing is sent to the vendor: the emulator stands in for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.lab.process import inherited
from readiness.lab.runner import Told, Watcher, run_lab, work_for
from readiness.lab.scenarios import SCENARIOS
from readiness.lab.subjects import Subjects
from readiness.model import Because, Environment, Permission
from readiness.probe import PlannedRequest, Probe, ProbeContext, Progress
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
        subjects = Subjects()
        subjects.introduce(context.secrets.redactor)
        base = inherited(os.environ, context.secrets.redactor)
        work = work_for(context.config, subjects, base)
        return await run_lab(work, watcher=_Reporter(context.progress))


class _Reporter(Watcher):
    """Says which scenarios are under way."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._under_way: list[str] = []
        self._ended = 0

    def began(self, name: str) -> None:
        """A scenario begins."""
        self._under_way.append(name)
        self._say()

    def ended(self, name: str, told: Told) -> None:
        """A scenario has ended."""
        del told
        self._under_way.remove(name)
        self._ended += 1
        self._say()

    def _say(self) -> None:
        under_way = ", ".join(self._under_way) or "done"
        self._progress(f"{self._ended} of {len(SCENARIOS) + 1} scenarios over; now {under_way}")
