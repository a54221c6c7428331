"""The few objects of a repository in which something stands, searched as files are, with where they come from."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from readiness.model import Location
from readiness.scan.archive import Peeked
from readiness.scan.blocks import blocks_from
from readiness.scan.content import Bounds, ContentSearch, Finds
from readiness.scan.file import FileSearch
from readiness.scan.git import GitError
from readiness.scan.git_contents import UNREADABLE, Content, contents_of
from readiness.scan.limits import Gaps, Limits, OutOfTime
from readiness.scan.needles import Needles
from readiness.scan.provenance import Origin, Provenance, entries_of
from readiness.scan.repositories import Repository
from readiness.scan.signatures import HEAD, kind_of
from readiness.searched import OVER_TIME, Hit

NOT_AGAIN = "a secret was found in this object, but not when git was asked for it again: it is damaged (git fsck)"
_TOO_LARGE = "larger than `policy.max_object`, so what it packs was not opened"


class _Find(NamedTuple):
    """A hit in an object. Its path begins with the object's id, until more is known."""

    object: str
    group: str
    """`secrets`, or a pattern's kind."""
    hit: Hit
    name: str = ""
    """For what stands in a name."""
    in_file: bool = True


class CloserLook:
    """At one repository."""

    def __init__(
        self,
        repository: Repository,
        needles: Needles,
        bounds: Bounds,
        limits: Limits,
        masked: Callable[[str], str],
    ) -> None:
        self._repository = repository
        self._needles = needles
        self._limits = limits
        self._masked = masked
        self._bounds = bounds
        self._finds: list[_Find] = []
        self._gaps: list[tuple[str, str]] = []
        """Reason, and path that begins with an object's id."""
        self._unfinished: str | None = None

    def search(self, ids: Iterable[str], confirmed: Collection[str]) -> None:
        """Search these objects; in those that are `confirmed` stands a secret. Raises Interrupted."""
        try:
            for content in contents_of(self._repository.git, ids):
                self._limits.check()
                before = len(self._finds)
                self._object(content)
                if content.id in confirmed and not any(find.group == "secrets" for find in self._finds[before:]):
                    self._gaps.append((NOT_AGAIN, content.id))
        except OutOfTime:
            self._unfinished = OVER_TIME
        except GitError as error:
            self._unfinished = str(error)

    def tell(self, found: Finds, gaps: Gaps, shown: Callable[[str | Path], str]) -> None:
        """Add everything to the finds and gaps of a search, with paths and commits. Raises Interrupted."""
        home = self._repository.home
        if self._unfinished:
            gaps.add(self._masked(self._unfinished), shown(home))
        origins = self._origins()
        for reason, path in self._gaps:
            name, _, inner = path.partition("!")
            origin = origins[name]
            place = shown(home / os.fsdecode(origin.path)) if origin.path else f"{shown(home)}, object {name[:12]}"
            gaps.add(reason, f"{place}!{inner}" if inner else place)
        groups: dict[tuple[object, ...], list[tuple[Origin, Hit]]] = defaultdict(list)
        for find in self._finds:
            origin = origins[find.object]
            hit = _placed(find, origin, self._repository, shown)
            lost = "" if origin.path or find.name else find.object
            groups[find.group, hit.what, hit.form, hit.location.path, lost, hit.excuses].append((origin, hit))
        for (group, *_), hits in groups.items():
            target = found.secrets if group == "secrets" else found.matches.setdefault(str(group), [])
            target.append(_together(hits, self._masked))

    def _origins(self) -> dict[str, Origin]:
        ids = {find.object for find in self._finds} | {path.partition("!")[0] for _, path in self._gaps}
        try:
            trees = any(find.name for find in self._finds)
            return Provenance(self._repository.git, self._limits.check, trees=trees).of(sorted(ids))
        except (OutOfTime, GitError):
            return {name: Origin(name, ref="not determined") for name in ids}

    def _object(self, content: Content) -> None:
        if content.kind == UNREADABLE:
            self._gaps.append(("git cannot read this object", content.id))
        elif content.kind == "blob":
            self._blob(content)
        elif content.kind == "tree":
            self._tree(content)
        else:
            self._text(content)

    def _tree(self, content: Content) -> None:
        data, before = content.output.read(), len(self._finds)
        for name, entry in entries_of(data, self._repository.hash_size):
            for match in self._needles.find(name):
                path = os.fsdecode(name)
                self._finds.append(_Find(entry, "secrets", match.at(path, "in the name"), path))
        if len(self._finds) == before:  # of a damaged tree git names no entry
            for match in self._needles.find(data):
                hit = match.at(content.id, "in a damaged folder")
                self._finds.append(_Find(content.id, "secrets", hit, in_file=False))

    def _blob(self, content: Content) -> None:
        finds = Finds()
        search = ContentSearch(
            self._needles,
            self._bounds,
            excusable=True,
            finds=finds,
            leave_out=lambda reason, path: self._gaps.append((reason, path)),
            check=self._limits.check,
            masked=self._masked,
        )
        if content.size <= self._bounds.memory:
            search.search(content.id, io.BytesIO(content.output.read()), content.size, None)
        else:
            peeked = Peeked(content.output)
            packed = kind_of(peeked.head[:HEAD])
            if search.search_stream(content.id, peeked, None) or packed:
                self._gaps.append((_TOO_LARGE, content.id))
        self._finds += [_Find(content.id, "secrets", hit) for hit in finds.secrets]
        self._finds += [_Find(content.id, kind, hit) for kind, hits in finds.matches.items() for hit in hits]

    def _text(self, content: Content) -> None:
        """A commit or a tag: fields, an empty line, a message."""
        data = content.output.read()
        search = FileSearch(self._needles, None)
        for block in blocks_from(io.BytesIO(data).read, self._needles.overlap):
            search.search(block)
        lines = data.partition(b"\n\n")[0].split(b"\n")
        for hit in search.secrets(content.id):
            line = hit.location.line or 1
            field = lines[line - 1].partition(b" ")[0].decode(errors="replace") if line <= len(lines) else "message"
            form = f"{hit.form}, in the {content.kind}'s {field}"
            self._finds.append(_Find(content.id, "secrets", hit.model_copy(update={"form": form}), in_file=False))


def _placed(find: _Find, origin: Origin, repository: Repository, shown: Callable[[str | Path], str]) -> Hit:
    """The hit with the path that its object has; what stands in no file is where git keeps it."""
    location, home = find.hit.location, repository.home
    if not find.in_file:
        location = Location(path=shown(repository.common))
    elif find.name:
        path = os.fsdecode(origin.path)
        location = Location(path=shown(home / (path if path.endswith(find.name) else find.name)))
    else:
        inner = location.path.partition("!")[2]
        path = shown(home / os.fsdecode(origin.path)) if origin.path else shown(home)
        location = Location(path=f"{path}!{inner}" if inner else path, line=location.line, column=location.column)
    return find.hit.model_copy(update={"location": location})


def _together(hits: list[tuple[Origin, Hit]], masked: Callable[[str], str]) -> Hit:
    """Versions of one file that all hold the same: the newest, with the first commit of the oldest."""
    oldest, _ = max(hits, key=lambda pair: pair[0].oldest)
    newest, hit = min(hits, key=lambda pair: pair[0].newest)
    told = {"first_commit": oldest.first, "author_date": oldest.date, "ref": masked(newest.ref)}
    history = newest.fact().model_copy(update=told)
    return hit.model_copy(update={"history": history})
