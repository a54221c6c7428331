"""The search of one file's content: its bytes, and, where it is an archive, all that it holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, cast

from readiness.model import Environment
from readiness.scan.archive import ERRORS, Budget, Entry, Exhausted, Peeked, Reader, entries_of, read_fully
from readiness.scan.blocks import blocks_from
from readiness.scan.decompress import CHUNK, Refused
from readiness.scan.file import FileSearch
from readiness.scan.needles import Needles
from readiness.scan.overheard import Overheard
from readiness.scan.place import printable
from readiness.scan.signatures import GIT_OBJECT, HEAD, REPOSITORY, TAIL, ends_as_zip, kind_of, kind_of_file
from readiness.searched import Hit

_ANNEX = tuple(b"../" * depth + b".git/annex/objects/" for depth in range(10))
POINTERS = (
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",  # its older name
    b"/annex/objects/",
    *_ANNEX,
)
"""How a pointer of Git LFS begins, which stands for a file that is stored elsewhere; how those of git-annex begin,
which are files, or links: git keeps where these lead."""
NOT_HERE = "a {} pointer; what it stands for is stored elsewhere and was not searched"
_CONTAINERS = frozenset({"zip archive", "tar archive"})
"""A compressed file is no level of its own: a .tar.gz is one archive."""


class Bounds(NamedTuple):
    """How much of an archive is opened."""

    depth: int
    """Levels of archives within archives."""
    memory: int
    """Bytes that a zip archive within a compressed one may have, for it is kept in memory."""


@dataclass
class Finds:
    """Where searches put what they find."""

    secrets: list[Hit] = field(default_factory=list)
    matches: dict[str, list[Hit]] = field(default_factory=dict)
    """Of patterns, by their kind."""
    bytes: int = 0

    def add(self, search: FileSearch, path: str) -> None:
        """All that the search of one file found."""
        if search.found:
            self.secrets += search.secrets(path)
            for kind, hits in search.matches(path).items():
                if hits:
                    self.matches.setdefault(kind, []).extend(hits)


class _Level(NamedTuple):
    """Where a search is: in which file or archive, for which environment, and how much deeper it may go."""

    path: str
    environment: Environment | None
    budget: Budget
    depth: int


def behind_other_data(packed: str) -> str:
    """Why not all of a file was searched."""
    return f"{packed} behind other data, not opened: unpack it"


class ContentSearch:
    """Searches contents one after the other; what is found goes to `finds`, what is left out to `leave_out`."""

    def __init__(
        self,
        needles: Needles,
        bounds: Bounds,
        *,
        excusable: bool = False,
        finds: Finds,
        leave_out: Callable[[str, str], None],
        check: Callable[[], None],
        masked: Callable[[str], str] = str,
    ) -> None:
        """`leave_out` takes a reason and a path; `check` raises when it is time to stop; `masked` hides secrets."""
        self._needles = needles
        self._excusable = excusable
        self._bounds = bounds
        self._finds = finds
        self._leave_out = leave_out
        self._check = check
        self._masked = masked
        self._repositories: set[str] = set()
        """Those in archives that were told."""

    def search(self, path: str, source: BinaryIO, size: int, environment: Environment | None) -> None:
        """Search a file that can seek, of `size` bytes. Raises OSError where it cannot be read."""
        head = source.read(HEAD)
        if head.startswith(POINTERS):
            self._leave_out(NOT_HERE.format("Git LFS" if head.startswith(b"version") else "git-annex"), path)
        source.seek(0)
        level = _Level(path, environment, Budget(max(size, 1), self._bounds.memory), self._bounds.depth)
        self._seekable(level, source, kind_of_file(source, size))

    def search_stream(self, path: str, source: Reader, environment: Environment | None) -> bool:
        """Search the bytes of what can only be read from front to back; whether they hold an archive.

        Archives stay closed.
        """
        return self._bytes_of(_Level(path, environment, Budget(1, 0), 0), source) is not None

    def _seekable(self, level: _Level, source: BinaryIO, kind: str | None) -> None:
        """Archives and compressed files are searched as bytes too: these hold names, comments, and what is no entry."""
        if kind in {None, "zip archive"}:
            packed = self._bytes_of(level, source)
        if kind is None:
            if packed:
                self._leave_out(behind_other_data(packed), level.path)
            return
        source.seek(0)
        before = len(self._finds.secrets)
        opened = self._open(level, kind, source)
        source.seek(0)
        if not opened and kind != "zip archive":
            self._bytes_of(level, source)
        elif kind != "zip archive":
            self._between_entries(level, source, {hit.what for hit in self._finds.secrets[before:]})

    def _between_entries(self, level: _Level, source: Reader, known: Collection[str]) -> None:
        """What a tar archive holds outside its entries, or a compressed file in its headers."""
        apart = Finds()
        finds, self._finds = self._finds, apart
        try:
            self._bytes_of(level, source)
        finally:
            self._finds = finds
        finds.secrets += [hit for hit in apart.secrets if hit.what not in known]

    def _bytes_of(self, level: _Level, source: Reader) -> str | None:
        """What archive ends with these bytes or begins among them, if one does."""
        tail, size = b"", 0
        search = FileSearch(self._needles, level.environment, excusable=self._excusable)
        try:
            for block in blocks_from(source.read, self._needles.overlap):
                self._check()
                search.search(block)
                self._finds.bytes += len(block.data) - block.head
                tail, size = (tail + block.data[block.head :])[-TAIL:], block.offset + len(block.data)
        finally:  # what was found counts, even if the content could not be read to its end
            self._finds.add(search, level.path)
        return "a zip archive" if ends_as_zip(tail, size) else search.packed

    def _open(self, level: _Level, kind: str, source: BinaryIO | Reader) -> bool:
        """Whether it was opened to its end; if not, a gap says so. Raises Exhausted within another archive."""
        if level.depth <= 0 and kind in _CONTAINERS:
            self._leave_out("archives deeper than `policy.archive_depth`, not opened", level.path)
            return False
        inner = level._replace(depth=level.depth - (kind in _CONTAINERS))
        try:
            for entry in entries_of(kind, source, level.budget):
                self._check()
                self._entry(inner, entry)
        except Exhausted as exhausted:
            if level.depth < self._bounds.depth:
                raise
            self._leave_out(str(exhausted), level.path)
        except Refused as refused:
            self._leave_out(str(refused), level.path)
        except ERRORS as error:
            self._leave_out(f"a damaged {kind} ({type(error).__name__}); not all of it was opened", level.path)
        else:
            return True
        return False

    def _entry(self, archive: _Level, entry: Entry) -> None:
        level = archive
        if entry.name:
            level = archive._replace(path=f"{archive.path}!{printable(self._masked(entry.name))}")
        if entry.names:
            self._finds.secrets += [match.at(level.path, "in the name") for match in self._needles.find(entry.names)]
        if entry.content is None:
            return
        if "objects/" in entry.name and (match := GIT_OBJECT.fullmatch(entry.name)):
            home = f"{archive.path}!{printable(self._masked(match[1]))}".rstrip("/!")
            if home not in self._repositories:
                self._repositories.add(home)
                self._leave_out(REPOSITORY, home)
        try:
            self._content(level, entry.content)
        except Exhausted:
            raise
        except Refused as refused:
            self._leave_out(str(refused), level.path)
        except ERRORS as error:
            if not entry.name:
                raise
            self._leave_out(f"damaged ({type(error).__name__}); not all of it was searched", level.path)

    def _content(self, level: _Level, content: Reader) -> None:
        if isinstance(content, io.IOBase) and content.seekable():  # in place, in a plain tar in a plain file
            source = cast("BinaryIO", content)
            self._seekable(level, source, kind_of_file(source, source.seek(0, io.SEEK_END)))
            return
        peeked = Peeked(content)
        kind = kind_of(peeked.head)
        if kind is None:
            if packed := self._bytes_of(level, peeked):
                self._leave_out(f"{packed} behind other data, within an archive; not opened", level.path)
        elif kind == "zip archive":
            self._zip_in_memory(level, peeked)
        else:
            self._stream(level, kind, peeked)

    def _stream(self, level: _Level, kind: str, content: Reader) -> None:
        """What can be read only once is searched as bytes while it is opened."""
        overheard = Overheard(content, self._needles)
        before = len(self._finds.secrets)
        try:
            if not self._open(level, kind, overheard):
                with suppress(Refused, *ERRORS):  # a gap says already that something is left out
                    while overheard.read(CHUNK):
                        self._check()
        finally:
            known = {hit.what for hit in self._finds.secrets[before:]}
            hits = [match.at(level.path, "outside the files in it") for match in overheard.found()]
            self._finds.secrets += [hit for hit in hits if hit.what not in known]

    def _zip_in_memory(self, level: _Level, content: Peeked) -> None:
        """A zip archive has its table at the end; other compressed files are read as they come."""
        if level.depth <= 0:
            self._leave_out("archives deeper than `policy.archive_depth`, not opened", level.path)
            return
        budget = level.budget
        data = read_fully(content, budget.memory + 1)
        if len(data) > budget.memory:
            self._leave_out("too large for an archive within an archive (`policy.max_object`), not opened", level.path)
            return
        budget.memory -= len(data)
        try:
            self._seekable(level, io.BytesIO(data), "zip archive")
        finally:
            budget.memory += len(data)
