"""The machinery of scan_tree.py and scan_history.py: everything is run in turn, so that a busy machine slows all."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import Taken, run

ROOT = Path(__file__).parent.parent


def ours(kind: str, folder: Path, *options: str) -> list[str]:
    """The command of our own search."""
    return [sys.executable, "-m", "benchmarks.search", kind, str(folder), *options]


def measured(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Taken]]:
    """Every command so many times, in turn, after once for nothing: bytecode is compiled, files are in memory."""
    taken: dict[str, list[Taken]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            taken[name].append(run(command, cwd=ROOT, extra={"PYTHONPATH": str(ROOT), "LC_ALL": "C"}))
    return {name: runs[1:] for name, runs in taken.items()}


def told(taken: Sequence[Taken]) -> dict[str, Any]:
    """What our own search printed, in the round of median length."""
    ordered = sorted((json.loads(one.output.splitlines()[-1]) for one in taken), key=lambda one: float(one["seconds"]))
    return dict(ordered[len(ordered) // 2])


def wall(taken: Sequence[Taken]) -> float:
    """Median seconds of whole processes."""
    return statistics.median(one.wall for one in taken)


def table(taken: Mapping[str, Sequence[Taken]], base: str) -> None:
    """Medians, one command a line. `×` is against the base's wall time."""
    load = os.getloadavg()[0]
    print(f"{'':34} wall s      ×   cpu s  peak MiB   (medians; load {load:.1f} on {os.cpu_count()} processors)")
    for name, runs in taken.items():
        ratio = wall(runs) / wall(taken[base])
        cpu = statistics.median(one.cpu for one in runs)
        peak = f"{max(told(runs)['peak'])}" if name.startswith("readiness") else ""
        print(f"{name:34} {wall(runs):6.2f} {ratio:6.2f}  {cpu:6.2f}  {peak:>8}")


def verdict(name: str, ratio: float, limit: float, *, at_least: bool = False) -> bool:
    """Print one promise; whether it was kept."""
    kept = ratio >= limit if at_least else ratio <= limit
    print(f"{'kept  ' if kept else 'MISSED'} {name}: {ratio:.2f} ×, promised {'≥' if at_least else '≤'} {limit} ×")
    return kept
