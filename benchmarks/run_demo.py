"""The CPU time that a run on the demo takes, emulator included: without the lab, and with it.

    python -m benchmarks.run_demo [--rounds 5]

Prints user and system time of the process and of what it starts (median), and the wall time; exit 1 above 3 s of CPU
without the lab. With it, most is the shop's own: the lab starts it once for every scenario.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.peers import as_installed
from readiness.registry import load_builtin
from readiness.traces import BehaviourTrace

LIMIT = 3.0
DEMO = Path(__file__).parent.parent / "sample_configs" / "demo.yaml"


def run_once(folder: Path, *options: str) -> tuple[float, float]:
    """CPU and wall seconds of `readiness run` with the three reports of `make demo`."""
    command = [str(Path(sys.executable).with_name("readiness")), "run", str(DEMO), "-q", *options]
    for kind in ("html", "md", "json"):
        command += ["-o", f"{kind}={folder / f'report.{kind}'}"]
    began, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, env={**as_installed(), "XDG_STATE_HOME": str(folder)})
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return cpu, time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    of_lab = [check.id for check in load_builtin().checks.values() if BehaviourTrace in (*check.needs, *check.optional)]
    without = measured(rounds, *(f"--skip={name}" for name in of_lab))
    whole = measured(rounds)
    for what, (cpu, wall) in {"without the lab": without, "with the lab": whole}.items():
        print(f"readiness run demo.yaml {what}: {cpu:.2f} s of CPU, {wall:.2f} s wall  (medians of {rounds})")
    print(f"promised without the lab: at most {LIMIT:g} s of CPU")
    return 1 if without[0] > LIMIT else 0


def measured(rounds: int, *options: str) -> tuple[float, float]:
    """Medians of CPU and wall seconds."""
    with tempfile.TemporaryDirectory() as folder:
        run_once(Path(folder), *options)  # bytecode is compiled, files are in memory
        times = [run_once(Path(folder), *options) for _ in range(rounds)]
    cpu, wall = (statistics.median(column) for column in zip(*times, strict=True))
    return cpu, wall


if __name__ == "__main__":
    sys.exit(main())
