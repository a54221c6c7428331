"""Runs the probes of a plan side by side. One probe's failure never ends the run; what was learned is never lost."""

from __future__ import annotations

import asyncio
import json
import math
import signal
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from readiness import __version__
from readiness.aurora.session import Session
from readiness.config.model import Config
from readiness.errors import ReadinessError
from readiness.evidence import Evidence, EvidenceItem, Missing
from readiness.facts import Configuration
from readiness.model import Because, Environment
from readiness.plan import Plan, PlannedProbe
from readiness.probe import ProbeContext
from readiness.result import LedgerEntry
from readiness.secret import Redactor, SecretBook
from readiness.transport import Guard, Transport

LAST_WORDS = 20.0
"""Seconds that cancelled probes have to remove what they made."""


class Events(Protocol):
    """Who watches a run: a terminal, or nobody."""

    def start(self, name: str) -> None:
        """A probe has begun."""

    def update(self, name: str, text: str, *, remaining: float | None = None) -> None:
        """A probe says what it is doing."""

    def finish(self, name: str, outcome: str) -> None:
        """A probe has ended."""


@dataclass(frozen=True)
class Run:
    """What a run is given. `deadline` is in seconds from its start."""

    id: str
    started_at: datetime
    deadline: float
    state_dir: Path


@dataclass(frozen=True)
class Assignment:
    """Everything that gathering starts from."""

    plan: Plan
    config: Config
    configuration: Configuration
    secrets: SecretBook
    run: Run
    events: Events


@dataclass(frozen=True)
class Gathered:
    """What a run learned."""

    items: tuple[EvidenceItem, ...]
    ledger: tuple[LedgerEntry, ...]
    duration: float
    interrupted: bool


async def gather(work: Assignment) -> Gathered:
    """Run every probe that can run, each within the run's deadline. The first Ctrl-C ends the run in good order."""
    interrupted = asyncio.Event()
    outside = asyncio.all_tasks()
    # What a task raised that nobody waits for would be logged with its traceback, perhaps after the last word.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with _transport(work) as transport:
        sessions = {
            environment: Session(environment, work.config, work.configuration, transport, work.secrets)
            for environment in work.config.environments
        }
        with _on_interrupt(interrupted):
            tasks = {
                asyncio.create_task(_probe(each, _context(each, work, transport, sessions), work.events)): each
                for each in work.plan.probes
            }
            items = await _collect(tasks, transport, work.run, interrupted)
        for session in sessions.values():
            await session.close()
        await _end(asyncio.all_tasks() - outside)
        facts = _item(Configuration.kind, None, work.configuration, transport, transport.clock())
        duration = transport.clock()
    ordered = sorted([facts, *items], key=lambda item: item.id)
    ledger = tuple(sorted(transport.ledger, key=lambda entry: entry.at))
    return Gathered(tuple(ordered), ledger, duration, interrupted.is_set())


async def _end(left: Collection[asyncio.Task[object]]) -> None:
    """End what probes left running, so that the ledger holds all that was sent."""
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=LAST_WORDS)


def _transport(work: Assignment) -> Transport:
    requests = list(work.plan.requests())
    return Transport(
        Guard(request for request, _ in requests),
        work.secrets.redactor,
        user_agent=f"aurora-readiness/{__version__} (run {work.run.id})",
        started_at=work.run.started_at,
        timeout=work.config.policy.request_timeout.total_seconds(),
        authorities={name: env.ca_file for name, env in work.config.environments.items() if env.ca_file},
        check_ids={(request.environment, request.purpose): ids for request, ids in requests},
    )


def _context(
    planned: PlannedProbe, work: Assignment, transport: Transport, sessions: dict[Environment, Session]
) -> ProbeContext:
    name = _name(planned)

    def progress(text: str, remaining: float | None = None) -> None:
        with suppress(OSError):  # whoever watched has gone
            work.events.update(name, transport.redactor.text(text), remaining=remaining)

    return ProbeContext(
        config=work.config,
        configuration=work.configuration,
        environment=planned.environment,
        now=work.run.started_at,
        run_id=work.run.id,
        state_dir=work.run.state_dir,
        transport=transport,
        secrets=work.secrets,
        sessions=sessions,
        deadline=work.run.deadline,
        progress=progress,
    )


async def _collect(
    tasks: Mapping[asyncio.Task[EvidenceItem], PlannedProbe],
    transport: Transport,
    run: Run,
    interrupted: asyncio.Event,
) -> list[EvidenceItem]:
    """Wait for all, for the deadline, or for an interruption; what is cut short is missing, with the reason."""
    if not tasks:
        return []
    stop = asyncio.create_task(interrupted.wait())
    everything = asyncio.create_task(asyncio.wait(tasks))
    await asyncio.wait(
        {stop, everything}, timeout=run.deadline - transport.clock(), return_when=asyncio.FIRST_COMPLETED
    )
    why = "the run was interrupted" if interrupted.is_set() else f"the run's deadline of {run.deadline:g} s was over"
    await _end([task for task in tasks if not task.done()])
    await _end([stop, everything])
    items = []
    for task, planned in tasks.items():
        if task.done() and not task.cancelled():
            items.append(task.result())
        else:
            missing = Missing(because=Because.TIMED_OUT, detail=why)
            items.append(_item(planned.probe.evidence.kind, planned.environment, missing, transport, transport.clock()))
    return items


async def _probe(planned: PlannedProbe, context: ProbeContext, events: Events) -> EvidenceItem:
    """One probe, from its plan to its item. Whoever watches may go away: the run goes on."""
    name, transport = _name(planned), context.transport
    if planned.missing is not None:
        return _item(planned.probe.evidence.kind, planned.environment, planned.missing, transport, transport.clock())
    with suppress(OSError):
        events.start(name)
    outcome = "stopped"
    try:
        item = await _gathered(planned, context)
        outcome = item.missing.detail if item.missing else "done"
    finally:
        with suppress(OSError):
            events.finish(name, outcome)
    return item


async def _gathered(planned: PlannedProbe, context: ProbeContext) -> EvidenceItem:
    """What the probe brought, or why it brought nothing."""
    kind, transport = planned.probe.evidence.kind, context.transport
    began = transport.clock()
    try:
        limit = planned.probe.time_limit(context.config)
        async with asyncio.timeout(None if limit == math.inf else limit):
            brought = await planned.probe.gather(context)
        if not isinstance(brought, planned.probe.evidence | Missing):
            raise TypeError  # noqa: TRY301 - told like everything else that a plug-in does wrong
        return _item(kind, planned.environment, brought, transport, began)
    except ReadinessError as error:
        missing = Missing(because=Because.REFUSED, detail=error.message)
    except TimeoutError:
        missing = Missing(because=Because.TIMED_OUT, detail=f"gathering `{kind}` took too long")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plug-in may raise anything, and its text may hold a secret
        missing = Missing(because=Because.CRASHED, detail=f"the probe for `{kind}` broke ({type(error).__name__})")
    return _item(kind, planned.environment, missing, transport, began)


def _name(planned: PlannedProbe) -> str:
    kind = planned.probe.evidence.kind
    return f"{kind} ({planned.environment})" if planned.environment else kind


def _item(
    kind: str, environment: Environment | None, outcome: Evidence | Missing, transport: Transport, began: float
) -> EvidenceItem:
    """`began`: when gathering did, on the transport's clock; it ends now."""
    missing, data = None, None
    if isinstance(outcome, Missing):
        missing = outcome.model_copy(update={"detail": transport.redactor.text(outcome.detail)})
    else:
        data = _redacted(outcome, transport.redactor)
    return EvidenceItem(
        kind=kind,
        environment=environment,
        taken_at=transport.wall(began),
        duration_ms=round((transport.clock() - began) * 1000),
        missing=missing,
        data=data,
    )


def _redacted(evidence: Evidence, redactor: Redactor) -> dict[str, JsonValue]:
    """What is stored. Probes hand over redacted exchanges; this is for whatever else they put beside them."""
    text = evidence.model_dump_json().encode()
    data: dict[str, JsonValue] = json.loads(redactor.data(text) if redactor.find(text) else text)
    return data


@contextmanager
def _on_interrupt(event: asyncio.Event) -> Iterator[None]:
    """The first signal sets the event; a SIGINT after it ends everything at once.

    It is raised by the loop: raised in a task, where Python's own handler would, a library may swallow it.
    SIGHUP counts too, unless `nohup` has it ignored: who closes the terminal must not leave a drill's key behind.
    """
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        if event.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        event.set()

    handled = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        with suppress(ValueError, RuntimeError, NotImplementedError):  # not in the main thread, or not on this platform
            loop.add_signal_handler(number, stop, number)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
