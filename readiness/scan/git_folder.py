"""What git keeps beside objects: reflogs with their messages, settings, hooks, drafts of messages, files of Git LFS."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from readiness.scan import blocks
from readiness.scan.file import FileSearch
from readiness.scan.needles import Needles
from readiness.scan.walk import reason_of
from readiness.searched import Hit

_APART = frozenset({"objects", "modules", "packed-refs"})
"""Searched as objects, as repositories of their own, and as refs."""


def secrets_in_git_folder(
    folder: Path,
    needles: Needles,
    *,
    but: Path | None,
    shown: Callable[[str | Path], str],
    leave_out: Callable[[str, Path], None],
    check: Callable[[], None],
) -> Iterator[Hit]:
    """Known secrets in the files of a repository's folder, all `but` one; `check` raises when it is time to stop."""
    for path in _files(folder, leave_out):
        check()
        if path == but:
            continue
        search = FileSearch(needles, None)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if stat.S_ISREG(os.fstat(descriptor).st_mode):
                    for block in blocks.blocks_of(descriptor, needles.overlap):
                        check()
                        search.search(block)
            finally:
                os.close(descriptor)
        except FileNotFoundError:  # git removes its own while it works
            continue
        except OSError as error:
            if not path.is_symlink():
                leave_out(reason_of(error), path)
        for hit in search.secrets(shown(path)) if search.found else ():
            yield hit.model_copy(update={"form": f"{hit.form}, in git's own folder"})


def _files(folder: Path, leave_out: Callable[[str, Path], None]) -> Iterator[Path]:
    for path, folders, files in os.walk(
        folder, onerror=lambda error: leave_out(reason_of(error), Path(error.filename))
    ):
        apart = _APART if Path(path) == folder else frozenset()
        folders[:] = sorted(name for name in folders if name not in apart)
        yield from (Path(path, name) for name in sorted(files) if name not in apart)
