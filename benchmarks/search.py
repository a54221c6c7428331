"""One search by this project, in a process of its own, for the benchmarks to time.

    python -m benchmarks.search history|tree FOLDER [--secrets 3] [--known] [--engine regex] [--also VALUE ...]

Prints one line of JSON: seconds of the search without start-up, objects or files, bytes, finds, and peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.corpus import secrets
from readiness.config.model import Source
from readiness.config.presets import RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.scan.content import Bounds
from readiness.scan.engine import RegexEngine, engine_for
from readiness.scan.history import HistorySearch
from readiness.scan.needles import Needles, Sought
from readiness.scan.patterns import Place, all_patterns
from readiness.scan.tree import TreeSearch
from readiness.secret import Secret

CLIENT_ID = "3f0c9a1e-7b2d-4c68-9e15-0d8f6a4b7c21"
BOUNDS = Bounds(depth=3, memory=64 << 20)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["history", "tree"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--secrets", type=int, default=3)
    parser.add_argument("--known", action="store_true", help="known secrets alone, no patterns")
    parser.add_argument("--engine", choices=["fastest", "regex"], default="fastest")
    parser.add_argument("--also", nargs="*", default=[])
    options = parser.parse_args()
    place = Place.HISTORY if options.kind == "history" else Place.TREE
    patterns = [one for one in all_patterns(KnownHosts(retired=dict(RETIRED_HOSTS))) if place in one.places]
    values = [*secrets(options.secrets), *options.also]
    sought = [Sought(f"secret {n}", None, Secret(value, f"secret {n}"), CLIENT_ID) for n, value in enumerate(values)]
    began = time.perf_counter()
    engine = RegexEngine if options.engine == "regex" else engine_for
    needles = Needles(sought, () if options.known else patterns, engine=engine)
    compiled = time.perf_counter() - began
    if options.kind == "history":
        history = HistorySearch(needles, BOUNDS, shown=str).search([options.folder])
        count, found, gaps = history.objects, history.secrets, history.gaps
        size = history.bytes
    else:
        tree = TreeSearch(Path(), needles, bounds=BOUNDS, excusable=True).search([Source(path=str(options.folder))])
        count, found, gaps, size = tree.files, tree.secrets, tree.gaps, tree.bytes
    seconds = time.perf_counter() - began
    peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    facts = {"seconds": seconds, "compiled": compiled, "count": count, "bytes": size, "peak": peaks, "gaps": len(gaps)}
    names = sorted({hit.what for hit in found})
    print(json.dumps({**facts, "found": names, "places": [f"{hit.location} {hit.form}" for hit in found[:500]]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
