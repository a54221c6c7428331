"""Some objects of a git repository, one by one, for a closer look at each."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, NamedTuple, cast

from readiness.scan.git import Git
from readiness.scan.git_objects import HEADER, LONGEST_HEADER

_CHUNK = 1 << 18


class Content(NamedTuple):
    """One object's content, to be read before the next one is asked for."""

    id: str
    kind: str
    """`UNREADABLE` if git gave none, or not all of it: then it comes a second time."""
    size: int
    output: IO[bytes]


UNREADABLE = "unreadable"


def contents_of(git: Git, ids: Iterable[str]) -> Iterator[Content]:
    """Some objects, one after the other. What of one was not read is skipped. Raises GitError."""
    left = list(ids)
    while left:
        given, cut = 0, False
        for content in _contents_until_git_ends(git, left):
            cut = content.kind == UNREADABLE and content.size > 0
            given += not cut
            yield content
        if given < len(left) and not cut:
            yield Content(left[given], UNREADABLE, 0, io.BytesIO())
            given += 1
        left = left[given:]


def _contents_until_git_ends(git: Git, ids: Sequence[str]) -> Iterator[Content]:
    """Until git gives something else than what was asked for, too, behind an object that is longer than it says."""
    with tempfile.TemporaryFile() as given:
        given.write("".join(f"{name}\n" for name in ids).encode())
        given.seek(0)
        with git.start("cat-file", "--batch", "--buffer", given=given) as process:
            for name in ids:
                header = process.output.readline(LONGEST_HEADER)
                if header == f"{name} missing\n".encode():
                    yield Content(name, UNREADABLE, 0, io.BytesIO())
                    continue
                match = HEADER.fullmatch(header)
                if match is None or match[1].decode() != name:
                    return
                size = int(match[3])
                content = Limited(process.output, size)
                yield Content(name, match[2].decode(), size, cast("IO[bytes]", content))
                content.skip()
                if content.left:
                    yield Content(name, UNREADABLE, content.left, io.BytesIO())
                process.output.read(1)


class Limited:
    """The next so many bytes of a stream."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source = source
        self.left = size
        """Bytes that were not read; after `skip`, those that the stream did not hold."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many, fewer at the end."""
        data = self._source.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

    def skip(self) -> None:
        """Leave out what is left."""
        while self.left and self.read(_CHUNK):
            pass
