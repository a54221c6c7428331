"""The CPU time that a whole run on the demo takes, emulator included.

    python benchmarks/run_demo.py [--rounds 5]

Prints user and system time of the process and of what it starts (median), and the wall time; exit 1 above 3 s of CPU.
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

LIMIT = 3.0
DEMO = Path(__file__).parent.parent / "sample_configs" / "demo.yaml"


def run_once(folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of `readiness run` with the three reports of `make demo`."""
    command = [str(Path(sys.executable).with_name("readiness")), "run", str(DEMO), "-q"]
    for kind in ("html", "md", "json"):
        command += ["-o", f"{kind}={folder / f'report.{kind}'}"]
    began, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, env={**os.environ, "XDG_STATE_HOME": str(folder)})
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return cpu, time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        run_once(Path(folder))  # bytecode is compiled, files are in memory
        times = [run_once(Path(folder)) for _ in range(rounds)]
    cpu, wall = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"readiness run demo.yaml: {cpu:.2f} s of CPU, at most {LIMIT:g} s; {wall:.2f} s wall  (medians of {rounds})")
    return 1 if cpu > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
