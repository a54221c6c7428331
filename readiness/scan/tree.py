"""One search of files: the declared sources, or what the globs of artifacts and logs name."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from readiness.config.model import Source
from readiness.model import Environment
from readiness.scan import blocks
from readiness.scan.batch import LARGEST, Batch
from readiness.scan.content import POINTERS, Bounds, ContentSearch, Finds, behind_other_data
from readiness.scan.file import FileSearch
from readiness.scan.git import is_git_folder
from readiness.scan.limits import Gaps, Limits, OutOfTime
from readiness.scan.named import NamedFiles
from readiness.scan.needles import Needles
from readiness.scan.place import printable
from readiness.scan.signatures import GIT_PACK, HEAD, TAIL, kind_of
from readiness.scan.walk import Entry, Walk, reason_of
from readiness.searched import OVER_TIME

_PROGRESS_EVERY = 500
"""Entries; names are searched that many at once too."""
_AHEAD = 4000
"""Entries that are listed before the first of them is read."""
_NO_SECRETS_ENDINGS = frozenset({"example", "sample", "template", "tmpl", "dist", "defaults", "schema"})
_ORDER = {None: 0, Environment.PRODUCTION: 1, Environment.SANDBOX: 2}
_Search = Callable[[Entry, Environment | None, int, int], None]
"""Of an open file: its descriptor, and its size."""
DEFAULT_BOUNDS = Bounds(depth=3, memory=64 << 20)


@dataclass
class Findings(Finds):
    """What a search of files found, and what it left out."""

    files: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    """Files that each pattern takes out: in these only known secrets are looked for."""
    dotenv: list[Path] = field(default_factory=list)
    """Files that are there to hold secrets."""
    unmatched: list[str] = field(default_factory=list)
    """Globs that matched no file."""
    gaps: list[str] = field(default_factory=list)


class TreeSearch:
    """Searches trees. A file that lies in several sources is searched once."""

    def __init__(
        self,
        folder: Path,
        needles: Needles,
        *,
        bounds: Bounds = DEFAULT_BOUNDS,
        excusable: bool = False,
        masked: Callable[[str], str] = str,
        limits: Limits | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`folder`: what sources are relative to, the config's. `masked` takes secrets out of a path."""
        self._folder = folder
        self._needles = needles
        self._excusable = excusable
        self._masked = masked
        self._limits = limits or Limits()
        self._progress = progress
        self._found = Findings()
        self._gaps = Gaps()
        self._seen: set[str] = set()
        self._entries: list[Entry] = []
        self._batch: Batch[tuple[Entry, Environment | None]] = Batch(needles)
        self._apart = Finds(secrets=self._found.secrets)
        """Where searches of excluded files put what they find: nothing excuses a secret, and all else is excused."""

        def contents(finds: Finds, leave_out: Callable[[str, str], None]) -> ContentSearch:
            check = self._limits.check
            return ContentSearch(
                needles, bounds, excusable=excusable, finds=finds, leave_out=leave_out, check=check, masked=masked
            )

        self._contents = contents(self._found, self._gaps.add)
        self._contents_apart = contents(self._apart, lambda *_: None)

    def search(self, sources: Sequence[Source]) -> Findings:
        """Search all sources. Raises Interrupted when told to stop; a deadline makes a gap."""
        self._needles.prepare()
        # A file of several sources is judged as one that is shipped to production, if any of them is.
        ordered = sorted(sources, key=lambda source: _ORDER[source.environment])
        walks = [Walk(self._folder / one.path, [exclude.pattern for exclude in one.exclude]) for one in ordered]
        for source, walk in zip(ordered, walks, strict=True):
            if self._search_walk(walk, _left_to(walk, walks), source.environment) == 0 and not walk.gaps:
                self._leave_out("it holds no file", walk.root)
            self._found.excluded.update(walk.excluded)
            for path, reason in walk.gaps:
                self._leave_out(reason, path)
        return self._done()

    def search_globs(self, globs: Sequence[str]) -> Findings:
        """Search the files that globs name, which are relative to the folder. Otherwise as `search`."""
        for glob in globs:
            named = NamedFiles(self._folder, glob, globs)
            if self._search_walk(named.walk, named, None) == 0:
                self._found.unmatched.append(glob)
            else:
                for path, reason in named.gaps().items():
                    self._leave_out(reason, path)
        return self._done()

    def shown(self, path: str | Path) -> str:
        """A path as reports show it: it begins as the config's own path does; no secrets, no unseen characters."""
        folder = os.path.abspath(self._folder)  # noqa: PTH100 - resolves no links
        relative = os.path.relpath(os.path.abspath(path), folder)  # noqa: PTH100 - the same
        return printable(self._masked(os.path.normpath(self._folder / relative)))

    def _leave_out(self, reason: str, path: str) -> None:
        self._gaps.add(reason, self.shown(path))

    def _done(self) -> Findings:
        self._found.gaps = list(self._gaps.texts())
        return self._found

    def _search_walk(self, walk: Walk, entries: Iterable[Entry], environment: Environment | None) -> int:
        """How many files there were, those that cannot be read included."""
        files = 0
        try:
            for entry in self._fresh(_some_ahead(iter(entries))):
                files += entry.is_file and not entry.excluded
                if entry.path not in self._seen:
                    self._search_entry(entry, environment)
            self._search_batch()
            self._search_names()
        except OutOfTime:
            self._leave_out(OVER_TIME, walk.root)
            self._search_rest()
            return files or 1
        return files

    def _fresh(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for number, entry in enumerate(entries, 1):
            self._limits.check()
            yield entry
            if number % _PROGRESS_EVERY == 0:
                self._search_names()
                self._progress(f"{self._found.files} files, {self._found.bytes / 1e6:.0f} MB searched")

    def _search_entry(self, entry: Entry, environment: Environment | None) -> None:
        self._seen.add(entry.path)
        self._entries.append(entry)
        if entry.is_file:
            self._read(entry, environment, self._search_file)
        if self._batch.full:
            self._search_batch()

    def _read(self, entry: Entry, environment: Environment | None, search: _Search) -> None:
        """Open a file and search it; where it cannot be read, that is told."""
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise FileNotFoundError(errno.ENOENT, "it was replaced by something else")
                search(entry, environment, descriptor, status.st_size)
            finally:
                os.close(descriptor)
        except OSError as error:
            if not entry.excluded:
                self._leave_out("vanished" if error.errno == errno.ENOENT else reason_of(error), entry.path)

    def _search_names(self) -> None:
        """A secret may stand in a name, or in where a link leads. All at once first: hardly ever is there anything."""
        entries, self._entries = self._entries, []
        names = b"\n".join(os.fsencode(f"{entry.relative}\n{entry.target}") for entry in entries)
        if any(self._needles.signals(names)):
            for entry in entries:
                self._search_name(entry)

    def _search_name(self, entry: Entry) -> None:
        """Folders were told of by themselves."""
        name = os.fsencode(entry.relative)
        known = name.rfind(b"/") + 1
        matches = [(match, "in the name") for match in self._needles.find(name) if match.end > known]
        if entry.target:
            matches += [(match, "in the link") for match in self._needles.find(os.fsencode(entry.target))]
        self._found.secrets += [match.at(self.shown(entry.path), where) for match, where in matches]

    def _search_file(self, entry: Entry, environment: Environment | None, descriptor: int, size: int) -> None:
        if is_dotenv(entry.path) and not entry.excluded:
            self._found.dotenv.append(Path(entry.path))
        if size < LARGEST:
            self._batch.read((entry, environment), descriptor, size)
        else:
            self._search_batch()
            self._search_content(entry, environment, descriptor, size)
            self._found.files += 1

    def _search_batch(self) -> None:
        """Look closer at those files in which something may stand."""
        files, size = self._batch.files, self._batch.bytes
        suspects = self._batch.suspects()
        self._found.files += files - len(suspects)
        self._found.bytes += size - sum(held.size for held in suspects)
        for held in suspects:
            self._read(*held.file, self._search_content)
            self._found.files += 1

    def _search_rest(self) -> None:
        """After the deadline: what was read already is little, and is searched."""
        limits, self._limits = self._limits, Limits(self._limits.stop)
        with suppress(OutOfTime):  # archives are left closed
            self._search_batch()
        self._limits = limits

    def _search_content(self, entry: Entry, environment: Environment | None, descriptor: int, size: int) -> None:
        path = self.shown(entry.path)
        head = os.pread(descriptor, HEAD, 0)
        tail = os.pread(descriptor, TAIL, max(size - TAIL, 0))
        kind = kind_of(head, tail, size)
        if (kind and not (kind == GIT_PACK and _is_of_repository(entry.path))) or head.startswith(POINTERS):
            with io.FileIO(descriptor, closefd=False) as file, io.BufferedReader(file, 1 << 16) as source:
                contents = self._contents_apart if entry.excluded else self._contents
                contents.search(path, source, size, environment)
            return
        search = FileSearch(self._needles, environment, excusable=self._excusable)
        try:
            for block in blocks.blocks_of(descriptor, self._needles.overlap):
                self._limits.check()
                search.search(block)
                self._found.bytes += len(block.data) - block.head
            if search.packed and not entry.excluded:
                self._leave_out(behind_other_data(search.packed), entry.path)
        finally:  # what was found counts, even if the file could not be read to its end
            (self._apart if entry.excluded else self._found).add(search, path)


def _left_to(walk: Walk, walks: Sequence[Walk]) -> Iterator[Entry]:
    """The entries of a source, but for those that it excludes and another one holds: there all is looked for."""
    others = [other for other in walks if other is not walk]
    for entry in walk:
        if not (entry.excluded and any(other.holds(entry.path) for other in others)):
            yield entry


def _is_of_repository(pack: str) -> bool:
    """Whether git opens the pack, as in a bare repository: the search of the history does, or is told to leave it."""
    path, _, folder = pack.rpartition("/")[0].rpartition("/objects/")
    return folder == "pack" and is_git_folder(path)


def _some_ahead(entries: Iterator[Entry]) -> Iterator[Entry]:
    """The same: while the first ones are listed, before any is read, the engine has time to be prepared."""
    yield from list(islice(entries, _AHEAD))
    yield from entries


def is_dotenv(path: str | Path) -> bool:
    """Whether the file is there to hold secrets, and is not an example of one that is."""
    name = str(path).rpartition(os.sep)[2]
    if not name.startswith(".env"):
        return False
    return (name == ".env" or name.startswith((".env.", ".envrc"))) and name.split(".")[-1] not in _NO_SECRETS_ENDINGS
