"""Trees and git repositories to measure searches on, made from a seed: lines of this Python's own standard library.

    python -m benchmarks.corpus tree FOLDER [--files 5000] [--bytes 50000000]
    python -m benchmarks.corpus history FOLDER [--blobs 15000]

Files are code, JSON and Markdown of one to a hundred kilobytes. A commit changes a few files of one package,
the larger the likelier; one in a thousand blobs holds one of `secrets()`, and one in fifty speaks of the vendor. A blob
has 31 KB, 2 KB of it when packed, and there are 1.7 objects for each: a real project of 40,000 blobs had 29 KB, 2 KB
and 1.45.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SEED = 20261124
COMMIT_SIZE = 6
"""Blobs of an ordinary commit."""
LIVE_FILES = 1500
"""Files that a history goes on changing."""
PACKAGES = 41
"""Folders that these files lie in."""


def secrets(count: int) -> list[str]:
    """Values to look for: UUIDs, hex, and random characters, in turn."""
    rng = random.Random(SEED)
    makers = (
        lambda: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        lambda: f"{rng.getrandbits(256):064x}",
        lambda: base64.b64encode(rng.randbytes(30)).decode(),
    )
    return [makers[number % len(makers)]() for number in range(count)]


class Writer:
    """Makes texts that look like a project's files."""

    def __init__(self, seed: int = SEED) -> None:
        self.rng = random.Random(seed)
        library = Path(sysconfig.get_paths()["stdlib"])
        sources = sorted(library.glob("*.py")) + sorted(library.glob("*/*.py"))
        sources = [path for path in sources if "site-packages" not in path.parts]
        self._lines = [
            line
            for path in sources[:400]
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        ]

    def lines(self, size: int) -> list[str]:
        """About `size` bytes of code, in passages of some dozen lines."""
        found: list[str] = []
        length = 0
        while length < size:
            start = self.rng.randrange(len(self._lines) - 40)
            passage = self._lines[start : start + self.rng.randrange(5, 40)]
            found += passage
            length += sum(map(len, passage))
        return found

    def data(self, size: int) -> str:
        """About `size` bytes of JSON with hashes and UUIDs, as lock files and fixtures hold them."""
        rng = self.rng
        rows = [
            {
                "id": str(uuid.UUID(int=rng.getrandbits(128))),
                "integrity": f"sha512-{rng.getrandbits(384):x}",
                "n": number,
            }
            for number in range(max(size // 190, 1))
        ]
        return json.dumps(rows, indent=1)

    def size(self) -> int:
        """Of a file, in bytes: most are small."""
        return min(int(self.rng.lognormvariate(9.1, 1.0)), 400_000)

    def text(self, number: int, size: int) -> str:
        """One file's content."""
        if number % 12 == 0:
            return self.data(size)
        return "".join(self.lines(size))


def make_tree(folder: Path, files: int, size: int) -> None:
    """Write a tree of so many files and, about, bytes."""
    writer = Writer()
    sizes = [writer.size() for _ in range(files)]
    factor = size / sum(sizes)
    for number, one in enumerate(sizes):
        name = "json" if number % 12 == 0 else "md" if number % 12 == 1 else "py"
        path = folder / f"package{number % 61}" / f"part{number % 7}" / f"module{number}.{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(writer.text(number, int(one * factor)), encoding="utf-8")


Commit = Sequence[tuple[str, bytes | None]]
"""Names and new contents of files; None for one that the commit removes."""


def make_history(folder: Path, blobs: int) -> None:
    """Make a repository whose history holds so many blobs, packed."""
    imported(folder, _commits(blobs))


def imported(folder: Path, commits: Iterable[Commit]) -> None:
    """Make a repository of these commits, packed as servers pack."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    command = ["git", "-C", str(folder), "-c", "pack.threads=1", "fast-import", "--quiet", "--depth=50"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for number, commit in enumerate(commits, 1):
            process.stdin.writelines(_stream(number, commit))
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")
    # fast-import compares each blob with the one before it only.
    repack = ["-c", "pack.windowMemory=64m", "repack", "-adfq", "--window=10", "--depth=50"]
    subprocess.run(["git", "-C", str(folder), *repack], check=True)


def _stream(number: int, commit: Commit) -> Iterator[bytes]:
    """What `git fast-import` reads."""
    message = f"Change {len(commit)} files ({number})\n".encode()
    stamp = 1_600_000_000 + number * 600
    yield b"commit refs/heads/main\n"
    yield b"author A <a@example.com> %d +0000\ncommitter A <a@example.com> %d +0000\n" % (stamp, stamp)
    yield b"data %d\n%b\n" % (len(message), message)
    for name, data in commit:
        if data is None:
            yield b"D %b\n" % name.encode()
        else:
            yield b"M 100644 inline %b\ndata %d\n%b\n" % (name.encode(), len(data), data)


class _Project:
    """The files of a project that changes."""

    def __init__(self) -> None:
        self._writer = Writer()
        self.rng = self._writer.rng
        self._packages: list[dict[str, list[str]]] = [{} for _ in range(PACKAGES)]
        self._written = 0

    def commit(self, size: int) -> list[tuple[str, str]]:
        """Name and new content of some files, all of one package: new ones at first, then the larger the likelier."""
        number = self.rng.randrange(PACKAGES)
        package = self._packages[number]
        if len(package) < LIVE_FILES // PACKAGES:
            names = [f"src/package{number}/module{len(package) + n}.py" for n in range(size)]
        else:
            order = {name: self.rng.expovariate(len(lines)) for name, lines in package.items()}
            names = sorted(order, key=lambda name: order[name])[:size]
        return [(name, self._changed(name, package)) for name in names]

    def _changed(self, name: str, package: dict[str, list[str]]) -> str:
        self._written += 1
        number, writer = self._written, self._writer
        if name not in package:
            package[name] = writer.text(number, writer.size()).splitlines(keepends=True)
        lines = package[name]
        passage = [f"    value_{number} = {self.rng.random()}\n", *writer.lines(int(self.rng.lognormvariate(7.3, 1.0)))]
        at = self.rng.randrange(len(lines) + 1)
        lines[at : at + len(passage)] = passage
        text = "".join(lines)
        if number % 1000 == 0:
            secret = base64.b64encode(secrets(3)[number % 3].encode()).decode()
            text += f"\nsecret = '{secret}'\n"
        if number % 50 == 0:
            text += "\nAPI = 'https://sandbox.api.flute.com/v2'  # flute_client_secret comes from the environment\n"
        return text


def _commits(blobs: int) -> Iterator[Commit]:
    project = _Project()
    for written in range(0, blobs, COMMIT_SIZE):
        yield [(name, text.encode()) for name, text in project.commit(min(COMMIT_SIZE, blobs - written))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["tree", "history"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--bytes", type=int, default=50_000_000)
    parser.add_argument("--blobs", type=int, default=15_000)
    options = parser.parse_args()
    if options.kind == "tree":
        make_tree(options.folder, options.files, options.bytes)
    else:
        make_history(options.folder, options.blobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
