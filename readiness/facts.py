"""The kinds of evidence that the built-in probes gather; each says what was asked and holds what came back."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from readiness.evidence import Attempt, Evidence, Missing
from readiness.model import Environment, Location, Record, SecretFacts


class UrlFacts(Record):
    """One configured URL. `role`: `api`, `oauth` (the vendor's), `webhook`, `callback`, `application` (the owner's)."""

    environment: Environment | None
    role: Literal["api", "oauth", "webhook", "callback", "application"]
    url: str
    location: Location | None = None


class KnownHosts(Record):
    """Hosts that belong to an environment, and hosts that belong to none any more (host to reason)."""

    sandbox: tuple[str, ...] = ()
    production: tuple[str, ...] = ()
    retired: dict[str, str] = Field(default_factory=dict)


class EnvironmentFacts(Record):
    """One environment's settings, without values of secrets."""

    preset: str | None = None
    emulated: bool = False
    """Served by the emulator that this run started: its keys are made for the run."""
    client_id: str | None = None
    client_id_reference: str = ""
    client_id_problem: str | None = None
    created_on: date | None = None
    expect: dict[str, object] = Field(default_factory=dict)
    partner_client_id: str | None = None
    partner_merchant_id: str | None = None
    retired_client_ids: tuple[str | None, ...] = ()
    location: Location | None = None


class HttpPolicyFacts(Record):
    """What the owner declares of their HTTP client; seconds. None: not declared."""

    timeout_s: float | None = None
    retries: int | None = None
    backoff: str | None = None
    refresh_margin_s: float | None = None
    location: Location | None = None


class Limits(Record):
    """The policy that checks judge by; seconds and percent."""

    max_key_age_s: float
    max_token_lifetime_s: float
    delivery_failure_rate: float


class Configuration(Evidence):
    """What the config declares, as facts. One item for the whole run."""

    kind: ClassVar[str] = "configuration"

    environments: dict[Environment, EnvironmentFacts]
    urls: tuple[UrlFacts, ...]
    secrets: tuple[SecretFacts, ...]
    known_hosts: KnownHosts
    http_policy: HttpPolicyFacts
    limits: Limits


class TlsFacts(Record):
    """What one handshake showed. Versions as `TLSv1.2`."""

    version: str | None = None
    verified: bool = False
    """Chain and name."""
    verify_error: str | None = None
    not_after: str | None = None
    """End of validity, ISO 8601 UTC."""
    days_left: float | None = None
    old_versions: dict[str, Literal["refused", "accepted"] | Missing] = Field(default_factory=dict)
    """TLS 1.0 and 1.1, tried at the owner's own hosts only."""


class HostFacts(Record):
    """One host: does it resolve, connect, speak TLS, answer."""

    host: str
    """Name and port."""
    roles: tuple[str, ...]
    own: bool
    """The integrator's own host, not the vendor's."""
    loopback: bool
    resolved: bool | Missing
    connected: bool | Missing
    tls: TlsFacts | Missing | None
    """None for plain http."""
    answer: Attempt
    """An unauthenticated GET to a vendor host; Missing for own hosts, to which no request is sent."""


class Connection(Evidence):
    """The hosts of one environment."""

    kind: ClassVar[str] = "connection"

    hosts: tuple[HostFacts, ...]


class TokenFacts(Record):
    """What may be known of a token without knowing it."""

    tag: str
    """HMAC under the run's key: equal tags, equal tokens."""
    length: int
    expires_in: float


class TokenUse(Evidence):
    """Minting tokens with the configured key, and using them well and badly."""

    kind: ClassVar[str] = "token-use"

    mint: Attempt
    second_mint: Attempt
    token: TokenFacts | None = None
    second_token: TokenFacts | None = None
    read: Attempt
    """A read with the first token, before the second mint."""
    read_after_second_mint: Attempt
    """The same read with the first token once the second exists."""
    read_with_second: Attempt
    wrong_secret: Attempt
    """A mint with the right client id and a made-up secret."""
    made_up_token: Attempt
    truncated_token: Attempt
    after_expiry: Attempt
    """The read once the first token's lifetime is over."""


class MatrixCell(Record):
    """One key tried at one token endpoint."""

    key_of: Environment
    endpoint_of: Environment
    mint: Attempt
    location: Location | None = None


class CrossEnvironment(Evidence):
    """Each environment's key and token, tried at both. One item for the run."""

    kind: ClassVar[str] = "cross-environment"

    cells: tuple[MatrixCell, ...]
    """Four, row by row: sandbox key at sandbox, at production; production key at sandbox, at production."""
    sandbox_token_at_production: Attempt
    production_token_at_sandbox: Attempt
    sandbox_token_at_home: Attempt
    """Control: the same token where it belongs."""
    production_token_at_home: Attempt


class Account(Evidence):
    """The account behind the key: its payment configuration."""

    kind: ClassVar[str] = "account"

    mint: Attempt
    payment_config: Attempt


class WebhookEndpoints(Evidence):
    """The registered webhook endpoints: every page that was read. `complete` is false when pages were left."""

    kind: ClassVar[str] = "webhook-endpoints"

    pages: tuple[Attempt, ...]
    complete: bool


class PartnerKeys(Evidence):
    """The partner's list of merchants' keys, as its key sees it in the sandbox."""

    kind: ClassVar[str] = "partner-keys"

    listing: Attempt


class RetiredKeyTrial(Record):
    """One declared retired key, tried at the token endpoint."""

    client_id: str | None
    mint: Attempt
    location: Location | None = None


class RetiredKeys(Evidence):
    """Every retired key that the config declares for an environment, and a control with the live key."""

    kind: ClassVar[str] = "retired-keys"

    trials: tuple[RetiredKeyTrial, ...]
    control: Attempt


class Clock(Record):
    """How long something outlived the deletion of its key.

    Seconds from the deletion, as an interval that holds the truth: it was still accepted at `last_accepted` (0 when it
    never was) and refused at `first_refused` (None: still accepted at the end of the watch).
    """

    last_accepted: float
    first_refused: float | None
    watched: float
    accepted: int
    refused: int
    undecided: int
    """Attempts that brought no usable answer."""
    refusal: Attempt
    """The first refusal, or why there is none."""


class DrillStep(Record):
    """One act of the drill, in order."""

    name: Literal[
        "partner_mint", "create", "mint", "read", "list", "delete", "mint_after", "read_after", "list_after", "cleanup"
    ]
    attempt: Attempt


class KeyDrill(Evidence):
    """A key's birth, use and death in the sandbox, with two clocks."""

    kind: ClassVar[str] = "key-drill"
    keeps_days: ClassVar[int] = 90

    way: Literal["api", "guided"]
    hosts: tuple[str, ...]
    key_name: str
    steps: tuple[DrillStep, ...]
    """Polls are folded: only the last accepted and the first refused of each clock are kept."""
    mint_clock: Clock | Missing
    """Clock A: from the deletion until the token endpoint refuses the key."""
    token_clock: Clock | Missing
    """Clock B: from the deletion until an issued token is refused."""
    poll_interval: float
    unlisted: bool | Missing
    """Whether the key has left the partner's list."""
    leftovers: tuple[str, ...] | Missing
    """Names of `readiness-drill-*` keys that remain."""
    journal_empty: bool
