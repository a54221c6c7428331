"""The words of a review: what a check says, and what becomes of it. Pure data, no I/O."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable value that goes to and from JSON without loss and refuses unknown fields.

    Its validator is built when it is wanted first: a command needs few of all that it imports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Environment(StrEnum):
    """One of the two worlds of the vendor; they share neither keys nor money."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Severity(StrEnum):
    """How much a failure costs: from money or keys lost (blocker) to a remark (info)."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for blocker, 3 for info: smaller is worse."""
        return list(Severity).index(self)

    def at_or_above(self, gate: Severity) -> bool:
        """Whether a failure of this severity blocks at that gate."""
        return self.rank <= gate.rank


class Status(StrEnum):
    """What became of a check. Unknown is never green."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    ATTESTED = "attested"


class Because(StrEnum):
    """Why something is unknown."""

    NOT_CONFIGURED = "not_configured"
    """The config does not say what would be needed."""
    NOT_PERMITTED = "not_permitted"
    """A permission was not given."""
    UNREACHABLE = "unreachable"
    """Not to be had: no connection, a server fault, throttling, a body that is not what is due, a file unread."""
    TIMED_OUT = "timed_out"
    """The answer, or the run, took longer than its deadline, or the run was stopped."""
    REFUSED = "refused"
    """The other side, or our own guard, refused the request."""
    CRASHED = "crashed"
    """A probe, a check or a plug-in broke."""
    NOT_ATTESTED = "not_attested"
    """Nobody vouches for it, or no longer."""


class Kind(StrEnum):
    """How a check knows: from files, from requests, from the running application, or from a person's word."""

    STATIC = "static"
    LIVE = "live"
    BEHAVIOUR = "behaviour"
    ATTESTATION = "attestation"


class Permission(StrEnum):
    """What the owner may allow beyond reading."""

    SANDBOX_WRITES = "sandbox-writes"
    PRODUCTION_SECRET_TO_SANDBOX = "production-secret-to-sandbox"  # noqa: S105 - a permission's name
    WAIT_FOR_EXPIRY = "wait-for-expiry"
    RUN_APPLICATION = "run-application"


class Location(Record):
    """A place in a file: path relative to the working directory, forward slashes; line and column from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class Finding(Record):
    """One thing seen that supports a verdict."""

    message: str
    location: Location | None = None
    evidence: str | None = None
    """Id of the evidence item, as in the evidence file."""
    pointer: str | None = None
    """JSON pointer into that item (RFC 6901)."""


class Verdict(Record):
    """What a check says. Made by the named constructors only, so that no field is forgotten."""

    status: Status
    summary: str
    findings: tuple[Finding, ...] = ()
    because: Because | None = None

    @classmethod
    def passed(cls, summary: str, *findings: Finding) -> Self:
        """The condition was observed to hold; `summary` says what was seen."""
        return cls(status=Status.PASSED, summary=summary, findings=findings)

    @classmethod
    def failed(cls, summary: str, *findings: Finding) -> Self:
        """The condition was observed not to hold."""
        return cls(status=Status.FAILED, summary=summary, findings=findings)

    @classmethod
    def unknown(cls, summary: str, *findings: Finding, because: Because | None = None) -> Self:
        """The evidence does not decide it; `because` names the kind of reason, None where it is ambiguity."""
        return cls(status=Status.UNKNOWN, summary=summary, findings=findings, because=because)

    @classmethod
    def not_applicable(cls, summary: str) -> Self:
        """The question does not arise for this integration."""
        return cls(status=Status.NOT_APPLICABLE, summary=summary)


class Waiver(Record):
    """A failure that its owner accepts for a time; `expires` is an inclusive UTC day."""

    check: str
    """Id of the check."""
    reason: str
    """Why the failure is accepted."""
    owner: str
    """Who accepts it."""
    ticket: str
    """Where its repair is planned."""
    expires: date
    """The last day on which it counts; at most 180 days ahead."""
    environment: Environment | None = None
    """The one environment it is for; None means both."""


class Attestation(Record):
    """A named person vouches for what no machine measured. Days are inclusive and UTC."""

    by: str
    """Who vouches."""
    on: date
    """The day it was given."""
    expires: date
    """The last day on which it counts; at most 365 days after `on`."""
    evidence: str
    """A file, a URL, or words that say where the proof is."""
    note: str
    """What was done, and how it went."""
    evidence_digest: str | None = None
    """SHA-256 of the file that `evidence` names, where it names one."""


class FileFacts(Record):
    """What the file system says of a file that holds a secret."""

    path: str
    mode: int
    owner: str
    owned_by_us: bool
    mounted_secret: bool
    """On a tmpfs or under /run/secrets or a Kubernetes secret volume: put there by an orchestrator."""


class SecretFacts(Record):
    """What may be known of a secret without knowing it."""

    name: str
    """Where it stands in the config: `sandbox client_secret`, `production retired_keys[0] client_secret`"""
    environment: Environment
    role: Literal["client_secret", "webhook_secret", "partner_client_secret", "retired_client_secret"]
    source: str
    """`literal`, `env`, `file`, `command`, `keyring`, `vault`, `aws`, `emulator`, or a plug-in's store."""
    reference: str
    """The reference in words, without a value: `env AURORA_SECRET`, `command pass show …`."""
    location: Location | None
    length: int | None
    """Characters; None when the reference gave no value."""
    tag: str | None
    """HMAC-SHA256 under a key that dies with the run: equal tags, equal secrets."""
    problem: str | None = None
    """Why there is no value."""
    injected_by: str | None = None
    """For `env`: the secrets manager that injects the variable, as the config claims."""
    manager: bool = False
    """Whether the source is a secrets manager."""
    file: FileFacts | None = None

    @property
    def available(self) -> bool:
        """Whether the value was had."""
        return self.tag is not None
