"""Every application of tests/apps in the lab, as it is and with each of its faults: who is blamed for what."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from readiness.config.loader import load_config
from readiness.config.model import Config
from readiness.evidence import Evidence, EvidenceView, Missing
from readiness.lab.process import inherited
from readiness.lab.runner import run_lab, work_for
from readiness.lab.subjects import Subjects
from readiness.model import Environment, Severity, Status, Verdict
from readiness.registry import load_builtin
from readiness.searched import Logs
from readiness.secret import Redactor
from readiness.traces import BehaviourTrace
from tests.apps.driver import APPS

AS_IT_IS = ""
"""The name of no fault."""
INTERCEPTED = "only-expected-hosts"
"""The check that needs the intercepting proxy: `lab-intercept.yaml`."""
SIDE_BY_SIDE = 2
"""Labs at a time."""
PARALLEL = 5
"""Scenarios of one lab at a time: they wait for most of their time."""
NO_LOGS = Logs(files=0, bytes=0, searched=(), not_searched=(), secrets=(), gaps=())
"""What `logs: []` leads to."""
SOURCES = {".py", ".js", ".sh"}


@dataclass(frozen=True)
class Trial:
    """One application with one fault, or with none."""

    app: str
    fault: str = AS_IT_IS
    intercepted: bool = False

    def __str__(self) -> str:
        behind = ", behind the proxy" if self.intercepted else ""
        return f"{self.app}: {self.fault or 'as it is'}{behind}"

    @property
    def slug(self) -> str:
        """The check that its fault is named after."""
        return re.sub(r"-\d$", "", self.fault)


Verdicts = Mapping[str, Verdict]
"""By the slug of the check."""


def severities() -> dict[str, Severity]:
    """The checks that look at what the application does, by their slugs."""
    return {
        name.partition("/")[2]: check.severity
        for name, check in load_builtin().checks.items()
        if BehaviourTrace in (*check.needs, *check.optional)
    }


def faults(app: str, slugs: Iterable[str]) -> list[str]:
    """The faults that an application can be given: what its sources name after a check."""
    text = "\n".join(path.read_text() for path in sorted((APPS / app).iterdir()) if path.suffix in SOURCES)
    named = re.findall(r"(?:[\"']|\bmutant )([a-z0-9]+(?:-[a-z0-9]+)+)(?![a-z0-9-])", text)
    return sorted({name for name in named if re.sub(r"-\d$", "", name) in set(slugs)})


def trials(apps: Sequence[str]) -> list[Trial]:
    """Every trial of these applications; those as they are come first."""
    slugs = severities()
    good = [Trial(app) for app in apps]
    good += [Trial(app, intercepted=True) for app in apps if (APPS / app / "lab-intercept.yaml").exists()]
    return good + [Trial(app, fault, fault == INTERCEPTED) for app in apps for fault in faults(app, slugs)]


def run_trial(trial: Trial) -> dict[str, Verdict]:
    """Run the lab and judge."""
    gathered: dict[type[Evidence], dict[Environment | None, Evidence | Missing]] = {
        BehaviourTrace: {None: asyncio.run(_lab(trial))},
        Logs: {None: NO_LOGS},
    }
    verdicts = {}
    for name, check in load_builtin().checks.items():
        if BehaviourTrace in (*check.needs, *check.optional):
            items = {kind: gathered.get(kind, {}) for kind in (*check.needs, *check.optional)}
            verdicts[name.partition("/")[2]] = check.judge(EvidenceView(None, datetime.now(UTC), items))
    return verdicts


async def _lab(trial: Trial) -> BehaviourTrace:
    config = _config(trial)
    # What leads elsewhere is none of the application's business, and `python` is the one that runs this.
    ours = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    ours["PATH"] = f"{Path(sys.executable).parent}:{ours['PATH']}"
    return await run_lab(work_for(config, Subjects(), inherited(ours, Redactor())))


def _config(trial: Trial) -> Config:
    name = "lab-intercept.yaml" if trial.intercepted else "lab.yaml"
    config = load_config(APPS / trial.app / name)
    assert config.application is not None
    role = "start" if config.application.start else "run"
    process = config.application.process
    faulty = process.model_copy(update={"env": {**process.env, "MUTANT": trial.fault}})
    application = config.application.model_copy(update={role: faulty, "parallel": PARALLEL})
    return config.model_copy(update={"application": application})


def run_all(
    wanted: Sequence[Trial], told: Callable[[Trial, Verdicts], None] = lambda *_: None
) -> dict[Trial, Verdicts]:
    """Run trials, a few at a time; `told` hears of each as it ends."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=context) as pool:
        running = {pool.submit(run_trial, trial): trial for trial in wanted}
        found = {}
        for future in as_completed(running):
            found[running[future]] = future.result()
            told(running[future], found[running[future]])
    return {trial: found[trial] for trial in wanted}


def failed(verdicts: Verdicts) -> list[str]:
    """The checks that blame somebody."""
    return [slug for slug, verdict in verdicts.items() if verdict.status is Status.FAILED]
