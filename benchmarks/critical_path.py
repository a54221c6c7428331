"""The live part of a run against its critical path: the longest chain of requests that wait for each other.

    python -m benchmarks.critical_path [--latency 0.05] [--rounds 5] [--checks 200]

An emulator answers each request after the latency. The longest chain is the deleted-key drill's: partner's token, key,
its token, a read, the list, the deletion, the polls until the refusal is confirmed, the list again. Its length is taken
from the ledger: the sum of what its requests took, of requests side by side the slowest, plus the pause between polls,
which is waiting by design. The live part lasts from the first probe's start to the last one's end. Then the same with
many more checks, which must not make it longer. Prints medians and ratios; exit 1 above 1.15.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from readiness.audit import Options, prepare, run
from readiness.config.presets import TOKEN_PATH
from readiness.emulator import EmbeddedEmulator, Settings
from readiness.probes.key_drill import POLL_INTERVAL
from readiness.result import AuditResult, LedgerEntry

LIMIT = 1.15
OF_THE_DRILL = "deleted-key/key-unlisted"
"""A check that only the drill's requests serve."""
CHECK = '''"""One of many."""

from readiness.api import Account, EvidenceView, Kind, Severity, Verdict, check


@check(
    title="Number {number} holds",
    failing_title="Number {number} does not hold",
    severity=Severity.INFO,
    kind=Kind.LIVE,
    needs=[Account],
    per_environment=True,
)
def many(evidence: EvidenceView) -> Verdict:
    """It reads what others read.

    Why it matters: It does not.
    How it is judged: It passes.
    How to fix: There is nothing to fix.
    When it is unknown: Never.
    """
    return Verdict.passed(str(evidence[Account].payment_config))
'''


class Nobody:
    """Watches a run."""

    def start(self, name: str) -> None: ...

    def update(self, name: str, text: str, *, remaining: float | None = None) -> None: ...

    def finish(self, name: str, outcome: str) -> None: ...


@dataclass(frozen=True)
class Measured:
    """Seconds, and how many requests stand on the chain."""

    live: float
    path: float
    length: int
    checks: int


def config(folder: Path, emulator: EmbeddedEmulator, checks: int) -> Path:
    """A config for an emulator that runs already, with so many checks beside the built-in ones."""
    environments = {
        name: {
            "api_url": told["api_url"],
            "oauth_url": told["oauth_url"] + TOKEN_PATH,
            "client_id": told["merchant"]["client_id"],
            "client_secret": told["merchant"]["client_secret"],
            "partner": told["partner"] | {"merchant_id": told["merchant"]["merchant_id"]},
        }
        for name, told in emulator.announcement["environments"].items()
    }
    area = folder / "plugin" / "many"
    area.mkdir(parents=True, exist_ok=True)
    for number in range(checks):
        (area / f"check_{number}.py").write_text(CHECK.format(number=number))
    text = {
        "version": 1,
        "integration": {"name": "Benchmark", "kind": "merchant", "contact": "benchmark@shop.example"},
        "environments": environments,
        "permissions": ["sandbox-writes", "production-secret-to-sandbox"],
        "plugins": ["plugin"] if checks else [],
    }
    path = folder / "readiness.yaml"
    path.write_text(yaml.safe_dump(text))
    return path


def measure(path: Path, folder: Path) -> Measured:
    """One run."""
    result = run(prepare(path, Options()), folder / "state", Nobody()).result
    seconds, length = critical_path(result)
    return Measured(result.run.duration_s, seconds, length, len(result.results))


def critical_path(result: AuditResult) -> tuple[float, int]:
    """Length of the drill's chain in seconds and in requests."""
    steps = _steps([entry for entry in result.ledger if OF_THE_DRILL in entry.check_ids])
    seconds = sum(max(entry.duration_ms for entry in step) for step in steps) / 1000
    polls = [step for step in steps if len(step) > 1]
    pauses = sum(max(0.0, POLL_INTERVAL - max(entry.duration_ms for entry in step) / 1000) for step in polls[:-1])
    if len(polls) < 2:
        raise RuntimeError("the drill's two clocks did not run side by side")
    return seconds + pauses, len(steps)


def _steps(entries: Sequence[LedgerEntry]) -> list[list[LedgerEntry]]:
    """Requests one after the other; those that overlap are one step."""
    steps: list[list[LedgerEntry]] = []
    end = 0.0
    for entry in sorted(entries, key=lambda each: each.at):
        began = entry.at.timestamp()
        if steps and began < end:
            steps[-1].append(entry)
        else:
            steps.append([entry])
        end = max(end, began + entry.duration_ms / 1000)
    return steps


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checks", type=int, default=200)
    arguments = parser.parse_args()
    missed = False
    with EmbeddedEmulator(Settings(latency=arguments.latency)) as emulator:
        for checks in (0, arguments.checks):
            with tempfile.TemporaryDirectory() as name:
                path = config(Path(name), emulator, checks)
                measured = [measure(path, Path(name)) for _ in range(arguments.rounds)]
            live, length = statistics.median(each.live for each in measured), measured[0].length
            chain = statistics.median(each.path for each in measured)
            ratio = statistics.median(each.live / each.path for each in measured)
            missed |= ratio > LIMIT
            print(
                f"{measured[0].checks:4} results: live part {live * 1000:.0f} ms, "
                f"critical path {chain * 1000:.0f} ms ({length} steps): {ratio:.2f} x, at most {LIMIT} x"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
