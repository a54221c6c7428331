"""Evidence: redacted facts, gathered once, stored as data, judged by pure functions.

An item is an `Evidence` of one kind for one environment (or for none), or a `Missing` that says why there is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field, JsonValue

from readiness.model import Attestation, Because, Environment, Finding, Permission, Record, Severity, Waiver
from readiness.result import Integration, LedgerEntry, NotChecked, Plugin, RunFacts, Tool


class Trouble(StrEnum):
    """Why a request brought no complete answer."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    RESET = "reset"
    PROTOCOL = "protocol"
    TOO_LARGE = "too_large"


class Body(StrEnum):
    """What a response body is, whatever its content type claims."""

    EMPTY = "empty"
    JSON = "json"
    HTML = "html"
    OTHER = "other"
    """Text that is not JSON, truncated JSON included."""


class Missing(Record):
    """Something that was not observed, and why."""

    type: Literal["missing"] = "missing"
    because: Because
    detail: str


class Exchange(Record):
    """One request and what came back, redacted before it was stored.

    `sent` and `received` are seconds since the start of the run on one monotonic clock. `json_body` is the parsed
    body with secrets and card numbers masked, types kept. `echoes` names the secrets of ours that stood in the answer.
    """

    type: Literal["exchange"] = "exchange"
    at: datetime
    environment: Environment | None
    purpose: str
    method: str
    host: str
    path: str
    sent: float
    received: float
    attempts: int = 1
    status: int | None = None
    trouble: Trouble | None = None
    detail: str = ""
    body: Body = Body.EMPTY
    json_body: JsonValue = None
    excerpt: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    echoes: tuple[str, ...] = ()
    correlation_id: str | None = None

    @property
    def duration_ms(self) -> float:
        """From the first byte sent to the last received."""
        return (self.received - self.sent) * 1000

    @property
    def fields(self) -> Mapping[str, JsonValue]:
        """The JSON object that came, or an empty one."""
        return self.json_body if isinstance(self.json_body, dict) else {}

    def __str__(self) -> str:
        """The exchange on one line, as findings quote it."""
        outcome = str(self.status) if self.status is not None else f"no answer ({self.trouble})"
        trace = f", correlation id {self.correlation_id}" if self.correlation_id else ""
        return f"{self.method} {self.host}{self.path} → {outcome}{trace}"

    def unusable(self) -> Missing | None:
        """Why this exchange decides nothing, whatever was asked: no answer, a redirect, throttling, a server fault."""
        if self.trouble is Trouble.TIMEOUT or self.status == 408:
            return Missing(because=Because.TIMED_OUT, detail=f"{self}: {self.detail or 'timed out'}")
        if self.trouble is not None or self.status is None:
            return Missing(because=Because.UNREACHABLE, detail=f"{self}: {self.detail}")
        if 300 <= self.status < 400:
            return Missing(because=Because.REFUSED, detail=f"{self}: a redirect, which is never followed")
        if self.status == 429:
            return Missing(because=Because.UNREACHABLE, detail=f"{self}: throttled")
        if self.status >= 500:
            return Missing(because=Because.UNREACHABLE, detail=f"{self}: a fault at the other side")
        return None

    def not_json(self) -> Missing | None:
        """Why this answer cannot be read where a JSON object is due."""
        if isinstance(self.json_body, dict):
            return None
        kind = {Body.EMPTY: "an empty body", Body.HTML: "an HTML page", Body.JSON: "JSON of another shape"}
        found = kind.get(self.body, "a body that is not complete JSON")
        return Missing(because=Because.UNREACHABLE, detail=f"{self}: {found} where a JSON object is due")


Attempt = Exchange | Missing
"""A request that was sent, or the reason why it was not."""


class Evidence(Record):
    """Base of all kinds. A kind's name is for ever: it stands in saved files."""

    kind: ClassVar[str]
    keeps_days: ClassVar[int] = 0
    """For how many days saved evidence of this kind may stand in for what a later run cannot gather; 0: never."""


class EvidenceItem(Record):
    """One item of a set, as data. `origin` names the saved file it was taken from, if it was."""

    kind: str
    environment: Environment | None
    taken_at: datetime
    duration_ms: int = 0
    origin: str | None = None
    missing: Missing | None = None
    data: dict[str, JsonValue] | None = None

    @property
    def id(self) -> str:
        """Kind and environment, unique in a set."""
        return self.kind if self.environment is None else f"{self.kind}:{self.environment}"


class Selection(Record):
    """What the user asked for: which checks, which environments."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    environments: tuple[Environment, ...] = ()


class Terms(Record):
    """What judging needs beside the facts; stored with them, so that judging again needs nothing else."""

    gate: Severity = Severity.MAJOR
    permissions: tuple[Permission, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    attestations: dict[str, Attestation] = Field(default_factory=dict)
    selection: Selection = Selection()


class EvidenceSet(Record):
    """Everything that a run learned. The evidence file is this, as JSON."""

    format: Literal["readiness-evidence/1"] = "readiness-evidence/1"
    tool: Tool
    integration: Integration
    environments: dict[Environment, dict[str, JsonValue]]
    run: RunFacts
    terms: Terms
    items: tuple[EvidenceItem, ...]
    ledger: tuple[LedgerEntry, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    searched: dict[str, int] = Field(default_factory=dict)

    def item(self, kind: str, environment: Environment | None) -> EvidenceItem | None:
        """The item of that kind and environment."""
        wanted = (kind, environment)
        return next((item for item in self.items if (item.kind, item.environment) == wanted), None)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the set."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


E = TypeVar("E", bound=Evidence)


class EvidenceView:
    """What one check may see: the evidence that it declared, and the time of the run.

    A check of one environment sees that environment's items, and those of the whole run. A check of the whole run sees
    the sandbox's item of a kind that exists for each environment; `each` gives it both.
    """

    def __init__(
        self,
        environment: Environment | None,
        now: datetime,
        items: Mapping[type[Evidence], Mapping[Environment | None, Evidence | Missing]],
    ) -> None:
        self.environment = environment
        self.now = now
        self._items = items

    def __getitem__(self, kind: type[E]) -> E:
        """The evidence of a kind among the check's `needs`. KeyError for any other kind."""
        item = self.get(kind)
        if isinstance(item, Missing):
            raise KeyError(kind.kind)
        return item

    def get(self, kind: type[E]) -> E | Missing:
        """The same for a kind declared as `optional`: it may be missing, with the reason. KeyError if undeclared."""
        items = self._items[kind]
        for environment in (self.environment or Environment.SANDBOX, None):
            item = items.get(environment)
            if isinstance(item, kind | Missing):
                return item
        return Missing(because=Because.NOT_CONFIGURED, detail=f"no evidence of the kind `{kind.kind}` was gathered")

    def each(self, kind: type[E]) -> dict[Environment, E | Missing]:
        """A declared kind for every environment that has it."""
        return {
            environment: item
            for environment, item in self._items[kind].items()
            if environment is not None and isinstance(item, kind | Missing)
        }

    def cite(self, kind: type[Evidence], pointer: str, message: str, environment: Environment | None = None) -> Finding:
        """A finding that points into the evidence file (RFC 6901); `environment` where `each` gave the item."""
        items = self._items[kind]
        homes = (environment or self.environment or Environment.SANDBOX, None)
        home = next(env for env in homes if env in items or env is None)
        return Finding(message=message, evidence=f"{kind.kind}:{home}" if home else kind.kind, pointer=pointer)


def load_item(item: EvidenceItem, kind: type[Evidence]) -> Evidence | Missing:
    """Turn stored data into evidence again."""
    if item.missing is not None:
        return item.missing
    return kind.model_validate(item.data)


class EvidenceError(Exception):
    """An evidence file that cannot be read; the text says what is wrong with it."""


def read_evidence(text: str) -> EvidenceSet:
    """Read an evidence file. Raises `EvidenceError`."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"it is not JSON ({error})") from None
    if not isinstance(data, dict) or data.get("format") != "readiness-evidence/1":
        raise EvidenceError("it is not evidence of the format readiness-evidence/1")
    try:
        return EvidenceSet.model_validate_json(text)
    except ValueError as error:
        raise EvidenceError(str(error).splitlines()[0]) from None
