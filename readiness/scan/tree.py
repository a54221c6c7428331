"""One search of the declared sources: known secrets, undeclared credentials, retired hosts."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness.config.model import Source
from readiness.model import Environment, Location
from readiness.scan.blocks import blocks_of
from readiness.scan.file import FileSearch
from readiness.scan.needles import Needles
from readiness.scan.patterns import Pattern
from readiness.scan.place import printable
from readiness.scan.walk import Entry, Walk, reason_of
from readiness.searched import Hit

_NAMED = 5
"""Paths that a gap names; the rest are counted."""
_PROGRESS_EVERY = 200
"""Files."""
_NO_SECRETS_ENDINGS = frozenset({"example", "sample", "template", "tmpl", "dist", "defaults", "schema"})


_ORDER = {None: 0, Environment.PRODUCTION: 1, Environment.SANDBOX: 2}


class Interrupted(Exception):  # noqa: N818 - it is asked for, not a fault
    """The search was told to stop."""


class _OutOfTime(Exception):  # noqa: N818 - the same
    """The deadline came first."""


@dataclass(frozen=True)
class Limits:
    """When a search ends before it is done: when `stop` is set, or at `deadline` on `time.monotonic`."""

    stop: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None

    def check(self) -> None:
        """Raise Interrupted, or _OutOfTime, if it is time."""
        if self.stop.is_set():
            raise Interrupted
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise _OutOfTime


@dataclass
class Findings:
    """What a search found, and what it left out."""

    files: int = 0
    bytes: int = 0
    secrets: list[Hit] = field(default_factory=list)
    matches: dict[str, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    """Of patterns, by their kind."""
    excluded: Counter[str] = field(default_factory=Counter)
    """Files that each pattern left out."""
    dotenv: list[Path] = field(default_factory=list)
    """Files that are there to hold secrets."""
    gaps: list[str] = field(default_factory=list)


class TreeSearch:
    """Searches trees. A file that lies in several sources is searched once."""

    def __init__(
        self,
        folder: Path,
        needles: Needles,
        patterns: Sequence[Pattern],
        *,
        masked: Callable[[str], str] = str,
        limits: Limits | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`folder`: what sources are relative to, the config's. `masked` takes secrets out of a path."""
        self._folder = folder
        self._needles = needles
        self._patterns = tuple(patterns)
        self._masked = masked
        self._limits = limits or Limits()
        self._progress = progress
        self._found = Findings()
        self._left_out: dict[str, list[str]] = defaultdict(list)
        self._seen: set[str] = set()

    def search(self, sources: Sequence[Source]) -> Findings:
        """Search all sources. Raises Interrupted when told to stop; a deadline makes a gap."""
        # A file of several sources is judged as one that is shipped to production, if any of them is.
        for source in sorted(sources, key=lambda source: _ORDER[source.environment]):
            walk = Walk(self._folder / source.path, [exclude.pattern for exclude in source.exclude])
            try:
                empty = self._search_source(walk, source.environment) == 0
            except _OutOfTime:
                self._leave_out("the time for the search was over before all of it was searched", walk.root)
            else:
                if empty and not walk.gaps:
                    self._leave_out("it holds no file", walk.root)
            self._found.excluded.update(walk.excluded)
            for path, reason in walk.gaps:
                self._leave_out(reason, path)
        self._found.gaps = [_gap(reason, paths) for reason, paths in sorted(self._left_out.items())]
        return self._found

    def shown(self, path: str | Path) -> str:
        """A path as reports show it: it begins as the config's own path does; no secrets, no unseen characters."""
        folder = os.path.abspath(self._folder)  # noqa: PTH100 - resolves no links
        relative = os.path.relpath(os.path.abspath(path), folder)  # noqa: PTH100 - the same
        return printable(self._masked(os.path.normpath(self._folder / relative)))

    def _leave_out(self, reason: str, path: str) -> None:
        self._left_out[reason].append(self.shown(path))

    def _search_source(self, walk: Walk, environment: Environment | None) -> int:
        """How many files there were, those that cannot be read included."""
        files = 0
        for entry in walk:
            self._limits.check()
            files += entry.is_file
            if entry.path in self._seen:
                continue
            self._seen.add(entry.path)
            self._search_name(entry)
            if entry.is_file:
                try:
                    self._search_file(entry, environment)
                except OSError as error:
                    self._leave_out("vanished" if error.errno == errno.ENOENT else reason_of(error), entry.path)
                if files % _PROGRESS_EVERY == 0:
                    self._progress(f"{self._found.files} files, {self._found.bytes / 1e6:.0f} MB searched")
        return files

    def _search_name(self, entry: Entry) -> None:
        """A secret may stand in a name, or in where a link leads. Folders were told of by themselves."""
        name = os.fsencode(entry.relative)
        known = name.rfind(b"/") + 1
        matches = [(match, "in the name") for match in self._needles.find(name) if match.end > known]
        if entry.target:
            matches += [(match, "in the link") for match in self._needles.find(os.fsencode(entry.target))]
        for match, where in matches:
            hit = Hit(
                what=match.sought.name,
                environment=match.sought.environment,
                location=Location(path=self.shown(entry.path)),
                form=f"{match.form}, {where}",
            )
            self._found.secrets.append(hit)

    def _search_file(self, entry: Entry, environment: Environment | None) -> None:
        search = FileSearch(self._needles, self._patterns, environment, excusable=True)
        descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileNotFoundError(errno.ENOENT, "it was replaced by something else")
            for block in blocks_of(descriptor, search.overlap):
                self._limits.check()
                search.search(block)
                self._found.bytes += len(block.data) - block.head
        finally:
            os.close(descriptor)
            self._add(entry, search)
        self._found.files += 1
        if search.packed:
            self._leave_out(f"{search.packed}, not opened", entry.path)
        if is_dotenv(entry.path):
            self._found.dotenv.append(Path(entry.path))

    def _add(self, entry: Entry, search: FileSearch) -> None:
        """What was found counts, even if the file could not be read to its end."""
        if search.found:
            path = self.shown(entry.path)
            self._found.secrets += search.secrets(path)
            for kind, hits in search.matches(path).items():
                self._found.matches[kind] += hits


def is_dotenv(path: str | Path) -> bool:
    """Whether the file is there to hold secrets, and is not an example of one that is."""
    name = Path(path).name
    return (name == ".env" or name.startswith((".env.", ".envrc"))) and name.split(".")[-1] not in _NO_SECRETS_ENDINGS


def _gap(reason: str, paths: list[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more}: {reason}"
