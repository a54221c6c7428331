"""Trees and git repositories to measure searches on, made from a seed: lines of this Python's own standard library.

    python benchmarks/corpus.py tree FOLDER [--files 5000] [--bytes 50000000]
    python benchmarks/corpus.py history FOLDER [--blobs 15000]

Files are code, JSON and Markdown of one to a hundred kilobytes. A history changes a passage of a few files a commit, as
people do; one in a thousand of its blobs holds one of `secrets()`, and one in fifty speaks of the vendor.
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
from collections.abc import Iterator
from pathlib import Path

SEED = 20261124
COMMIT_SIZE = 6
"""Blobs of an ordinary commit."""
LIVE_FILES = 1500
"""Files that a history goes on changing."""


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
        return min(int(self.rng.lognormvariate(8.5, 1.0)), 400_000)

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


def make_history(folder: Path, blobs: int) -> None:
    """Make a repository whose history holds so many blobs, packed."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    command = ["git", "-C", str(folder), "-c", "pack.threads=1", "fast-import", "--quiet", "--depth=50"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for chunk in _stream(blobs):
            process.stdin.write(chunk)
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")
    # Packed as servers pack: fast-import compares each blob with the one before it only.
    repack = ["-c", "pack.windowMemory=64m", "repack", "-adfq", "--window=10", "--depth=50"]
    subprocess.run(["git", "-C", str(folder), *repack], check=True)


def _stream(blobs: int) -> Iterator[bytes]:
    writer = Writer()
    rng = writer.rng
    known = secrets(3)
    files: dict[str, list[str]] = {}
    mark, commit = 0, 0
    while mark < blobs:
        changed = []
        for _ in range(min(COMMIT_SIZE, blobs - mark)):
            mark += 1
            if len(files) < LIVE_FILES:
                name = f"src/package{len(files) % 41}/module{len(files)}.py"
                files[name] = writer.text(len(files), writer.size()).splitlines(keepends=True)
            else:
                number = rng.randrange(LIVE_FILES)
                name = f"src/package{number % 41}/module{number}.py"
            lines = files[name]
            at = rng.randrange(len(lines) + 1)
            changed_lines = [f"    value_{mark} = {rng.random()}\n", *writer.lines(int(rng.lognormvariate(6.5, 1.0)))]
            lines[at : at + len(changed_lines)] = changed_lines
            text = "".join(lines)
            if mark % 1000 == 0:
                text += f"\nsecret = '{base64.b64encode(known[mark % 3].encode()).decode()}'\n"
            if mark % 50 == 0:
                text += "\nAPI = 'https://sandbox.api.flute.com/v2'  # flute_client_secret comes from the environment\n"
            data = text.encode()
            changed.append((name, mark))
            yield b"blob\nmark :%d\ndata %d\n%b\n" % (mark, len(data), data)
        commit += 1
        message = f"Change {len(changed)} files ({commit})\n".encode()
        yield b"commit refs/heads/main\nmark :%d\n" % (10**9 + commit)
        yield b"author A <a@example.com> %d +0000\ncommitter A <a@example.com> %d +0000\n" % (
            (1_600_000_000 + commit * 600,) * 2
        )
        yield b"data %d\n%b" % (len(message), message)
        yield from (b"M 100644 :%d %b\n" % (number, name.encode()) for name, number in changed)
        yield b"\n"


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
