"""How long the command takes to say its version and its help, against a bare `import click`.

    python -m benchmarks.startup [--rounds 25]

The three are run in turn, so that a busy machine slows all of them. Prints medians and ratios of whole processes; exit
1 if `--version` takes more than 1.5 times, or `--help` more than 2 times, as long as the import.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers import as_installed

LIMITS = {"--version": 1.5, "--help": 2.0}


def seconds(command: Sequence[str]) -> float:
    """Wall time of one process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=as_installed())
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    readiness = str(Path(sys.executable).with_name("readiness"))
    commands = {"import click": [sys.executable, "-c", "import click"]} | {
        option: [readiness, option] for option in LIMITS
    }
    for command in commands.values():
        seconds(command)  # bytecode is compiled, files are in memory
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    base = medians["import click"]
    print(f"import click         {base * 1000:6.1f} ms  (median of {rounds})")
    missed = False
    for option, limit in LIMITS.items():
        ratio = medians[option] / base
        missed |= ratio > limit
        print(f"readiness {option:10} {medians[option] * 1000:6.1f} ms  {ratio:.2f} x, at most {limit} x")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
