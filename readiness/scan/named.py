"""The files that the globs of artifacts and logs name."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from readiness.scan.globs import glob_matches, rests_below, root_of_glob
from readiness.scan.signatures import GIT_OBJECT, REPOSITORY
from readiness.scan.walk import Entry, Walk

UNNAMED = "a link to what no glob names; it was not followed"
_NOTHING_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class NamedFiles:
    """What one glob names. A link is not followed, so what it leads to must be named too, by any of the globs."""

    def __init__(self, folder: Path, glob: str, globs: Sequence[str]) -> None:
        """`folder`: what globs are relative to."""
        root, self._rest = root_of_glob(glob)
        self.walk = Walk(folder / root, (), git=True)
        self._roots = [(os.path.realpath(folder / each), rest) for each, rest in (root_of_glob(one) for one in globs)]
        self._links: dict[str, bool] = {}
        """Those that lead to what is not named, and whether something is there."""
        self._repositories: set[str] = set()

    def __iter__(self) -> Iterator[Entry]:
        for entry in self.walk:
            if entry.target:
                self._look_at_link(entry)
            if self._rest and not glob_matches(self._rest, entry.relative):
                continue
            if entry.is_file and "/objects/" in entry.path and (match := GIT_OBJECT.fullmatch(entry.path)):
                self._repositories.add(match[1].removesuffix("/"))
            yield entry

    def gaps(self) -> dict[str, str]:
        """After all entries came: what of the named files was not looked at, by its path, and why."""
        gaps = {path: UNNAMED for path, there in self._links.items() if there}
        gaps |= {path: reason for path, reason in self.walk.gaps if self._counts(path)}
        return gaps | dict.fromkeys(sorted(self._repositories), REPOSITORY)

    def _counts(self, path: str) -> bool:
        """Whether what the walk left out is named, or may be a folder below which something is."""
        if os.path.islink(path):  # noqa: PTH114 - names that cannot be decoded
            return path in self._links
        rests = rests_below(self._rest, os.path.relpath(path, self.walk.root))
        return () in rests or (bool(rests) and _may_be_folder(path))

    def _look_at_link(self, entry: Entry) -> None:
        rests = rests_below(self._rest, entry.relative)
        if not _may_be_folder(entry.path):
            rests &= {()}
        named = self._named_below(os.path.realpath(entry.path))
        if rests and () not in named and not rests <= named:
            self._links[entry.path] = _is_there(entry.path)

    def _named_below(self, target: str) -> frozenset[tuple[str, ...]]:
        """What all globs together name at and below a place of the file system."""
        rests: frozenset[tuple[str, ...]] = frozenset()
        for root, rest in self._roots:
            if Path(target).is_relative_to(root):
                rests |= rests_below(rest, os.path.relpath(target, root))
        return rests


def _may_be_folder(path: str) -> bool:
    """Also where nobody may look."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - names that cannot be decoded
    except OSError as error:
        return error.errno not in _NOTHING_THERE


def _is_there(path: str) -> bool:
    return os.path.exists(path) or _may_be_folder(path)  # noqa: PTH110 - as above
