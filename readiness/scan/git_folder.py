"""What git keeps beside objects: reflogs with their messages, settings, hooks, drafts of messages, files of Git LFS."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from readiness.scan.content import Bounds, ContentSearch, Finds
from readiness.scan.limits import Gaps
from readiness.scan.needles import Needles
from readiness.scan.object_store import ObjectStore
from readiness.scan.walk import folders_below, reason_of
from readiness.searched import Hit

_APART = frozenset({"objects", "modules", "packed-refs"})
"""Searched as objects, as repositories of their own, and as refs."""
_COMPRESSED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""How objects that are not packed begin: a zlib stream (RFC 1950, 2.2) of any level."""
MISNAMED = "a file among git's objects that begins as one, under a name that git does not read; it was not searched"


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

    def search(self, folder: Path, stores: Iterable[ObjectStore], *, but: Path | None) -> list[Hit]:
        """Search all files `but` one, and those among objects that are none."""
        for path in self._files(folder, _APART.__contains__):
            if path != but:
                self._search_path(path, folder)
        for store in stores:
            for path in self._files(store.path, store.is_gits):
                self._search_path(path, store.path, among_objects=True)
        return [hit.model_copy(update={"form": f"{hit.form}, in git's own folder"}) for hit in self._finds.secrets]

    def _search_path(self, path: Path, folder: Path, *, among_objects: bool = False) -> None:
        self._check()
        try:
            self._search_names(path, folder)
            self._search_file(path, among_objects=among_objects)
        except FileNotFoundError:  # git removes its own while it works
            return
        except OSError as error:
            self._leave_out(reason_of(error), path)

    def _search_names(self, path: Path, folder: Path) -> None:
        name = os.fsencode(path.relative_to(folder))
        if path.is_symlink():
            name += b"\n" + os.fsencode(path.readlink())
            if path.exists() and not path.resolve().is_relative_to(folder.parent.resolve()):
                self._leave_out("a link that leads out of the repository; it was not followed", path)
        self._finds.secrets += [match.at(self._shown(path), "in the name") for match in self._needles.find(name)]

    def _search_file(self, path: Path, *, among_objects: bool) -> None:
        if not stat.S_ISREG(path.lstat().st_mode):  # git talks to its own monitor through a socket
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with io.FileIO(descriptor) as file, io.BufferedReader(file, 1 << 16) as source:
            if among_objects and source.peek(2).startswith(_COMPRESSED):
                self._leave_out(MISNAMED, path)
            self._contents.search(self._shown(path), source, os.fstat(descriptor).st_size, None)

    def _files(self, root: Path, is_apart: Callable[[str], bool]) -> Iterator[Path]:
        """Those below, but what `is_apart` by its path relative to the root."""

        def failed(error: OSError) -> None:
            self._leave_out(reason_of(error), Path(error.filename))

        for path, folders, files in folders_below(root, failed):
            below = path.removeprefix(os.fspath(root)).lstrip("/")
            apart = {name for name in (*folders, *files) if is_apart(f"{below}/{name}" if below else name)}
            links = [name for name in folders if os.path.islink(f"{path}/{name}")]  # noqa: PTH114 - never raises
            folders[:] = sorted(name for name in folders if name not in apart and name not in links)
            yield from (Path(path, name) for name in sorted([*files, *links]) if name not in apart)

    def _leave_out(self, reason: str, path: Path) -> None:
        self._gaps.add(reason, self._shown(path))
