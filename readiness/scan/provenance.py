"""Which commits hold an object, under which path, and what reaches them: asked only for objects that matter."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from readiness.scan.git import Git, GitError
from readiness.searched import InHistory

_FORMAT = "--format=%x02%H %P%x01%aI%x01%S"
_LOG = (
    "-c", "core.quotePath=false", "log", "--raw", "-c", "--root", "--no-abbrev", "--no-renames", "--no-ext-diff",
    "--no-textconv", "--no-show-signature", "--no-notes", "--no-color", "--date-order", "-O/dev/null", _FORMAT,
)  # fmt: skip
UNREACHABLE = "unreachable"
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass
class Origin:
    """What the history says of an object."""

    id: str
    path: bytes = b""
    first: str | None = None
    last: str | None = None
    date: str | None = None
    ref: str = UNREACHABLE
    newest: int = 0
    """When the walk back over the history first met it, and when it did last: larger numbers are older."""
    oldest: int = 0

    def fact(self) -> InHistory:
        """The same as evidence."""
        return InHistory(
            object=self.id, ref=self.ref, first_commit=self.first, last_commit=self.last, author_date=self.date
        )


@dataclass
class _Commit:
    id: str = ""
    parents: list[str] = field(default_factory=list)
    date: str = ""
    source: str = ""


class Provenance:
    """Walks over the history of one repository."""

    def __init__(self, git: Git, check: Callable[[], None], *, trees: bool = False) -> None:
        """`check` raises when it is time to stop. `trees`: whether trees may be asked for, which takes longer."""
        self._git = git
        self._log = (*_LOG, "-t") if trees else _LOG
        self._check = check
        self._step = 0
        refs = list(self._refs())
        self._targets = {name: target for name, target, _ in refs}
        self._tips = {name: commit for name, _, commit in refs}

    def of(self, ids: Iterable[str]) -> dict[str, Origin]:
        """Origins of blobs, trees, commits and tags: by refs first, by reflogs then, and by lost commits at last."""
        origins = {name: Origin(name) for name in ids}
        if not origins:
            return origins
        for name, target in self._targets.items():
            if target in origins:  # a tag object, or a blob or tree that a ref names
                origins[target].ref = name
        self._walk(origins, ["--all"], None)
        if any(origin.ref == UNREACHABLE for origin in origins.values()):
            self._walk(origins, ["--reflog", "--not", "--all"], "reflog")
        if any(origin.first is None and origin.ref == UNREACHABLE for origin in origins.values()):
            with tempfile.TemporaryFile() as commits:
                self._write_commits(commits)
                self._walk(origins, ["--stdin", "--not", "--all", "--reflog"], UNREACHABLE, commits)
        return origins

    def _refs(self) -> Iterator[tuple[str, str, str]]:
        """Refs, the objects that they name, and the commits behind these."""
        try:
            lines = self._git.run("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)")
        except GitError:
            return
        for line in lines.decode(errors="replace").splitlines():
            name, target, *peeled = line.split()
            yield name, target, peeled[0] if peeled else target

    def _write_commits(self, file: IO[bytes]) -> None:
        """The ids of all commits that exist, reached or not."""
        command = ("cat-file", "--batch-check=%(objecttype) %(objectname)", "--batch-all-objects", "--unordered")
        with self._git.start(*command, "--buffer") as process:
            for line in process.lines(self._check):
                if line.startswith(b"commit "):
                    file.write(line[7:] + b"\n")
        file.seek(0)

    def _walk(
        self, origins: dict[str, Origin], revisions: list[str], label: str | None, given: IO[bytes] | None = None
    ) -> None:
        """Walk from the newest commit to the oldest; what an earlier walk told is left as it is."""
        open_ones = {name.encode() for name, origin in origins.items() if origin.first is None}
        commit = _Commit()
        with self._git.start(*self._log, *revisions, given=given) as process:
            for line in process.lines(self._check):
                if line.startswith(b"\x02"):
                    self._step += 2
                    commit = _commit_of(line)
                    if commit.id.encode() in open_ones:
                        self._holds(origins[commit.id], commit, b"", label)
                        origins[commit.id].last = commit.id
                elif line.startswith(b":"):
                    words, _, path = line.partition(b"\t")
                    sides = words.split()
                    count = len(sides[0]) - len(sides[0].lstrip(b":"))
                    news, olds = sides[2 * count + 1], sides[count + 1 : 2 * count + 1]
                    if news in open_ones:
                        self._holds(origins[news.decode()], commit, path, label)
                    for number, old in enumerate(olds):
                        if old in open_ones and old != news:
                            self._left(origins[old.decode()], commit, number, path)

    def _holds(self, origin: Origin, commit: _Commit, path: bytes, label: str | None) -> None:
        """The commit brings the object in; as the walk goes back, the last one told is the first."""
        if origin.last is None:
            origin.last = self._tips.get(commit.source, commit.id)
        origin.newest, origin.oldest = origin.newest or self._step, self._step
        origin.first, origin.date = commit.id, commit.date
        origin.path = _unquoted(path)
        origin.ref = label or commit.source

    def _left(self, origin: Origin, commit: _Commit, number: int, path: bytes) -> None:
        """The commit takes the object out: its parent is the last that holds it."""
        if origin.last is None and number < len(commit.parents):
            origin.newest = self._step + 1  # what the same commit brings in is newer
            origin.last = commit.parents[number]
            origin.path = origin.path or _unquoted(path)


def _commit_of(line: bytes) -> _Commit:
    ids, date, source = line[1:].decode(errors="replace").split("\x01")
    name, *parents = ids.split()
    return _Commit(name, parents, date, source)


def _unquoted(path: bytes) -> bytes:
    """A path as git prints it, without its quotes and escapes."""
    if not path.startswith(b'"'):
        return path

    def char(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 255]) if len(code) == 3 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(char, path[1:-1])


def entries_of(tree: bytes, hash_size: int) -> Iterator[tuple[bytes, str]]:
    """Name and object id of each entry of a tree object."""
    at = 0
    while (end := tree.find(b"\0", at)) >= 0:
        name = tree[at:end].partition(b" ")[2]
        yield name, tree[end + 1 : end + 1 + hash_size].hex()
        at = end + 1 + hash_size
