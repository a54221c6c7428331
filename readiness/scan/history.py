"""One search of git repositories: every object, whatever reaches it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from readiness.scan.closer_look import CloserLook
from readiness.scan.connectivity import ABSENT, Connection, ConnectivityCheck
from readiness.scan.content import Bounds, Finds
from readiness.scan.git import GitError
from readiness.scan.git_folder import GitFolderSearch
from readiness.scan.git_objects import ObjectStream, blocks_of, list_objects
from readiness.scan.limits import Gaps, Limits, OutOfTime
from readiness.scan.needles import Needles
from readiness.scan.place import printable
from readiness.scan.repositories import Repository, repositories_of
from readiness.scan.sieve import Sieve
from readiness.scan.walk import reason_of
from readiness.searched import OVER_TIME

_PROGRESS_EVERY = 0.5
"""Seconds."""
_LONGEST = 200
"""Characters of what git says that are told."""
_CLOSER_LOOK = 2.0
"""Seconds before the deadline at which the pass over everything ends, so that what it caught is told."""

Progress = Callable[[str, float | None], None]


@dataclass
class HistoryFindings(Finds):
    """What a search of repositories found, and what it left out."""

    objects: int = 0
    repositories: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


class HistorySearch:
    """Searches repositories one after the other, each once."""

    def __init__(
        self,
        needles: Needles,
        bounds: Bounds,
        *,
        shown: Callable[[str | Path], str],
        masked: Callable[[str], str] = str,
        limits: Limits | None = None,
        progress: Progress = lambda _, __: None,
    ) -> None:
        """`shown` makes a path of the file system printable; `masked` takes secrets out of a text."""
        self._needles = needles
        self._bounds = bounds
        self._shown = shown
        self._masked = masked
        self._limits = limits or Limits()
        self._progress = progress
        self._found = HistoryFindings()
        self._gaps = Gaps()

    def search(self, folders: list[Path], is_excluded: Callable[[Path], bool] = lambda _: False) -> HistoryFindings:
        """Search the repositories of folders. Raises Interrupted when told to stop; a deadline makes a gap.

        `is_excluded`: of a folder below that nobody can look into, whether that is no gap.
        """
        self._needles.prepare()
        deadline = self._limits.deadline
        limits = Limits(self._limits.stop, None if deadline is None else deadline - _CLOSER_LOOK)

        def leave_out(reason: str, path: Path) -> None:
            self._gaps.add(self._printable(reason), self._shown(path))

        for repository in repositories_of(folders, leave_out, is_excluded):
            home = self._shown(repository.home)
            self._found.repositories.append(home)
            for gap in repository.gaps:
                self._gaps.add(self._printable(gap), home)
            sieve = Sieve(self._needles)
            try:
                with ConnectivityCheck(repository.git) as connectivity:
                    self._sift(repository, sieve, home, limits)
                    self._tell_absent(connectivity.finish(limits.check), home)
                self._search_refs(repository)
                self._search_folder(repository, folders, limits)
            except OutOfTime:
                self._gaps.add(OVER_TIME, home)
            except GitError as error:
                self._gaps.add(self._printable(str(error)), home)
            self._closer_look(repository, sieve)
        self._found.gaps = list(self._gaps.texts())
        return self._found

    def _sift(self, repository: Repository, sieve: Sieve, home: str, limits: Limits) -> None:
        """Read every object once."""
        streams: list[ObjectStream] = []
        with list_objects(repository.git, limits.check) as listing:
            try:
                overlap, largest = self._needles.overlap, self._bounds.memory
                streams.extend(ObjectStream(repository.git, half, overlap, largest) for half in listing.halves)
                meter = _Meter(listing.total, self._progress)
                for _, block in blocks_of(streams, limits.check):
                    sieve.look(block)
                    self._found.bytes += len(block.data)
                    meter.show(sum(stream.done for stream in streams), self._found.bytes)
            finally:
                self._found.objects += sum(stream.done for stream in streams)
                for stream in streams:
                    stream.stop()
        for name in (name for stream in streams for name in stream.unreadable):
            self._gaps.add("git cannot read this object", f"{home}, object {name[:12]}")
        self._pass_on([*listing.complaints, *(text for stream in streams for text in stream.complaints)], home)
        if left := sum(stream.left for stream in streams):
            self._gaps.add(f"too much is damaged; {left} objects were not read (git fsck tells more)", home)

    def _search_refs(self, repository: Repository) -> None:
        """Names of branches and tags, and whatever else stands in the file of packed ones."""
        names = repository.git.run("for-each-ref", "--format=%(refname)")
        place = self._shown(repository.common)
        self._found.secrets += [match.at(place, "in the name of a ref") for match in self._needles.find(names)]
        packed = repository.common / "packed-refs"
        try:
            lines = packed.read_bytes().splitlines() if packed.exists() else []
        except OSError as error:
            self._gaps.add(reason_of(error), self._shown(packed))
            return
        known = set(names.splitlines())
        rest = b"\n".join(line for line in lines if line.partition(b" ")[2] not in known)
        self._found.secrets += [
            match.at(self._shown(packed), "in what is no name of a ref") for match in self._needles.find(rest)
        ]

    def _search_folder(self, repository: Repository, folders: list[Path], limits: Limits) -> None:
        """What else git keeps. The settings of a working tree that is a source are searched with that tree."""
        common = repository.common
        with_tree = any(common.is_relative_to(folder.resolve()) for folder in folders) and common.name == ".git"
        search = GitFolderSearch(
            self._needles, self._bounds, shown=self._shown, masked=self._masked, gaps=self._gaps, check=limits.check
        )
        self._found.secrets += search.search(common, repository.stores, but=common / "config" if with_tree else None)

    def _tell_absent(self, connection: Connection, home: str) -> None:
        for name in connection.absent:
            self._gaps.add(ABSENT, f"{home}, object {name[:12]}")
        self._pass_on(connection.complaints, home)

    def _pass_on(self, complaints: Iterable[str], home: str) -> None:
        for complaint in dict.fromkeys(complaints):
            if "promisor remotes" not in complaint:  # that is said already, with what to do
                self._gaps.add(f"git says: {self._printable(complaint)}", home)

    def _printable(self, text: str) -> str:
        """Masked before it is cut: half a secret would not be known for one."""
        return printable(self._masked(text))[:_LONGEST]

    def _closer_look(self, repository: Repository, sieve: Sieve) -> None:
        """Search what the sieve caught as any other file is searched, then ask where it comes from."""
        if sieve.caught:
            look = CloserLook(repository, self._needles, self._bounds, self._limits, self._masked)
            look.search(sieve.caught, sieve.confirmed)
            look.tell(self._found, self._gaps, self._shown)


class _Meter:
    """Tells how far a pass is, now and then."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._began = self._told = time.monotonic()

    def show(self, done: int, size: int) -> None:
        """`done` of the objects, `size` bytes."""
        now = time.monotonic()
        if now - self._told >= _PROGRESS_EVERY and done:
            self._told = now
            taken = now - self._began
            text = f"{done} of {self._total} objects, {size / 1e6 / taken:.0f} MB/s"
            self._progress(text, max(self._total - done, 0) * taken / done)
