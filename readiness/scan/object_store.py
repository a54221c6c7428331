"""Where git keeps the objects of a repository: what of it is not objects, and what git does not see there."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from readiness.scan.git import Git

_UNFINISHED = ("pack/tmp_*", "??/tmp_obj_*", "incoming-*", "tmp_objdir-*")
"""What an interrupted git leaves."""
INTERRUPTED = "an interrupted git left parts of objects, which were not searched (git gc removes them)"
_ALTERNATE = b"alternate: "


class ObjectStore:
    """The repository's own folder `objects`, or one that it borrows from."""

    def __init__(self, path: Path, hash_size: int) -> None:
        """`hash_size`: bytes of an object's id."""
        self.path = path
        self._loose = re.compile(rf"[0-9a-f]{{2}}/[0-9a-f]{{{2 * hash_size - 2}}}")

    def gaps(self) -> Iterator[str]:
        """What git does not see here."""
        if any(path for pattern in _UNFINISHED for path in self.path.glob(pattern)):
            yield INTERRUPTED
        for pack in sorted(self.path.glob("pack/*.pack")):
            index = pack.with_suffix(".idx")
            if not (index.is_file() and os.access(index, os.R_OK)):
                yield f"git cannot read the index of {pack.name}, so what is packed there is not seen"

    def is_gits(self, relative: str) -> bool:
        """Whether git reads it as objects, or a gap tells of it; all else here is a file like any other."""
        if self._loose.fullmatch(relative):
            return True
        folder, _, name = relative.rpartition("/")
        if folder == "pack" and name.endswith(".idx"):
            return (self.path / folder / name).with_suffix(".pack").exists()
        return (folder == "pack" and name.endswith(".pack")) or any(
            fnmatchcase(relative, pattern) for pattern in _UNFINISHED
        )


def stores_of(git: Git, common: Path, hash_size: int) -> tuple[ObjectStore, ...]:
    """The repository's own store, and its alternates, with theirs. Raises GitError."""
    own = common / "objects"
    paths = [own]
    if (own / "info" / "alternates").exists():
        told = git.run("-c", "core.quotePath=true", "count-objects", "-v").splitlines()
        paths += [_unquoted(line.removeprefix(_ALTERNATE)) for line in told if line.startswith(_ALTERNATE)]
    return tuple(ObjectStore(path, hash_size) for path in paths)


def _unquoted(name: bytes) -> Path:
    """Git quotes odd names as C does, which Python reads too."""
    if name.startswith(b'"'):
        name = ast.literal_eval(f"b{name.decode('ascii')}")
    return Path(os.fsdecode(name))
