"""What a repository speaks of but does not hold: nobody can say what stood there.

A listing names the objects that are there. One that was deleted, or whose package is gone, is missed only by walking
from refs, reflogs and indexes through commits and trees, as `git fsck --connectivity-only` does. It writes nothing, and
reads no file's content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Self

from readiness.scan.git import Git

ABSENT = "the repository speaks of this object but does not hold it; search a whole clone (git fsck tells more)"
_COMMAND = ("-c", "core.multiPackIndex=false", "fsck", "--connectivity-only", "--no-dangling", "--no-progress")
_MISSING = re.compile(rb"missing \w+ ([0-9a-f]{40,64})")
_NO_FAULT = re.compile(r"notice:|error: \S+: invalid sha1 pointer 0+$")
"""Remarks that there is no commit yet to walk from, or that a symbolic ref names a branch that is no more."""


class Connection(NamedTuple):
    """What git said of the repository's coherence."""

    absent: tuple[str, ...]
    """Ids of objects that something leads to, and that are not there."""
    complaints: tuple[str, ...]
    """Refs and entries of reflogs that lead nowhere."""


class ConnectivityCheck:
    """Git's walk, beside the search. A context manager: at its end git is ended too."""

    def __init__(self, git: Git) -> None:
        self._process = git.start(*_COMMAND)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def finish(self, check: Callable[[], None]) -> Connection:
        """Wait for its end; `check` raises when it is time to stop."""
        lines = (_MISSING.fullmatch(line) for line in self._process.lines(check))
        absent = tuple(match[1].decode() for match in lines if match)
        complaints = self._process.finish(fine=_NO_FAULT)
        if absent:  # then the status says nothing more
            complaints = tuple(text for text in complaints if not text.startswith("git ended"))
        return Connection(absent, complaints)
