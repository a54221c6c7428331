"""The git repositories of the declared sources: where they are, and what of them is not here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from readiness.scan.git import Git, GitError, NoRepository, is_git_folder
from readiness.scan.nested import HEADLESS, LeaveOut, folders_of, is_headless, nested
from readiness.scan.object_store import ObjectStore, stores_of
from readiness.scan.submodules import ABSENT, absent_submodules

_DEEPEST_MODULE = 8
SHALLOW = "a shallow clone: what is older is not here (git fetch --unshallow)"
PARTIAL = "a partial clone: objects that it left out are not here (git fetch --refetch --no-filter)"
DAMAGED = (
    "its `.git` is damaged, leads nowhere or may not be read, so its history was not searched (git status tells more)"
)
_GITDIR = b"gitdir:"
_FALSE = frozenset({b"false", b"no", b"off", b"0", b""})
NONE = "it is in no git repository, so there is no history to search (`history: false` says so in the config)"


@dataclass
class Repository:
    """One repository. `home`: its working tree, or its own folder if it has none."""

    git: Git
    home: Path
    common: Path
    hash_size: int
    """Bytes of an object's id: 20, or 32 for SHA-256."""
    stores: tuple[ObjectStore, ...]
    gaps: list[str] = field(default_factory=list)
    """What keeps a search from being complete, known beforehand."""


def repositories_of(
    folders: list[Path], leave_out: LeaveOut, is_excluded: Callable[[Path], bool]
) -> Iterator[Repository]:
    """Repositories that hold the folders, those below them, and their submodules; each once.

    A folder that nobody can look into is no gap where it `is_excluded`.
    """
    seen: set[Path] = set()
    sources = [folder.resolve() for folder in folders]
    leave_out = _once(leave_out)
    for folder in folders:
        found = _opened(folder, leave_out, required=True)
        below = (_opened(path, leave_out, required=False) for path in nested(folder, sources, leave_out, is_excluded))
        for repository in (found, *below):
            if repository is None:
                continue
            for one in (repository, *_modules(repository, leave_out)):
                if one.common not in seen:
                    seen.add(one.common)
                    _tell_absent(one, sources, leave_out)
                    yield one


def _once(leave_out: LeaveOut) -> LeaveOut:
    """Sources may overlap."""
    told: set[tuple[str, Path]] = set()

    def tell(reason: str, path: Path) -> None:
        if (reason, path) not in told:
            told.add((reason, path))
            leave_out(reason, path)

    return tell


def _tell_absent(repository: Repository, sources: Sequence[Path], leave_out: LeaveOut) -> None:
    """Of the submodules in the sources: what else the repository holds was not declared."""
    try:
        for place in absent_submodules(repository.git, repository.home, repository.common):
            if any(place.is_relative_to(source) or source.is_relative_to(place) for source in sources):
                leave_out(ABSENT, place)
    except GitError as error:
        leave_out(str(error), repository.home)


def _opened(folder: Path, leave_out: LeaveOut, *, required: bool) -> Repository | None:
    if not os.path.lexists(folder):
        leave_out("no such file or directory", folder)
        return None
    start = folder if folder.is_dir() else folder.parent
    try:
        git = Git(start)
        if not _answers_for(git, start):
            raise GitError(DAMAGED if _leads_to_git(start) else HEADLESS)  # noqa: TRY301 - told like everything else that git cannot do
        return _described(git, start)
    except NoRepository:
        if _leads_to_git(start):
            leave_out(DAMAGED, folder)
        elif required:
            leave_out(NONE, folder)
    except GitError as error:
        leave_out(str(error), folder)
    return None


def _described(git: Git, start: Path) -> Repository:
    answers = git.run(
        "rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-object-format",
        "--path-format=absolute", "--git-common-dir",
    )  # fmt: skip
    bare, shallow, algorithm, common = os.fsdecode(answers).removesuffix("\n").split("\n", 3)
    home = Path(common)
    if bare != "true":
        try:
            home = Path(os.fsdecode(git.run("rev-parse", "--show-toplevel")).removesuffix("\n"))
        except GitError:  # in the git folder of a submodule, or of a linked working tree
            home = start
    hash_size = 32 if algorithm == "sha256" else 20
    repository = Repository(git, home, Path(common), hash_size, stores_of(git, Path(common), hash_size))
    if shallow == "true":
        repository.gaps.append(SHALLOW)
    promised = r"^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$"
    settings = git.run("config", "--includes", "-z", "--get-regexp", promised, accept=(0, 1))
    for setting in settings.split(b"\0")[:-1]:
        name, given, value = setting.partition(b"\n")
        if name == b"extensions.partialclone" or not given or value.lower() not in _FALSE:
            repository.gaps.append(PARTIAL)
            break
    for store in repository.stores:
        repository.gaps += store.gaps()
    return repository


def _answers_for(git: Git, start: Path) -> bool:
    """Whether the repository that git found is the folder's own, where it has one: else git looks further above."""
    own = start / ".git"
    if not _leads_to_git(start):
        if not is_git_folder(start):
            return True
        own = start
    found = os.fsdecode(git.run("rev-parse", "--absolute-git-dir")).removesuffix("\n")
    with suppress(OSError):
        if own.is_file():
            own = start / os.fsdecode(_beginning(own).removeprefix(_GITDIR)).strip()
        return own.samefile(found)
    return False


def _leads_to_git(folder: Path) -> bool:
    """Whether it has a `.git` that is, or was, of git."""
    own = folder / ".git"
    try:
        if own.is_dir() and not os.access(own, os.R_OK | os.X_OK):
            return True
        if own.is_file():
            return _beginning(own).startswith(_GITDIR)
    except OSError:
        return True
    return any(os.path.lexists(own / name) for name in ("HEAD", "objects", "refs"))


def _beginning(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(1 << 14)


def _modules(repository: Repository, leave_out: LeaveOut) -> Iterator[Repository]:
    """Submodules' repositories, which git keeps in its own folder."""
    roots = [repository.common / "modules", *sorted(repository.common.glob("worktrees/*/modules"))]
    for path, folders, depth in (each for root in roots if root.is_dir() for each in folders_of(root, leave_out)):
        if is_git_folder(path):
            folders[:] = [name for name in folders if name == "modules"]
            module = _opened(Path(path), leave_out, required=True)
            if module is not None:
                yield module
        elif is_headless(path, folders):
            leave_out(HEADLESS, Path(path))
            folders.clear()
        elif depth >= _DEEPEST_MODULE and folders:
            leave_out("submodules whose names have more parts than are looked into", Path(path))
            folders.clear()
