"""The kinds of evidence that searches for secrets gather: in sources, their history, artifacts and logs."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from readiness.evidence import Evidence, Missing
from readiness.model import Environment, Location, Record

BESIDE_PRODUCTION = "beside production's host"
"""How a sandbox host was written, where the same host of production stands close by."""
OVER_TIME = (
    "the time for the search was over before all of it was searched (`--deadline` and `policy.scan_deadline` give "
    "more; `readiness doctor` tells whether the fast engine is installed)"
)
"""How a gap ends that only more time would close."""


class InHistory(Record):
    """Where git keeps something: the object, and the commits that hold it.

    Commits and date are None for what no commit reaches, and for what was not worth another walk over the history.
    """

    object: str
    """Its id."""
    ref: str
    """A ref that reaches it, as `refs/heads/main`; `stash`, `reflog`, or `unreachable`."""
    first_commit: str | None = None
    """The oldest that holds it."""
    last_commit: str | None = None
    """The newest that holds it."""
    author_date: str | None = None
    """Of the first commit, ISO 8601."""


class Excuse(Record):
    """A comment beside something, `readiness: allow <check id> <reason>`: the check does not count it, but tells it.

    One that names no check, or gives no reason, excuses nothing; what it lacks is empty.
    """

    check: str
    reason: str


class Hit(Record):
    """A secret, or something shaped like one, in a file. The value is never kept."""

    what: str
    """Name of the secret, or of the pattern."""
    environment: Environment | None
    location: Location
    form: str
    """How it was written: `raw`, `base64`, `percent-encoded`…"""
    history: InHistory | None = None
    """For what stands in a git object."""
    fingerprint: str | None = None
    """Of a credential that is not known: equal ones of one run are one value; those of two runs say nothing."""
    excuses: tuple[Excuse, ...] = ()
    """Never of a known secret, and never in logs, which anybody may write into."""


class SecretFile(Record):
    """A file that holds secrets: a file reference of the config, or a .env file in a source.

    `tracked` and `ignored` are said by the git repository that holds the file. A file outside every repository is not
    tracked and counts as ignored.
    """

    path: str
    location: Location | None
    mode: int | None
    readable_by_others: bool | Missing
    tracked: bool | Missing
    ignored: bool | Missing
    in_artifacts: bool


class Searched(Evidence):
    """What a search found: the part that all places have in common."""

    kind: ClassVar[str] = ""

    files: int
    """Files of a tree or of artifacts, logs, or git objects."""
    bytes: int
    searched: tuple[str, ...]
    """Names of the secrets that were searched."""
    not_searched: tuple[str, ...]
    """Names of the secrets that had no value."""
    secrets: tuple[Hit, ...]
    credentials: tuple[Hit, ...] = ()
    """Credentials that the config does not know."""
    retired_hosts: tuple[Hit, ...] = ()
    """`what` is the host."""
    matches: dict[str, tuple[Hit, ...]] = Field(default_factory=dict)
    """What other patterns found, by their kind; a kind that is absent was not looked for."""
    gaps: tuple[str, ...]
    """What limits, permissions or errors left out; anything here keeps a search from proving absence."""


class Excluded(Record):
    """Files that an `exclude` pattern takes out: of these only the config's own secrets were looked for."""

    pattern: str
    reason: str | None
    files: int


class SourceTree(Searched):
    """What a search of the declared sources found. One item for the run."""

    kind: ClassVar[str] = "source-tree"

    secret_files: tuple[SecretFile, ...]
    excluded: tuple[Excluded, ...] = ()


class GitHistory(Searched):
    """What a search of every object of the sources' git repositories found. One item for the run."""

    kind: ClassVar[str] = "git-history"

    repositories: tuple[str, ...] = ()
    """Their folders, those of submodules too."""


class Artifacts(Searched):
    """What a search of the declared artifacts found, archives opened. One item for the run."""

    kind: ClassVar[str] = "artifacts"

    globs: tuple[str, ...] = ()
    """As declared. None: the config says by `artifacts: []` that nothing is built."""
    unmatched: tuple[str, ...] = ()
    """Those that matched no file."""


class Logs(Searched):
    """What a search of the declared logs found, compressed ones too. One item for the run."""

    kind: ClassVar[str] = "logs"

    globs: tuple[str, ...] = ()
    """As declared. None: the config says by `logs: []` that no logs are kept."""
    unmatched: tuple[str, ...] = ()
    """Those that matched no file."""
