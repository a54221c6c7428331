"""Folders below a source that are, or were, git repositories of their own, and those that nobody can look into."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from readiness.scan.git import is_git_folder
from readiness.scan.walk import folders_below, reason_of

HEADLESS = (
    "objects of git whose `HEAD` or `refs` are gone or damaged, so git does not open them and their history was not "
    "searched (where only the empty `refs` was lost: mkdir refs)"
)
LINKED = (
    "a link to what is, or may hold, another git repository, whose history was not searched: declare it in `sources`"
)
_LOOKED_INTO = 500
"""Folders behind a link in which a repository is looked for."""
_FANOUT = re.compile(r"[0-9a-f]{2}")
_LOOSE = re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")

LeaveOut = Callable[[str, Path], None]


def nested(
    folder: Path, sources: Sequence[Path], leave_out: LeaveOut, is_excluded: Callable[[Path], bool]
) -> Iterator[Path]:
    """Folders below that have a repository of their own.

    `sources`: all that are searched, resolved. `is_excluded`: of a folder that nobody can look into, whether that is no
    gap.
    """

    def closed(reason: str, path: Path) -> None:
        if not is_excluded(path):
            leave_out(reason, path)

    for path, folders, files in folders_below(folder, _teller(closed)):
        bare = _is_bare(folders, files)
        if not bare and is_headless(path, folders):
            leave_out(HEADLESS, Path(path))
        if (bare or ".git" in folders or ".git" in files) and Path(path) != folder:
            yield Path(path)
        folders[:] = [] if bare else sorted(name for name in folders if name != ".git")
        for name in folders:
            if _is_link(path, name) and _hides_a_repository(Path(path, name), sources):
                closed(LINKED, Path(path, name))


def folders_of(root: Path, leave_out: LeaveOut) -> Iterator[tuple[str, list[str], int]]:
    """Each folder, those below it, which may be taken out of the list, and how deep it lies."""
    for path, folders, _ in folders_below(root, _teller(leave_out)):
        for name in folders:
            if _is_link(path, name):
                leave_out("a link among the repositories of submodules; it was not followed", Path(path, name))
        yield path, folders, len(Path(path).parts) - len(root.parts)


def is_headless(path: str, folders: list[str]) -> bool:
    """Whether git once kept its objects in the folder; where it still opens them nobody needs to ask."""
    objects = f"{path}/objects"
    if "objects" not in folders:
        return False
    return os.path.isdir(f"{objects}/pack") or any(  # noqa: PTH112 - names that cannot be decoded
        _LOOSE.fullmatch(name) for fanout in _names_in(objects) if _FANOUT.fullmatch(fanout)
        for name in _names_in(f"{objects}/{fanout}")
    )  # fmt: skip


def _is_bare(folders: list[str], files: list[str]) -> bool:
    return "HEAD" in files and {"objects", "refs"} <= set(folders)


def _teller(leave_out: LeaveOut) -> Callable[[OSError], None]:
    def tell(error: OSError) -> None:
        if not isinstance(error, NotADirectoryError):  # a source may be one file
            leave_out(reason_of(error), Path(error.filename))

    return tell


def _is_link(path: str, name: str) -> bool:
    return os.path.islink(os.path.join(path, name))  # noqa: PTH114, PTH118 - names that cannot be decoded


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - as above
    except OSError:  # a file, or closed, which is told where folders are listed
        return []


def _hides_a_repository(link: Path, sources: Sequence[Path]) -> bool:
    """Whether what a link leads to is, or may be, in a repository that is not searched, or holds one."""
    target = link.resolve()
    if any(target.is_relative_to(source) for source in sources):
        return False
    above = _repository_above(target)
    if above is not None and above not in map(_repository_above, sources):
        return True
    errors: list[OSError] = []
    below = list(islice(folders_below(target, errors.append), _LOOKED_INTO))
    return (
        bool(errors)
        or len(below) == _LOOKED_INTO
        or any(
            ".git" in folders or ".git" in files or _is_bare(folders, files) or is_headless(path, folders)
            for path, folders, files in below
            if Path(path) != above
        )
    )


def _repository_above(folder: Path) -> Path | None:
    return next(
        (each for each in (folder, *folder.parents) if os.path.lexists(each / ".git") or is_git_folder(each)), None
    )
