"""Faults on request: which requests meet one, and what it does to the answer. Pure; the server plays the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.emulator.core.messages import Host, Request
from readiness.model import Environment, Record

Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
Status = Annotated[int, Field(ge=200, le=599)]


class StatusFault(Record):
    """That status, without the request having any effect unless `commit`."""

    kind: Literal["status"]
    status: Status
    body: Any = None
    """A text is sent as it stands, other data as JSON; null: the vendor's own body for that status, if there is one."""
    content_type: str | None = None
    headers: Mapping[str, str] = {}
    retry_after: int | str | None = None
    """Seconds, or an HTTP date."""
    commit: bool = False


class ThrottleFault(Record):
    """429 in the vendor's envelope."""

    kind: Literal["throttle"]
    retry_after: int | str | None = 1


class ExpiredTokenFault(Record):
    """The API says that the token expired, whatever it is."""

    kind: Literal["expired_token"]


class LatencyFault(Record):
    """The right answer, so many real seconds late."""

    kind: Literal["latency"]
    seconds: Seconds


class ResetFault(Record):
    """The connection is reset, before the request has an effect or after it."""

    kind: Literal["reset"]
    when: Literal["before_commit", "after_commit"] = "before_commit"


class HangFault(Record):
    """No answer, until the client goes away or the time is over; then the connection is closed."""

    kind: Literal["hang"]
    seconds: Seconds = 3600
    commit: bool = False


class TruncatedBodyFault(Record):
    """Only the first part of the body; `framing` says whether Content-Length admits it or the connection breaks."""

    kind: Literal["truncated_body"]
    keep: Annotated[int, Field(ge=0)] | None = None
    """Bytes kept; null: half."""
    framing: Literal["consistent", "broken"] = "consistent"


class MalformedBodyFault(Record):
    """JSON by its type, but not by its text."""

    kind: Literal["malformed_body"]
    body: str = '{"broken": tru'


class MissingFieldFault(Record):
    """The answer without one field, named by a dotted path."""

    kind: Literal["missing_field"]
    field: str


class WrongTypeFault(Record):
    """The answer with another value in one field, named by a dotted path."""

    kind: Literal["wrong_type"]
    field: str
    value: Any


class HtmlFault(Record):
    """A web page where JSON is due."""

    kind: Literal["html"]
    status: Status = 200
    body: str = "<!DOCTYPE html><html><head><title>Gateway</title></head><body>Please wait</body></html>"


class ContentTypeFault(Record):
    """The right body under another content type; null: without any."""

    kind: Literal["content_type"]
    content_type: str | None


class EmptyBodyFault(Record):
    """The right status and headers, no body."""

    kind: Literal["empty_body"]


class HugeBodyFault(Record):
    """200 with so many bytes of well-formed JSON."""

    kind: Literal["huge_body"]
    size: Annotated[int, Field(ge=16, le=2_000_000_000)] = 64_000_000


class RedirectFault(Record):
    """A redirect to that URL."""

    kind: Literal["redirect"]
    location: str
    status: Literal[301, 302, 303, 307, 308] = 307


class EchoFault(Record):
    """A server that repeats what it got, headers and body, in its answer."""

    kind: Literal["echo"]
    status: Status = 400


Fault = Annotated[
    StatusFault
    | ThrottleFault
    | ExpiredTokenFault
    | LatencyFault
    | ResetFault
    | HangFault
    | TruncatedBodyFault
    | MalformedBodyFault
    | MissingFieldFault
    | WrongTypeFault
    | HtmlFault
    | ContentTypeFault
    | EmptyBodyFault
    | HugeBodyFault
    | RedirectFault
    | EchoFault,
    Field(discriminator="kind"),
]


class Match(Record):
    """Which requests are meant; what is left out matches everything."""

    method: str | None = None
    path: str | None = None
    """A glob over the path without query: `/v2/transactions*`."""
    host: Host | None = None
    nth: Annotated[int, Field(ge=1)] | None = None
    """The fault starts with the nth request that matches, counted from 1."""

    def covers(self, request: Request) -> bool:
        """Whether it means this request, the count aside."""
        return (
            (self.method is None or self.method.upper() == request.method)
            and (self.host is None or self.host == request.host)
            and (self.path is None or fnmatchcase(request.path, self.path))
        )


class FaultRule(Record):
    """Body of `POST /faults`."""

    environment: Environment | None = None
    match: Match = Match()
    times: Annotated[int, Field(ge=1)] | None = None
    """How often; null: for ever. Left out together with a given `nth`: once."""
    fault: Fault

    @model_validator(mode="after")
    def _nth_is_once(self) -> Self:
        if self.match.nth is not None and "times" not in self.model_fields_set:
            object.__setattr__(self, "times", 1)
        return self


class ArmedFault(BaseModel):
    """A rule with its counters."""

    model_config = ConfigDict(extra="forbid")

    id: int
    rule: FaultRule
    matched: int = 0
    applied: int = 0

    def strike(self, request: Request) -> bool:
        """Count the request if it matches; whether the fault applies to it."""
        rule = self.rule
        if rule.environment not in (None, request.environment) or not rule.match.covers(request):
            return False
        self.matched += 1
        if self.matched < (rule.match.nth or 1) or (rule.times is not None and self.applied >= rule.times):
            return False
        self.applied += 1
        return True


class FaultPlan:
    """The faults in force, in the order they were posted; the first that applies is the only one that does."""

    def __init__(self) -> None:
        self._armed: list[ArmedFault] = []
        self._next_id = 1

    def __iter__(self) -> Iterator[ArmedFault]:
        return iter(self._armed)

    def add(self, rule: FaultRule) -> ArmedFault:
        """Put a rule in force."""
        armed = ArmedFault(id=self._next_id, rule=rule)
        self._next_id += 1
        self._armed.append(armed)
        return armed

    def clear(self) -> int:
        """Remove all; how many there were."""
        count = len(self._armed)
        self._armed.clear()
        return count

    def strike(self, request: Request) -> Fault | None:
        """The fault that this request meets."""
        for armed in self._armed:
            if armed.strike(request):
                return armed.rule.fault
        return None
