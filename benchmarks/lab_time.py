"""How long the whole lab takes on an application, and what it spends that on.

    python -m benchmarks.lab_time [CONFIG ...] [--rounds 3]

Runs every scenario on each application; without a config, on a server application of the tests. A scenario's time is
taken from outside: from its beginning to its end, its emulator's start, its clean-up and its evidence included. Prints
the share of that in which the lab waited for the application, or for a clock that the application needs. Exit 1 if the
lab took more than 60 s, or less than 90 % was such waiting, or a scenario was not played.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from readiness.config.loader import load_config
from readiness.evidence import Missing
from readiness.lab.process import inherited
from readiness.lab.runner import Told, run_lab, work_for
from readiness.lab.subjects import Subjects
from readiness.secret import Redactor
from readiness.traces import ScenarioTrace

LONGEST = 60.0
SHARE = 0.9
SERVER = Path(__file__).parent.parent / "tests" / "apps" / "python_httpx" / "lab.yaml"


@dataclass
class Stopwatch:
    """Times scenarios from outside."""

    taken: dict[str, float] = field(default_factory=dict)

    def began(self, name: str) -> None:
        self.taken[name] = -time.perf_counter()

    def ended(self, name: str, told: Told) -> None:
        del told
        self.taken[name] += time.perf_counter()


@dataclass(frozen=True)
class Round:
    """One run of the lab: seconds, and each scenario with what it took from outside."""

    wall: float
    scenarios: dict[str, tuple[float, ScenarioTrace]]
    missing: dict[str, str]

    @property
    def taken(self) -> float:
        return sum(taken for taken, _ in self.scenarios.values())

    @property
    def waited(self) -> float:
        return sum(trace.waited for _, trace in self.scenarios.values())

    @property
    def share(self) -> float:
        return self.waited / self.taken if self.taken else 0.0


def run_once(config: Path) -> Round:
    """The whole lab, as `readiness run` runs it."""
    here = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    work = work_for(load_config(config), Subjects(), inherited(here, Redactor()))
    stopwatch, began = Stopwatch(), time.perf_counter()
    behaviour = asyncio.run(run_lab(work, watcher=stopwatch))
    wall = time.perf_counter() - began
    told = behaviour.scenarios
    played = {name: (stopwatch.taken[name], each) for name, each in told.items() if isinstance(each, ScenarioTrace)}
    return Round(wall, played, {name: each.detail for name, each in told.items() if isinstance(each, Missing)})


def show(config: Path, rounds: list[Round]) -> bool:
    """Print the median round's scenarios and the medians; whether the goals were met."""
    middle = sorted(rounds, key=lambda one: one.wall)[len(rounds) // 2]
    print(f"{config.parent.name}: {len(middle.scenarios)} scenarios")
    print(f"  {'scenario':20} {'took':>7} {'application':>12} {'its clock':>10} {'the lab':>8}")
    for name, (taken, trace) in sorted(middle.scenarios.items(), key=lambda item: -item[1][0]):
        parts = f"{trace.waited - trace.paused:12.2f} {trace.paused:10.2f} {taken - trace.waited:8.2f}"
        print(f"  {name:20} {taken:7.2f} {parts}")
    for name, why in middle.missing.items():
        print(f"  {name:20} not played: {why}")
    wall = statistics.median(one.wall for one in rounds)
    share = statistics.median(one.share for one in rounds)
    print(f"  {wall:.1f} s in all, at most {LONGEST:g} s; {share:.1%} waiting, at least {SHARE:.0%}", end="")
    print(f"  (medians of {len(rounds)})")
    return wall <= LONGEST and share >= SHARE and not middle.missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("configs", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    good = [
        show(config, [run_once(config) for _ in range(arguments.rounds)]) for config in arguments.configs or [SERVER]
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
