"""Searching a repository's history: against git alone, and against other scanners.

    python -m benchmarks.scan_history [REPOSITORY] [--blobs 15000] [--peers FOLDER] [--rounds 3]

Without a repository one is made (see corpus.py). The limit is `git cat-file` reading every object into nothing.
Gitleaks and betterleaks read differences (`git log -p`), so they look at fewer bytes, and do not see what no ref
reaches. Exit 1 if a promise is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.corpus import make_history
from benchmarks.peers import add_options, history_commands, installed
from benchmarks.scan_speed import measured, ours, table, told, verdict, wall

LIMIT = "git cat-file to nowhere"
MOST_MEMORY = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, nargs="?")
    parser.add_argument("--blobs", type=int, default=15_000)
    add_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = options.repository
        if repository is None:
            repository = Path(folder) / "history.git"
            make_history(repository, options.blobs)
        repository = repository.resolve()
        cat = f"exec git -C '{repository}' cat-file --batch --batch-all-objects --unordered --buffer > /dev/null"
        commands = {
            LIMIT: ["sh", "-c", cat],
            "readiness, 3 secrets": ours("history", repository, "--known"),
            "readiness, 3 secrets, patterns": ours("history", repository),
            "readiness, 1 secret, patterns": ours("history", repository, "--secrets", "1"),
            "readiness, 50 secrets, patterns": ours("history", repository, "--secrets", "50"),
        } | history_commands(installed(options.peers), repository, Path(folder) / "report.json")
        taken = measured(commands, options.rounds)
    table(taken, LIMIT)
    everything, known = taken["readiness, 3 secrets, patterns"], taken["readiness, 3 secrets"]
    facts = told(everything)
    print(
        f"{facts['count']} objects, {facts['bytes'] / 1e6:.0f} MB; "
        f"found {', '.join(facts['found'])}; {facts['gaps']} gaps"
    )
    print(
        f"start-up and compiling: {wall(everything) - facts['seconds'] + facts['compiled']:.2f} s of each of our runs"
    )
    limit = wall(taken[LIMIT])
    kept = [
        verdict("known secrets, search alone, against the limit", told(known)["seconds"] / limit, 1.1),
        verdict("with patterns, search alone, against the limit", facts["seconds"] / limit, 1.5),
        verdict(
            "50 secrets against 1",
            told(taken["readiness, 50 secrets, patterns"])["seconds"]
            / told(taken["readiness, 1 secret, patterns"])["seconds"],
            1.5,
        ),
        verdict("peak memory, in units of 200 MiB", max(facts["peak"]) / MOST_MEMORY, 1.0),
    ]
    others = {name: wall(runs) for name, runs in taken.items() if name != LIMIT and not name.startswith("readiness")}
    if others:
        fastest = min(others, key=lambda name: others[name])
        kept.append(verdict(f"faster than {fastest}", others[fastest] / wall(everything), 3.0, at_least=True))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
