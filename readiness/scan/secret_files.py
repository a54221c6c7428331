"""How well the files are kept that are there to hold secrets."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from readiness.config.model import Config
from readiness.evidence import Missing
from readiness.model import Because, Location
from readiness.scan.git import FileStatus, Git, GitError, NoRepository
from readiness.scan.globs import glob_matches
from readiness.scan.walk import reason_of
from readiness.searched import SecretFile

_OUTSIDE = FileStatus(tracked=False, ignored=True)
"""What holds for a file that no repository can take in."""


def referred_files(config: Config, folder: Path) -> dict[Path, Location]:
    """Files that the config takes secrets from, and where it says so. `folder`: the config's."""
    found: dict[Path, Location] = {}
    for place, _, _, ref in config.secret_refs():
        if ref.store == "file":
            path = Path(os.path.abspath(folder / os.path.expanduser(str(ref.spec))))  # noqa: PTH100, PTH111 - keeps links
            found.setdefault(path, config.at(*place))
    return found


def secret_files(
    referred: dict[Path, Location],
    dotenv: Iterable[Path],
    artifacts: Sequence[str],
    folder: Path,
    shown: Callable[[Path], str],
) -> tuple[SecretFile, ...]:
    """Facts of each file. `artifacts` are globs relative to `folder`; `shown` makes a path printable."""
    statuses = _statuses(sorted({*referred, *dotenv}))
    base = os.path.abspath(folder)  # noqa: PTH100 - resolves no links
    return tuple(
        _facts(
            path,
            shown(path),
            status,
            location=referred.get(path),
            in_artifacts=any(glob_matches(glob, os.path.relpath(path, base)) for glob in artifacts),
        )
        for path, status in sorted(statuses.items())
    )


def _facts(
    path: Path, name: str, status: FileStatus | Missing, *, location: Location | None, in_artifacts: bool
) -> SecretFile:
    mode: int | None = None
    readable: bool | Missing
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        readable = bool(mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError as error:
        readable = Missing(because=Because.UNREACHABLE, detail=f"{name}: {reason_of(error)}")
    lack = Missing(because=status.because, detail=f"{name}: {status.detail}") if isinstance(status, Missing) else None
    return SecretFile(
        path=name,
        location=location,
        mode=mode,
        readable_by_others=readable,
        tracked=status.tracked if isinstance(status, FileStatus) else lack,
        ignored=status.ignored if isinstance(status, FileStatus) else lack,
        in_artifacts=in_artifacts,
    )


def _statuses(paths: Sequence[Path]) -> dict[Path, FileStatus | Missing]:
    """What git says of each, asked once for every folder."""
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path.name)
    statuses: dict[Path, FileStatus | Missing] = {}
    for folder, names in folders.items():
        try:
            found = Git(folder).files(names)
        except NoRepository:
            found = dict.fromkeys(names, _OUTSIDE)
        except GitError as error:
            lack = Missing(because=Because.UNREACHABLE, detail=str(error))
            statuses |= {folder / name: lack for name in names}
            continue
        statuses |= {folder / name: status for name, status in found.items()}
    return statuses
