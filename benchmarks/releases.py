"""A git repository whose history is a real package's: its releases on PyPI, in commits of a few files each.

    python -m benchmarks.releases FOLDER [--package django] [--releases 42] [--wheels FOLDER]
    python -m benchmarks.scan_history FOLDER

The repositories of corpus.py have the sizes of a real project's; this one has its texts too: translations, fixtures,
minified code, files that begin like something else. A search that is fast on the one may be slow on the other. Releases
are spread over all that there are as wheels, and fetched through pip into the folder of wheels.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.corpus import Commit, imported
from benchmarks.scan_precision import files

COMMIT_SIZES = (1, 1, 2, 3, 4, 6, 10)
"""Files of a commit, in turn."""


def versions_of(package: str, count: int) -> list[str]:
    """So many releases, the oldest first."""
    command = [sys.executable, "-m", "pip", "index", "versions", package, "--disable-pip-version-check"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    listed = re.search("Available versions: (.*)", told)
    every = listed[1].split(", ")[::-1] if listed else []
    return every[:: max(len(every) // count, 1)][:count]


def fetch(package: str, versions: list[str], folder: Path) -> list[Path]:
    """The wheels of these releases. Old ones have none, and are left out without a word."""
    pip = [sys.executable, "-m", "pip", "download", "-qqq", "--disable-pip-version-check", "--no-deps"]
    found = []
    for version in versions:
        if not _wheels(folder, package, version):
            subprocess.run([*pip, "--only-binary", ":all:", "--dest", folder, f"{package}=={version}"], check=False)
        found += _wheels(folder, package, version)
    return found


def _wheels(folder: Path, package: str, version: str) -> list[Path]:
    return [path for path in folder.glob("*.whl") if path.name.lower().startswith(f"{package}-{version}-")]


def commits(wheels: Sequence[Path]) -> Iterator[Commit]:
    """What changed from each wheel to the next."""
    old: dict[str, bytes] = {}
    turn = 0
    for wheel in wheels:
        new = {name: data for name, data in files(wheel) if ".dist-info/" not in name}
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        while changed:
            size = COMMIT_SIZES[turn % len(COMMIT_SIZES)]
            yield [(name, new.get(name)) for name in changed[:size]]
            changed, turn = changed[size:], turn + 1
        old = new


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--package", default="django")
    parser.add_argument("--releases", type=int, default=42)
    parser.add_argument("--wheels", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.wheels or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        wheels = fetch(options.package, versions_of(options.package, options.releases), folder)
        imported(options.folder, commits(wheels))
    return 0


if __name__ == "__main__":
    sys.exit(main())
