"""Submodules that a repository names, and whose own repositories are not here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from readiness.scan.git import Git, is_git_folder

ABSENT = "a submodule that is not here, so its history was not searched (git submodule update --init --recursive)"
_GITLINK = re.compile(rb"(?<![^\0])160000 (?:commit )?[0-9a-f]+(?: [0-3])?\t([^\0]+)\0")
"""In what git lists of an index, or of a tree."""


def absent_submodules(git: Git, home: Path, common: Path) -> Iterator[Path]:
    """Where each one belongs. Raises GitError.

    What is checked out counts, or, where nothing is, the last commit.
    """
    revision, listing = "", git.run("ls-files", "--stage", "-z", "--full-name", ":/")
    if not listing:
        revision, listing = "HEAD", git.run("ls-tree", "-r", "-z", "--full-tree", "HEAD", accept=(0, 128))
    paths = [os.fsdecode(path) for path in dict.fromkeys(_GITLINK.findall(listing))]
    names = _names(git, f"{revision}:.gitmodules") if paths else {}
    for path in paths:
        kept = common / "modules" / names.get(path, path)
        if not (is_git_folder(kept) or os.path.lexists(home / path / ".git")):
            yield home / path


def _names(git: Git, blob: str) -> dict[str, str]:
    """The name of each submodule, after which git calls the folder of its repository, by its path (gitmodules(5))."""
    settings = git.run(
        "config", "-z", "--blob", blob, "--get-regexp", r"^submodule\..*\.path$", accept=(0, 1, 128)
    ).split(b"\0")
    pairs = (os.fsdecode(setting).partition("\n") for setting in settings if setting)
    return {path: key.removeprefix("submodule.").removesuffix(".path") for key, _, path in pairs}
