"""What a repository speaks of but does not hold: nobody can say what stood there.

A listing names the objects that are there. One that was deleted, or whose package is gone, is missed only by walking
from refs, reflogs and indexes through commits and trees, as `git fsck --connectivity-only` does. It writes nothing, and
reads no file's content.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Callable
from typing import NamedTuple, Self

from readiness.scan.git import Git

ABSENT = "the repository speaks of this object but does not hold it; search a whole clone (git fsck tells more)"
_COMMAND = ("-c", "core.multiPackIndex=false", "fsck", "--connectivity-only", "--no-dangling", "--no-progress")
_MISSING = re.compile(rb"^missing \w+ ([0-9a-f]{40,64})$", re.MULTILINE)
_NO_FAULT = "notice:"
"""How git begins to remark that there is no commit yet to walk from."""
_PATIENCE = 0.25
"""Seconds between looks at whether to stop."""
_MOST = 1 << 24
"""Bytes of git's answer that are kept; each absent object takes some two hundred."""


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
        answer = bytearray()
        descriptor = self._process.output.fileno()
        data = b"more"
        while data:
            check()
            if select.select([descriptor], [], [], _PATIENCE)[0]:
                data = os.read(descriptor, 1 << 16)
                if len(answer) < _MOST:
                    answer += data
        absent = tuple(name.decode() for name in _MISSING.findall(answer))
        complaints = self._process.finish(fine=_NO_FAULT)
        if absent:  # then the status says nothing more
            complaints = tuple(text for text in complaints if not text.startswith("git ended"))
        return Connection(absent, complaints)
