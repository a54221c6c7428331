"""What `readiness lab` does: runs scenarios, shows them as they go, and keeps what was seen."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar, cast

import rich.console
from rich.text import Text

from readiness.config.model import Config
from readiness.configuration import read_secrets
from readiness.emulator import Settings
from readiness.errors import UsageError
from readiness.evidence import Missing
from readiness.lab.bench_setup import bench_for
from readiness.lab.process import inherited
from readiness.lab.runner import Told, named, run_lab, work_for
from readiness.lab.scenarios import BASELINE, SCENARIOS
from readiness.lab.subjects import Subjects
from readiness.lab.timeline import timeline
from readiness.lab.work import Work
from readiness.output import Output, Sink
from readiness.report.progress import Progress
from readiness.report.text import one_line
from readiness.secret import Redactor
from readiness.traces import Absent, BehaviourTrace, ScenarioTrace

T = TypeVar("T")
_STORIES = {scenario.name: scenario.story for scenario in (BASELINE, *SCENARIOS)}
INTERRUPTED = 130
INCOMPLETE = 3


@dataclass(frozen=True)
class LabOptions:
    """What the command line asks for."""

    scenarios: tuple[str, ...] = ()
    trace: bool = False
    keep: bool = False
    record: Path | None = None
    no_color: bool = False


class Shown:
    """Writes a line for each scenario that ends; on a terminal, those under way have moving lines below these."""

    def __init__(self, console: rich.console.Console) -> None:
        self._console = console
        self._progress = Progress(console, quiet=not console.is_terminal)

    def __enter__(self) -> Self:
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.__exit__(kind, error, trace)

    def began(self, name: str) -> None:
        """What is arranged, while it is."""
        self._progress.start(name)
        self._progress.update(name, _STORIES[name])

    def ended(self, name: str, told: Told) -> None:
        """One line."""
        self._progress.finish(name)
        if isinstance(told, ScenarioTrace):
            text = f"{told.duration:5.1f} s  {len(told.calls):3} calls  {told.story}"
        elif isinstance(told, Missing):
            text = f"not shown: {told.detail}"
        else:
            text = f"does not concern it: it has no {told.what}"
        self._console.print(Text.assemble((f"{name:18} ", "bold"), one_line(text)), soft_wrap=True)


def run_session(config: Config, options: LabOptions) -> int:
    """Run and show. Everything that was started has ended afterwards, also after Ctrl-C."""
    scenarios = named(options.scenarios)
    if options.record is not None:
        _make_folder(options.record)
    redactor = read_secrets(config, secrets.token_bytes(32)).redactor
    subjects = Subjects()
    subjects.introduce(redactor)
    work = work_for(config, subjects, inherited(os.environ, redactor))
    sink = Sink(redactor)
    stream = sink.stream(sys.stdout)
    console = rich.console.Console(file=cast("IO[str]", stream), no_color=options.no_color or None)
    try:
        if options.keep:
            asyncio.run(_interruptible(_keep(work, console)))
            return 0
        with Shown(console) as shown:
            behaviour = asyncio.run(_interruptible(run_lab(work, scenarios, shown)))
    except asyncio.CancelledError:
        console.print("Interrupted; everything that was started has been ended.")
        stream.flush()
        return INTERRUPTED
    if options.trace:
        _show(behaviour, options.scenarios, console)
    stream.flush()
    if options.record is not None:
        _record(behaviour, options.record, redactor)
    return INCOMPLETE if any(isinstance(each, Missing) for each in behaviour.scenarios.values()) else 0


async def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Cancel the work at the first SIGINT or SIGTERM, and let it clean up. Raises CancelledError then."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _show(behaviour: BehaviourTrace, wanted: tuple[str, ...], console: rich.console.Console) -> None:
    """The time lines, of the scenarios that were asked for or of all."""
    for name, scenario in behaviour.scenarios.items():
        if isinstance(scenario, ScenarioTrace) and (not wanted or name in wanted):
            console.print(Text(f"\n{name}", "bold"))
            console.print(Text(f"{scenario.story}\nExpected: {scenario.expected}"), soft_wrap=True)
            for line in timeline(scenario):
                console.print(Text("  " + one_line(line)), soft_wrap=True)


async def _keep(work: Work, console: rich.console.Console) -> None:
    """The healthy run, then wait until somebody interrupts."""
    async with bench_for(work, None, Settings(**BASELINE.settings)) as bench:
        await BASELINE.play(bench)
        console.print(f"The application has done its work against {bench.values['api_url']}.", soft_wrap=True)
        console.print(f"It listens on port {bench.values['port']}.")
        console.print(f"Control it by {bench.emulator.control_url}. Ctrl-C ends everything.", soft_wrap=True)
        console.file.flush()
        await asyncio.Event().wait()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}.") from None


def _record(behaviour: BehaviourTrace, folder: Path, redactor: Redactor) -> None:
    """The traces as JSON, and each scenario's time line as text."""
    outputs = [Output(folder / "behaviour.json", behaviour.model_dump_json(indent=2) + "\n")]
    for name, scenario in behaviour.scenarios.items():
        if isinstance(scenario, ScenarioTrace):
            outputs.append(Output(folder / f"{name}.txt", "\n".join(timeline(scenario)) + "\n"))
        elif not isinstance(scenario, Absent):
            outputs.append(Output(folder / f"{name}.txt", scenario.detail + "\n"))
    Sink(redactor).write_all(outputs)
