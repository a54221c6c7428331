"""What the lab saw of the integrator's application: evidence of the kind `behaviour`.

All times are seconds from the start of a scenario, on one clock. Nothing here holds a secret: texts are redacted before
they are kept, and what stood in them is kept as a name.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue

from readiness.evidence import Evidence, Missing
from readiness.model import Environment, Record

Scheme = Literal["http", "https"]
Handling = Literal["emulated", "allowed", "refused"]
TokenState = Literal["none", "valid", "expired", "revoked", "unknown", "other_environment"]


class Call(Record):
    """One request of the application, as it arrived at the emulated vendor."""

    t: float
    """When it arrived."""
    ended: float | None
    """When it had been answered, or the application had given it up; None: it was still open at the end."""
    environment: Environment
    host: Literal["api", "oauth", "elsewhere"]
    """`elsewhere`: a host that is not the vendor's, to which the lab redirected the application."""
    method: str
    path: str
    status: int | None
    """None: no answer was sent."""
    fault: str | None = None
    """The fault that it met."""
    token_state: TokenState = "none"  # noqa: S105 - a state
    token: str | None = None
    """Fingerprint of the token that it carried: equal texts, equal tokens."""
    client_id: str | None = None
    idempotency_key: str | None = None
    amount: float | None = None
    """Dollars, of a payment."""
    reference: str | None = None
    committed: bool = True
    """Whether it took effect."""
    replayed: bool = False
    """Answered from the record of an earlier one with the same idempotency key."""
    exposes: tuple[str, ...] = ()
    """What it carried where it does not belong: `token in the URL`, `client secret in a header`."""

    @property
    def is_mint(self) -> bool:
        """Whether it asks for a token."""
        return self.host == "oauth"

    @property
    def late(self) -> bool:
        """Whether its token had ended."""
        return self.token_state == "expired"  # noqa: S105 - a state

    @property
    def mutates(self) -> bool:
        """Whether it changes something, other than minting a token."""
        return self.host == "api" and self.method in {"POST", "PUT", "PATCH", "DELETE"}

    def __str__(self) -> str:
        """On one line, as findings quote it."""
        unfit = self.host == "api" and self.token_state != "valid"  # noqa: S105 - a state
        details = [f"token {self.token_state}"] if unfit else []
        details += [f"met {self.fault}"] if self.fault else []
        details += [f"key {self.idempotency_key[:8]}…"] if self.idempotency_key else []
        outcome = str(self.status) if self.status is not None else "no answer"
        told = f" ({', '.join(details)})" if details else ""
        return f"{self.t:.2f} s: {self.method} {self.path.partition('?')[0]} → {outcome}{told}"


class Outcome(Record):
    """What a caller of the application saw of one action."""

    step: str
    """The part that it plays in its scenario."""
    action: Literal["charge", "read", "rekey"]
    started: float
    ended: float
    status: int | None = None
    """HTTP status; None where there was no answer, and for commands."""
    exit_code: int | None = None
    """Of a command."""
    body: str = ""
    """The beginning of what came, redacted."""
    success: bool = False
    """Whether it is what the config calls success."""
    by_status_alone: bool = False
    """Whether success was told by the status or exit code alone."""
    trouble: str | None = None
    """Why there was no answer."""
    amount: float | None = None
    """Dollars that were to be charged."""
    holds: tuple[str, ...] = ()
    """Secrets of the lab that the answer held."""

    @property
    def answered(self) -> bool:
        """Whether anything came: a response, or a command's end."""
        return self.status is not None or self.exit_code is not None

    def __str__(self) -> str:
        """On one line, as findings quote it."""
        if self.trouble:
            seen = self.trouble
        elif self.status is not None:
            seen = f"HTTP {self.status}"
        else:
            seen = f"exit code {self.exit_code}"
        excerpt = " ".join(self.body.split())[:160]
        return f"{self.ended:.2f} s: the caller of `{self.action}` got {seen}{f': {excerpt}' if excerpt else ''}"


class WebhookTry(Record):
    """One webhook that the lab delivered to the application."""

    t: float
    case: str
    """What was right or wrong about it."""
    status: int | None
    """What the application answered; None: nothing."""
    trouble: str | None = None
    effect: int | None = None
    """What the effect probe read afterwards; None: it was not read."""

    @property
    def accepted(self) -> bool:
        """Whether the application answered 2xx."""
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        """On one line, as findings quote it."""
        effect = f", effects so far {self.effect}" if self.effect is not None else ""
        return f"{self.t:.2f} s: {self.case} → {self.status if self.status is not None else self.trouble}{effect}"


class OutputLine(Record):
    """A line that the application wrote to its standard output or error, redacted."""

    t: float
    text: str
    holds: tuple[str, ...] = ()
    """What stood in it before it was redacted: names of secrets, `card number`, `security code`."""


class Moment(Record):
    """Something that the lab did, or that happened to a process."""

    t: float
    kind: Literal["arranged", "process"]
    text: str


class Sighting(Record):
    """A secret in a command line."""

    t: float
    program: str
    """Name of the program, without its arguments."""
    what: str


class ScenarioTrace(Record):
    """One scenario: what the lab did, and everything that the application did, in one time line."""

    type: Literal["trace"] = "trace"
    story: str
    """What was arranged, in words."""
    expected: str
    """What a good application does."""
    began: float
    """Seconds from the start of the lab."""
    duration: float
    waited: float
    """Seconds of it that were spent waiting for the application, or for a clock that it needs."""
    paused: float = 0.0
    """Seconds of those in which only its clock was to run on."""
    facts: dict[str, JsonValue] = Field(default_factory=dict)
    """What was arranged, as numbers: lifetimes, limits, moments."""
    calls: tuple[Call, ...] = ()
    calls_dropped: int = 0
    """Calls between the first and the last that are kept."""
    outcomes: tuple[Outcome, ...] = ()
    webhooks: tuple[WebhookTry, ...] = ()
    output: tuple[OutputLine, ...] = ()
    output_cut: bool = False
    """Whether the application wrote more than was looked at."""
    moments: tuple[Moment, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    command_lines: int = 0
    """How many different command lines were looked at."""

    def outcome(self, step: str) -> Outcome | None:
        """The first outcome of that step."""
        return next((outcome for outcome in self.outcomes if outcome.step == step), None)

    def number(self, fact: str) -> float:
        """A fact that is a number. KeyError if it is none."""
        value = self.facts.get(fact)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise KeyError(fact)
        return float(value)

    def steps(self, *prefixes: str) -> tuple[Outcome, ...]:
        """The outcomes of all steps whose names start so."""
        return tuple(outcome for outcome in self.outcomes if outcome.step.startswith(prefixes))

    def during(self, *outcomes: Outcome) -> tuple[Call, ...]:
        """The calls from the start of the first of these actions to the end of the last."""
        if not outcomes:
            return ()
        first, last = min(each.started for each in outcomes), max(each.ended for each in outcomes)
        return self.between(first, last)

    def between(self, first: float, last: float) -> tuple[Call, ...]:
        """The calls that arrived in that span."""
        return tuple(call for call in self.calls if first <= call.t <= last)


class Contact(Record):
    """A host that the application asked the intercepting proxy for, over all scenarios."""

    t: float
    """The first time, in seconds from the start of the lab."""
    scheme: Scheme
    host: str
    port: int
    """That of the first time."""
    environment: Environment | None
    """None: not a host of the vendor's."""
    handling: Handling
    """`allowed`: the config lets the application reach the real host."""
    times: int

    def __str__(self) -> str:
        """On one line, as findings quote it."""
        whose = f"a {self.environment} host" if self.environment else "not a host of the vendor's"
        often = "once" if self.times == 1 else f"{self.times} times"
        return f"{self.scheme}://{self.host}:{self.port} ({whose}) {often}, first at {self.t:.2f} s: {self.handling}"


class Absent(Record):
    """A scenario that does not concern the application, by what its config says."""

    type: Literal["absent"] = "absent"
    what: str
    """What the application has not: `charge`, `webhooks`."""


Scenario = Annotated[ScenarioTrace | Missing | Absent, Field(discriminator="type")]


class Habits(Record):
    """What the baseline taught about the application."""

    calls_per_action: float
    """To the API, once it has warmed up."""
    mints_per_action: float
    """Once it has warmed up: 0 where tokens are kept, 1 where each action mints."""
    one_shot: bool
    """Whether every action is a process of its own."""

    @property
    def mints_per_call(self) -> bool:
        """Whether it gets a token for each action instead of keeping one."""
        return self.mints_per_action >= 1


class Declared(Record):
    """What the config declares of the application's HTTP client; seconds. None: not declared."""

    timeout: float | None = None
    retries: int | None = None
    backoff: str | None = None
    refresh_margin: float | None = None
    has_no: tuple[str, ...] = ()


class BehaviourTrace(Evidence):
    """The application under the lab, scenario by scenario. One item for the run; the vendor is emulated."""

    kind: ClassVar[str] = "behaviour"

    scenarios: dict[str, Scenario]
    habits: Habits | None
    """None: the baseline did not succeed."""
    declared: Declared
    duration: float
    """Seconds in all."""
    contacts: tuple[Contact, ...] | None = None
    """Hosts that the application asked the intercepting proxy for; None: there was no such proxy."""
    contacts_dropped: int = 0
    """Contacts of further hosts, none of them the vendor's."""
