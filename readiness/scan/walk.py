"""Which files of a source are searched, and which are not and why."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from readiness.scan.git import is_git_folder
from readiness.scan.globs import glob_matches


class Entry(NamedTuple):
    """A regular file of a source, or something else whose name counts (a folder, a link)."""

    path: str
    """As the system knows it."""
    relative: str
    """To the source, with forward slashes."""
    is_file: bool
    target: str = ""
    """Where a link leads."""
    excluded: bool = False
    """Whether a pattern takes it out: then only what nothing excuses is looked for in it, and it makes no gap."""


class Walk:
    """The entries of one source, in a stable order. Links are never followed.

    Tracked, untracked and ignored files alike; of git's own folder only its `config`, which may hold credentials in
    the addresses of remotes. What could not be looked at stands in `gaps` afterwards, and in `excluded` how many
    files each pattern takes out.
    """

    def __init__(self, root: Path, exclude: Sequence[str], *, git: bool = False) -> None:
        """`git`: whether to look into git's own folders as into any other."""
        self._git = git
        self.root = os.path.abspath(root)  # noqa: PTH100 - resolves no links
        """The source, as the system knows it."""
        self._exclude = tuple(exclude)
        self.gaps: list[tuple[str, str]] = []
        """Path and reason."""
        self.excluded: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Entry]:
        try:
            status = os.stat(self.root)  # noqa: PTH116 - one of many calls that take undecodable names
        except OSError as error:
            self.gaps.append((self.root, reason_of(error)))
            return
        if not stat.S_ISDIR(status.st_mode):
            yield Entry(self.root, os.path.basename(self.root), is_file=True)  # noqa: PTH119
            return
        stack: list[tuple[str, str | None]] = [("", None)]
        while stack:
            folder, pattern = stack.pop()
            below = list(self._children(folder, pattern))
            for entry, _ in below:
                if entry is not None:
                    yield entry
            stack += reversed([inner for _, inner in below if inner is not None])

    def holds(self, path: str) -> bool:
        """Whether the walk comes to it, which is there, and no pattern takes it out."""
        if path == self.root:
            return True
        relative = path.removeprefix(self.root.rstrip(os.sep) + os.sep)
        looked_into = self._git or ".git" not in relative.removesuffix(".git/config").split("/")
        if relative == path or not looked_into or any(glob_matches(glob, relative) for glob in self._exclude):
            return False
        folder = Path(relative).parent
        return os.path.realpath(Path(self.root, folder)) == str(Path(os.path.realpath(self.root), folder))

    def _children(
        self, folder: str, pattern: str | None
    ) -> Iterator[tuple[Entry | None, tuple[str, str | None] | None]]:
        """What a folder holds, by name: entries to search, and folders to look into.

        `pattern` is the one that excludes the folder.
        """
        for item in self._listed(folder, told=pattern is None):
            relative = f"{folder}/{item.name}" if folder else item.name
            excluding = pattern or next((glob for glob in self._exclude if glob_matches(glob, relative)), None)
            excluded = excluding is not None
            if not self._is_folder(item):
                self.excluded.update([excluding] if excluding else [])
                yield self._leaf(item, relative, excluded=excluded), None
            elif self._is_git(item):
                yield self._git_config(item.path, relative, excluded=excluded), None
            else:
                yield Entry(item.path, relative, is_file=False, excluded=excluded), (relative, excluding)

    def _listed(self, folder: str, *, told: bool) -> list[os.DirEntry[str]]:
        path = os.path.join(self.root, folder) if folder else self.root  # noqa: PTH118
        try:
            with os.scandir(path) as items:
                return sorted(items, key=lambda item: item.name)
        except OSError as error:
            if told:
                self.gaps.append((path, reason_of(error)))
            return []

    def _is_folder(self, item: os.DirEntry[str]) -> bool:
        try:
            return item.is_dir(follow_symlinks=False)
        except OSError:  # then reading it as a file fails too, and says why
            return False

    def _is_git(self, item: os.DirEntry[str]) -> bool:
        return item.name == ".git" and not self._git and is_git_folder(item.path)

    def _git_config(self, path: str, relative: str, *, excluded: bool) -> Entry | None:
        config = f"{path}/config"
        if not os.path.lexists(config):
            return None
        return Entry(config, f"{relative}/config", is_file=True, excluded=excluded)

    def _leaf(self, item: os.DirEntry[str], relative: str, *, excluded: bool) -> Entry | None:
        try:
            if item.is_file(follow_symlinks=False):  # which hardly ever asks the system
                return Entry(item.path, relative, is_file=True, excluded=excluded)
            mode = item.stat(follow_symlinks=False).st_mode
            target = os.readlink(item.path) if stat.S_ISLNK(mode) else ""  # noqa: PTH115 - as above
        except OSError as error:
            if not excluded:
                self.gaps.append((item.path, reason_of(error)))
            return None
        if target and not excluded and not self._is_inside(item.path):
            self.gaps.append((item.path, "a link that leads out of the source; it was not followed"))
        if not excluded and (stat.S_ISBLK(mode) or stat.S_ISCHR(mode)):
            self.gaps.append((item.path, "a device; it was not read"))
        # A pipe or a socket stores nothing.
        return Entry(item.path, relative, is_file=stat.S_ISREG(mode), target=target, excluded=excluded)

    def _is_inside(self, path: str) -> bool:
        root = os.path.realpath(self.root)
        target = os.path.realpath(path)
        below = target.removeprefix(root.rstrip(os.sep) + os.sep)
        return target == root or (below != target and ".git" not in Path(below).parts)


def reason_of(error: OSError) -> str:
    """The system's words for an error, without the path."""
    return (error.strerror or type(error).__name__).lower()


def folders_below(
    root: str | Path, on_error: Callable[[OSError], None] = lambda _: None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk` does from the top, however deep the folders are: in Python 3.11 that one calls itself for each."""
    stack = [os.fspath(root)]
    while stack:
        folder = stack.pop()
        found = next(os.walk(folder, onerror=on_error), None)
        if found is not None:
            yield found
            below = (f"{folder.rstrip(os.sep)}/{name}" for name in reversed(found[1]))
            stack += [path for path in below if not os.path.islink(path)]  # noqa: PTH114 - names that cannot be decoded
