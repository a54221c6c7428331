"""What git keeps beside objects: reflogs with their messages, settings, hooks, drafts of messages, files of Git LFS."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from readiness.scan.content import Bounds, ContentSearch, Finds
from readiness.scan.limits import Gaps
from readiness.scan.needles import Needles
from readiness.scan.walk import folders_below, reason_of
from readiness.searched import Hit

_APART = frozenset({"objects", "modules", "packed-refs"})
"""Searched as objects, as repositories of their own, and as refs."""


class GitFolderSearch:
    """Looks for known secrets in the files of a repository's own folder, in their names, and in where links lead."""

    def __init__(
        self,
        needles: Needles,
        bounds: Bounds,
        *,
        shown: Callable[[str | Path], str],
        masked: Callable[[str], str],
        gaps: Gaps,
        check: Callable[[], None],
    ) -> None:
        """`check` raises when it is time to stop."""
        self._needles = needles
        self._shown = shown
        self._gaps = gaps
        self._check = check
        self._finds = Finds()
        self._contents = ContentSearch(
            needles, bounds, finds=self._finds, leave_out=gaps.add, check=check, masked=masked
        )

    def search(self, folder: Path, *, but: Path | None) -> list[Hit]:
        """Search all files `but` one."""
        for path in self._files(folder):
            self._check()
            if path != but:
                try:
                    self._search_names(path, folder)
                    self._search_file(path)
                except FileNotFoundError:  # git removes its own while it works
                    continue
                except OSError as error:
                    self._leave_out(reason_of(error), path)
        return [hit.model_copy(update={"form": f"{hit.form}, in git's own folder"}) for hit in self._finds.secrets]

    def _search_names(self, path: Path, folder: Path) -> None:
        name = os.fsencode(path.relative_to(folder))
        if path.is_symlink():
            name += b"\n" + os.fsencode(path.readlink())
            if path.exists() and not path.resolve().is_relative_to(folder.parent.resolve()):
                self._leave_out("a link that leads out of the repository; it was not followed", path)
        self._finds.secrets += [match.at(self._shown(path), "in the name") for match in self._needles.find(name)]

    def _search_file(self, path: Path) -> None:
        if not stat.S_ISREG(path.lstat().st_mode):  # git talks to its own monitor through a socket
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with io.FileIO(descriptor) as file, io.BufferedReader(file, 1 << 16) as source:
            self._contents.search(self._shown(path), source, os.fstat(descriptor).st_size, None)

    def _files(self, folder: Path) -> Iterator[Path]:
        def failed(error: OSError) -> None:
            self._leave_out(reason_of(error), Path(error.filename))

        for path, folders, files in folders_below(folder, failed):
            apart = _APART if Path(path) == folder else frozenset()
            links = [name for name in folders if os.path.islink(f"{path}/{name}")]  # noqa: PTH114 - never raises
            folders[:] = sorted(name for name in folders if name not in apart and name not in links)
            yield from (Path(path, name) for name in sorted([*files, *links]) if name not in apart)

    def _leave_out(self, reason: str, path: Path) -> None:
        self._gaps.add(reason, self._shown(path))
