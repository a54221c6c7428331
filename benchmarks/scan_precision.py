"""How often the patterns raise a false alarm in files that hold no secret and no card: ten popular public packages.

    python -m benchmarks.scan_precision [--packages FOLDER]

Takes five packages through pip and five through npm into FOLDER (a temporary one unless given; what is there is not
fetched again), and looks into every file of theirs with every pattern, those for logs included, as if each file were a
source, an artifact and a log of an integration at once. Only what is a documented test card is counted apart: it is
found rightly. Prints a table and each alarm; exit 1 if there is more than one in 10,000 files.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from readiness.config.presets import KNOWN_HOSTS, RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.model import Environment
from readiness.scan.card_data import TEST_CARDS
from readiness.scan.credentials import VENDOR
from readiness.scan.patterns import Pattern, all_patterns

PYPI = ("django", "pandas", "sympy", "botocore", "sqlalchemy")
NPM = ("lodash", "core-js", "webpack", "next", "date-fns")
ALLOWED = 1 / 10_000
"""False alarms a file."""
HOSTS = KnownHosts(
    sandbox=tuple(KNOWN_HOSTS[Environment.SANDBOX]),
    production=tuple(KNOWN_HOSTS[Environment.PRODUCTION]),
    retired=dict(RETIRED_HOSTS),
)


class Alarm(NamedTuple):
    """Something that a pattern took a file's text for."""

    kind: str
    name: str
    what: str
    text: str
    is_test_card: bool


def fetch(folder: Path) -> None:
    """Take what is missing through pip and npm, and nothing that these depend on."""
    have = [path.name.lower() for path in folder.iterdir()]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    for name in PYPI:
        if not any(each.startswith(f"{name}-") and each.endswith(".whl") for each in have):
            subprocess.run([*pip, "--only-binary", ":all:", "--dest", folder, name], check=True)
    for name in NPM:
        if not any(each.startswith(f"{name}-") and each.endswith(".tgz") for each in have):
            subprocess.run(["npm", "pack", "--silent", "--ignore-scripts", name], cwd=folder, check=True)


def files(package: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a package's files."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield entry.filename, archive.read(entry)
        return
    with tarfile.open(package) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read()


def gated_patterns() -> list[tuple[Pattern, re.Pattern[bytes]]]:
    """Every pattern with its gate in one expression."""
    flags = re.IGNORECASE | re.DOTALL
    return [(pattern, re.compile(b"|".join(pattern.gate), flags)) for pattern in all_patterns(HOSTS)]


def alarms(patterns: list[tuple[Pattern, re.Pattern[bytes]]], name: str, text: bytes) -> Iterator[Alarm]:
    """What all patterns find in one file. Patterns for logs ask for no context; the others have theirs."""
    lowered = text.lower()
    vendor = any(True for _ in VENDOR.find(text, 0, len(text)))
    for pattern, gate in patterns:
        hinted = not pattern.hints or any(hint in lowered for hint in pattern.hints)
        if pattern is VENDOR or not hinted or not gate.search(text):
            continue
        for found in pattern.find(text, 0, len(text)):
            if vendor or not found.needs_vendor:
                shown = text[found.start : found.end].decode("utf-8", "replace")
                digits = re.sub(r"\D", "", shown)
                yield Alarm(pattern.kind, name, found.what, shown, digits in TEST_CARDS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path)
    given = parser.parse_args().packages
    patterns = gated_patterns()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        fetch(folder)
        print(f"{'package':48} {'files':>7} {'MB':>7} {'s':>6} {'test cards':>10} {'false':>6}")
        for package in sorted(path for path in folder.iterdir() if path.suffix in {".whl", ".tgz"}):
            count: Counter[str] = Counter()
            began = time.perf_counter()
            for name, text in files(package):
                count.update(files=1, bytes=len(text))
                for alarm in alarms(patterns, name, text):
                    count["cards" if alarm.is_test_card else "false"] += 1
                    if not alarm.is_test_card:
                        print(f"  {alarm.kind} in {alarm.name}: {alarm.what}: {alarm.text[:60]!r}")
            count_line(package.name[:48], count, time.perf_counter() - began)
            total += count
        count_line("all", total, 0)
    rate = total["false"] / total["files"]
    print(f"{rate * 10_000:.2f} false alarms in 10,000 files; at most {ALLOWED * 10_000:g}")
    return 1 if rate > ALLOWED else 0


def count_line(name: str, count: Counter[str], seconds: float) -> None:
    """One line of the table."""
    megabytes, taken = count["bytes"] / 1e6, f"{seconds:6.1f}" if seconds else " " * 6
    print(f"{name:48} {count['files']:7,} {megabytes:7.1f} {taken} {count['cards']:10} {count['false']:6}")


if __name__ == "__main__":
    sys.exit(main())
