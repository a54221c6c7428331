"""Runs scenarios: the baseline first, the others side by side, each on a bench of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from readiness.config.application import Application
from readiness.config.model import Config
from readiness.emulator import Settings
from readiness.errors import UsageError
from readiness.evidence import Missing
from readiness.lab.bench_setup import bench_for
from readiness.lab.contacts import Contacts
from readiness.lab.process import LabError
from readiness.lab.scenario import Scenario
from readiness.lab.scenarios import BASELINE, SCENARIOS
from readiness.lab.scenarios.baseline import WARM_UP
from readiness.lab.subjects import Subjects
from readiness.lab.work import Unconcerned, Unfit, Work, main_action
from readiness.model import Because
from readiness.traces import Absent, BehaviourTrace, Declared, Habits, ScenarioTrace

Told = ScenarioTrace | Missing | Absent


class Watcher(Protocol):
    """Who is told how scenarios go."""

    def began(self, name: str) -> None:
        """A scenario begins."""

    def ended(self, name: str, told: Told) -> None:
        """A scenario has ended."""


class Silent:
    """Tells nobody."""

    def began(self, name: str) -> None:
        """Nothing."""

    def ended(self, name: str, told: Told) -> None:
        """Nothing."""


def declared_by(config: Config) -> Declared:
    """What the config declares of the application's HTTP client."""
    policy = config.http_policy
    has_no = config.application.has_no if config.application else ()
    if policy is None:
        return Declared(has_no=has_no)
    return Declared(
        timeout=None if policy.timeout is None else policy.timeout.total_seconds(),
        retries=policy.retries,
        backoff=policy.backoff,
        refresh_margin=None if policy.refresh_margin is None else policy.refresh_margin.total_seconds(),
        has_no=has_no,
    )


def work_for(config: Config, subjects: Subjects, base_env: Mapping[str, str]) -> Work:
    """What the scenarios of a config share. `base_env` is what the application inherits."""
    assert config.application is not None
    began = time.monotonic()

    def clock() -> float:
        return time.monotonic() - began

    return Work(
        settings=config.application,
        folder=Path(config.path).resolve().parent,
        base_env=base_env,
        subjects=subjects,
        declared=declared_by(config),
        clock=clock,
        contacts=Contacts(clock),
    )


def named(names: Sequence[str]) -> tuple[Scenario, ...]:
    """Scenarios by their names; all for none. The baseline is not among them. Raises UsageError."""
    known = {scenario.name: scenario for scenario in SCENARIOS}
    wrong = [name for name in names if name not in known and name != BASELINE.name]
    if wrong:
        raise UsageError(f"There is no scenario `{wrong[0]}`.", f"There are: {', '.join([BASELINE.name, *known])}.")
    return tuple(known[name] for name in names if name in known) if names else SCENARIOS


async def run_lab(
    work: Work, scenarios: Sequence[Scenario] = SCENARIOS, watcher: Watcher | None = None
) -> BehaviourTrace:
    """The baseline, then these scenarios. Where the baseline fails the others are not run: nothing could be told."""
    watcher = watcher or Silent()
    traces: dict[str, Told] = {BASELINE.name: await _told(BASELINE, work, None, watcher)}
    first = traces[BASELINE.name]
    habits = habits_of(first, work.settings) if isinstance(first, ScenarioTrace) else None
    if isinstance(first, ScenarioTrace):
        slots = asyncio.Semaphore(work.settings.parallel)

        async def one(scenario: Scenario) -> Told:
            async with slots:
                return await _told(scenario, work, habits, watcher)

        for scenario, told in zip(scenarios, await _gathered([one(each) for each in scenarios]), strict=True):
            traces[scenario.name] = told
    else:
        why = first.detail if isinstance(first, Missing) else "the baseline was left out"
        lack = Missing(because=Because.UNREACHABLE, detail=f"the healthy run failed: {why}")
        traces |= {scenario.name: lack for scenario in scenarios}
    return BehaviourTrace(
        scenarios=traces,
        habits=habits,
        declared=work.declared,
        duration=round(work.clock(), 3),
        contacts=work.contacts.facts() if work.settings.intercept else None,
        contacts_dropped=work.contacts.dropped,
    )


async def _gathered(jobs: Sequence[Coroutine[None, None, Told]]) -> list[Told]:
    """Like gather, but whoever cancels it waits until every job has cleaned up."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _told(scenario: Scenario, work: Work, habits: Habits | None, watcher: Watcher) -> Told:
    """One scenario, as a trace or as the reason why there is none."""
    watcher.began(scenario.name)
    told = _lack(scenario, work.settings) or await _played(scenario, work, habits)
    watcher.ended(scenario.name, told)
    return told


def _lack(scenario: Scenario, settings: Application) -> Missing | Absent | None:
    """What the application would need for it and has not."""
    have: dict[str, bool] = {
        "charge": settings.actions.charge is not None,
        "read": settings.actions.read is not None,
        "webhooks": settings.webhook is not None,
    }
    for need in scenario.needs:
        if not have[need]:
            if need in settings.has_no:
                return Absent(what=need)
            key = "application.webhook" if need == "webhooks" else f"application.actions.{need}"
            detail = f"`{key}` is not configured; if the application has none, say `has_no: [{need}]`"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
    return None


async def _played(scenario: Scenario, work: Work, habits: Habits | None) -> Told:
    began = work.clock()
    try:
        async with asyncio.timeout(scenario.limit), bench_for(work, habits, Settings(**scenario.settings)) as bench:
            await scenario.play(bench)
            await bench.launcher.end_all()
            return bench.trace(scenario.story, scenario.expected, began)
    except Unfit as unfit:
        return Missing(because=unfit.because, detail=unfit.detail)
    except Unconcerned as unconcerned:
        return Absent(what=unconcerned.what)
    except LabError as error:
        return Missing(because=Because.UNREACHABLE, detail=error.message)
    except TimeoutError:
        return Missing(because=Because.TIMED_OUT, detail=f"it took longer than {scenario.limit:g} s")


def habits_of(baseline: ScenarioTrace, settings: Application) -> Habits:
    """What an application does for one action once it has warmed up."""
    main = main_action(settings)
    steps = [outcome for outcome in baseline.outcomes if outcome.action == main][WARM_UP:]
    calls = [call for outcome in steps for call in baseline.during(outcome)]
    count = max(len(steps), 1)
    return Habits(
        calls_per_action=sum(call.host == "api" for call in calls) / count,
        mints_per_action=sum(call.is_mint for call in calls) / count,
        one_shot=settings.start is None,
    )
