"""Searching a tree of files: against ripgrep looking for one text, and against other scanners.

    python -m benchmarks.scan_tree [TREE] [--files 5000] [--bytes 50000000] [--peers FOLDER] [--rounds 3]

Without a tree one is made (see corpus.py). Exit 1 if a promise is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.corpus import make_tree, secrets
from benchmarks.peers import add_options, installed, tree_commands
from benchmarks.scan_speed import measured, ours, table, told, verdict, wall

ALL = "readiness, 3 secrets, patterns"
SLOW = frozenset({"detect-secrets"})
"""Measured in one round only."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="?")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--bytes", type=int, default=50_000_000)
    parser.add_argument("--slow-peers", action="store_true", help="detect-secrets too, which takes minutes")
    add_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = options.tree
        if tree is None:
            tree = Path(folder) / "tree"
            make_tree(tree, options.files, options.bytes)
        tree = tree.resolve()
        programs = installed(options.peers)
        peers = tree_commands(programs, tree, Path(folder) / "report.json")
        slow = {name: peers.pop(name) for name in SLOW & set(peers)}
        commands = {
            ALL: ours("tree", tree),
            "readiness, 1 secret, patterns": ours("tree", tree, "--secrets", "1"),
            "readiness, 50 secrets, patterns": ours("tree", tree, "--secrets", "50"),
            "readiness, without Hyperscan": ours("tree", tree, "--engine", "regex"),
        } | peers
        if "ripgrep" in programs:
            commands["ripgrep, one text"] = [
                programs["ripgrep"],
                "--hidden",
                "--no-ignore",
                "-F",
                secrets(1)[0],
                str(tree),
            ]
        taken = measured(commands, options.rounds)
        if options.slow_peers:
            taken |= measured(slow, 1)
    table(taken, ALL)
    facts = told(taken[ALL])
    print(
        f"{facts['count']} files, {facts['bytes'] / 1e6:.0f} MB in {facts['seconds']:.2f} s, "
        f"{facts['compiled']:.2f} of it compiling"
    )
    kept = [
        verdict(
            "50 secrets against 1, compiling included",
            told(taken["readiness, 50 secrets, patterns"])["seconds"]
            / told(taken["readiness, 1 secret, patterns"])["seconds"],
            1.5,
        )
    ]
    others = {name: wall(taken[name]) for name in (*peers, *(slow if options.slow_peers else ()))}
    if others:
        fastest = min(others, key=lambda name: others[name])
        kept.append(verdict(f"search faster than {fastest}", others[fastest] / facts["seconds"], 4.0, at_least=True))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
