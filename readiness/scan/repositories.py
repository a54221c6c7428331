"""The git repositories of the declared sources: where they are, and what of them is not here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from readiness.scan.git import Git, GitError, NoRepository

_DEEPEST_MODULE = 8
SHALLOW = "a shallow clone: what is older is not here (git fetch --unshallow)"
PARTIAL = "a partial clone: objects that it left out are not here (git fetch --refetch --no-filter)"
NONE = "it is in no git repository, so there is no history to search"


@dataclass
class Repository:
    """One repository. `home`: its working tree, or its own folder if it has none."""

    git: Git
    home: Path
    common: Path
    hash_size: int
    """Bytes of an object's id: 20, or 32 for SHA-256."""
    gaps: list[str] = field(default_factory=list)
    """What keeps a search from being complete, known beforehand."""


def repositories_of(folders: list[Path], leave_out: Callable[[str, Path], None]) -> Iterator[Repository]:
    """Repositories that hold the folders, those below them, and their submodules; each once."""
    seen: set[Path] = set()
    for folder in folders:
        found = _opened(folder, leave_out, required=True)
        below = (_opened(path, leave_out, required=False) for path in _nested(folder))
        for repository in (found, *below):
            if repository is None:
                continue
            for one in (repository, *_modules(repository, leave_out)):
                if one.common not in seen:
                    seen.add(one.common)
                    yield one


def _opened(folder: Path, leave_out: Callable[[str, Path], None], *, required: bool) -> Repository | None:
    start = folder if folder.is_dir() else folder.parent
    try:
        git = Git(start)
        return _described(git, start)
    except NoRepository:
        if required:
            leave_out(NONE, folder)
    except GitError as error:
        leave_out(str(error), folder)
    return None


def _described(git: Git, start: Path) -> Repository:
    answers = git.run(
        "rev-parse", "--path-format=absolute", "--git-common-dir", "--is-bare-repository",
        "--is-shallow-repository", "--show-object-format",
    ).decode(errors="surrogateescape").splitlines()  # fmt: skip
    common, bare, shallow, algorithm = answers[0], answers[1], answers[2], answers[3]
    home = Path(common)
    if bare != "true":
        try:
            home = Path(os.fsdecode(git.run("rev-parse", "--show-toplevel")).rstrip("\n"))
        except GitError:  # in the git folder of a submodule, or of a linked working tree
            home = start
    repository = Repository(git, home, Path(common), 32 if algorithm == "sha256" else 20)
    if shallow == "true":
        repository.gaps.append(SHALLOW)
    names = git.run(
        "config", "--includes", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$", accept=(0, 1)
    )
    if any(not line.endswith((b" false", b" no", b" 0")) for line in names.splitlines()):
        repository.gaps.append(PARTIAL)
    return repository


def _modules(repository: Repository, leave_out: Callable[[str, Path], None]) -> Iterator[Repository]:
    """Submodules' repositories, which git keeps in its own folder."""
    root = repository.common / "modules"
    depth = len(root.parts)
    for path, folders, _ in os.walk(root):
        if _is_git_folder(path):
            folders[:] = [name for name in folders if name == "modules"]
            module = _opened(Path(path), leave_out, required=True)
            if module is not None:
                yield module
        elif len(Path(path).parts) - depth >= _DEEPEST_MODULE:
            folders.clear()


def _nested(folder: Path) -> Iterator[Path]:
    """Folders below that have a repository of their own."""
    for path, folders, files in os.walk(folder):
        if (".git" in folders or ".git" in files) and Path(path) != folder:
            yield Path(path)
        folders[:] = [name for name in folders if name != ".git"]


def _is_git_folder(path: str) -> bool:
    return all(os.path.lexists(os.path.join(path, name)) for name in ("HEAD", "objects", "refs"))  # noqa: PTH118
