"""The lab as a part of a run: its work from the run's config, its progress among that of the other probes."""

from __future__ import annotations

import os

from readiness.lab.process import inherited
from readiness.lab.runner import Told, Watcher, run_lab, work_for
from readiness.lab.scenarios import SCENARIOS
from readiness.lab.subjects import Subjects
from readiness.probe import ProbeContext, Progress
from readiness.traces import BehaviourTrace


async def run_for(context: ProbeContext) -> BehaviourTrace:
    """Run every scenario. Whatever was started has ended when this returns, also when it is cancelled."""
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
