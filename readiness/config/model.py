"""What a config file may say (`version: 1`), as types. The loader fills these; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field, PrivateAttr, model_validator

from readiness.config.application import OWN_DATA, Application
from readiness.config.duration import Duration
from readiness.config.urls import EndpointUrl, TokenUrl, WebUrl
from readiness.model import Attestation, Environment, Location, Permission, Record, Severity, Waiver
from readiness.result import Integration
from readiness.secret.reference import SecretRef, SecretRole

if TYPE_CHECKING:
    from readiness.config.quoting import Quoter

Preset = Literal["aurora", "aurora-legacy", "emulator"]
ConfigPath = tuple[str | int, ...]
"""Where a value stands: `("environments", "sandbox", "api_url")`."""


class Expectation(Record):
    """What the account should look like."""

    company_name: str | None = None
    """As the account's settings name it."""
    currencies: tuple[str, ...] = ()
    """ISO 4217 codes, such as USD."""
    card_types: tuple[str, ...] = ()
    """Such as Visa, MasterCard."""
    transaction_types: tuple[str, ...] = ()
    """Such as Sale, Authorization, Refund."""
    address_verification: str | None = None
    """The AVS setting."""
    max_transaction_amount: float | None = None
    """In the account's currency, not in cents."""
    events: tuple[str, ...] = ()
    """Webhook event types that must be subscribed."""
    webhook_urls: tuple[WebUrl, ...] = ()
    """Webhook endpoints that must be registered."""


class PartnerKey(Record):
    """A partner's own key; it may create and delete merchants' keys, so it enables the drill."""

    client_id: SecretRef
    client_secret: SecretRef
    merchant_id: str
    """The merchant for whom the drill makes its key."""


class RetiredKey(Record):
    """A key that was deleted and must be dead."""

    client_id: SecretRef
    client_secret: SecretRef


class EnvironmentConfig(Record):
    """One environment. `preset` fills what is left out; `emulator` fills everything."""

    preset: Preset | None = None
    """The vendor's hosts by name, or the embedded emulator."""
    api_url: EndpointUrl | None = None
    """Base URL of the API."""
    oauth_url: TokenUrl | None = None
    """The token endpoint, path included."""
    ca_file: str | None = None
    """PEM file of a private certificate authority, for a gateway that stands before the vendor."""
    client_id: SecretRef | None = None
    """Not secret: it may stand here as it is."""
    client_secret: SecretRef | None = None
    """Where the secret is kept."""
    created_on: date | None = None
    """Day the key was made."""
    webhook_secret: SecretRef | None = None
    """Where the secret that signs webhooks is kept."""
    webhook_url: WebUrl | None = None
    """Where this environment's webhooks are received: the integrator's own host."""
    callback_url: WebUrl | None = None
    """Where the customer returns to after a payment."""
    expect: Expectation | None = None
    """What the account should look like."""
    partner: PartnerKey | None = None
    """Enables the deleted-key drill."""
    retired_keys: tuple[RetiredKey, ...] = ()
    """Keys that were deleted: they must be dead."""


class Exclude(Record):
    """Files that are not part of what is shipped, and why; a bare pattern gives no reason."""

    pattern: str
    """A glob, relative to the source's path."""
    reason: str | None = None
    """Why these files are not shipped."""

    @model_validator(mode="before")
    @classmethod
    def _bare_pattern(cls, value: Any) -> Any:
        return {"pattern": value} if isinstance(value, str) else value


class Source(Record):
    """A tree of files that the integrator ships or keeps. `path` is relative to the config file's folder."""

    path: str
    """Relative to the config file's folder."""
    history: bool = True
    """Whether git history is searched too."""
    exclude: tuple[Exclude, ...] = ()
    """Files that are not shipped."""
    environment: Environment | None = None
    """The one environment these files are for; None means both."""


class HttpPolicy(Record):
    """What the integrator's own HTTP client does."""

    timeout: Duration | None = None
    """After which a request is given up; 30s is advised."""
    retries: int | None = Field(default=None, ge=0, le=100)
    """How often a failed request is tried again."""
    backoff: Literal["none", "constant", "linear", "exponential"] | None = None
    """How waiting times grow from one try to the next."""
    refresh_margin: Duration | None = None
    """How long before its end a token is replaced; 60s is advised."""


class Gate(Record):
    """From which severity a failure blocks."""

    fail_on: Severity = Severity.MAJOR
    """The mildest severity that blocks."""


class Policy(Record):
    """Limits that the owner may tighten or loosen."""

    max_key_age: Duration = timedelta(days=365)
    """After which a key should be replaced."""
    max_token_lifetime: Duration = timedelta(hours=24)
    """The longest acceptable life of a token."""
    delivery_failure_rate: float = Field(default=5.0, ge=0, le=100)
    """Percent."""
    known_hosts: dict[Environment, tuple[str, ...]] = Field(default_factory=dict)
    """Gateways of your own that stand before the vendor, by environment."""
    archive_depth: int = Field(default=3, ge=0, le=16)
    """How deep archives within archives are opened."""
    max_object: int = Field(default=64 << 20, ge=1 << 20, le=1 << 30)
    """Bytes of a git object that is kept in memory whole, larger ones are streamed; likewise of an inner archive."""
    scan_deadline: Duration | None = None
    """After which the search for secrets stops, and what it did not reach is unknown."""
    drill_watch: Duration = timedelta(seconds=30)
    """How long the drill watches a deleted key before it says that it still lives."""
    request_timeout: Duration = timedelta(seconds=15)
    """How long one of our own requests may take."""


class ConfiguredUrl(NamedTuple):
    """A URL that the config names."""

    place: ConfigPath
    environment: Environment | None
    """None for the application's own."""
    role: Literal["api", "oauth", "webhook", "callback", "application"]
    url: str


class Config(Record):
    """A whole config file, valid and with its presets filled in. No secret has been read."""

    version: Literal[1]
    """Of this file's format."""
    integration: Integration
    """What is audited."""
    environments: dict[Environment, EnvironmentConfig] = Field(min_length=1)
    """`sandbox`, `production`, or both."""
    sources: tuple[Source, ...] = ()
    """What the integrator ships."""
    artifacts: tuple[str, ...] = ()
    """Globs of built files and archives, relative to the config file's folder."""
    logs: tuple[str, ...] = ()
    """Globs of log files, relative to the config file's folder."""
    application: Application | None = None
    """How the lab starts and drives the application."""
    http_policy: HttpPolicy | None = None
    """What the integrator's own HTTP client does."""
    permissions: tuple[Permission, ...] = ()
    """What the run may do beyond reading."""
    gate: Gate = Gate()
    """From which severity a failure blocks."""
    attestations: dict[str, Attestation] = Field(default_factory=dict)
    """By check id: what a person vouches for."""
    waivers: tuple[Waiver, ...] = ()
    """Failures that their owner accepts for a time."""
    evidence: tuple[str, ...] = ()
    """Saved evidence to use beside this run's, relative to the config file's folder."""
    plugins: tuple[str, ...] = ()
    """Folders of further checks, relative to the config file's folder."""
    policy: Policy = Policy()
    """Limits that the owner may tighten or loosen."""

    _path: str = PrivateAttr(default="<config>")
    _positions: Mapping[ConfigPath, tuple[int, int]] = PrivateAttr(default_factory=dict)
    _digest: str = PrivateAttr(default="")
    _quoter: Quoter | None = PrivateAttr(default=None)
    """Quotes the file's lines in errors that are found after loading."""

    @property
    def path(self) -> str:
        """The file it was read from, as the user named it."""
        return self._path

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes, hex."""
        return self._digest

    @property
    def quoter(self) -> Quoter | None:
        """Quotes the file's lines, without secrets; None where the config was not read from a file."""
        return self._quoter

    def at(self, *path: str | int) -> Location:
        """The place of a value, or of its nearest ancestor that stands in the file."""
        for end in range(len(path), -1, -1):
            if position := self._positions.get(path[:end]):
                return Location(path=self._path, line=position[0], column=position[1])
        return Location(path=self._path)

    def secret_refs(self) -> Iterator[tuple[ConfigPath, Environment, SecretRole, SecretRef]]:
        """Every reference to a secret value: its place, environment, role and itself. Client ids are not secret."""
        for environment, settings in self.environments.items():
            base: ConfigPath = ("environments", environment.value)
            if settings.client_secret:
                yield (*base, "client_secret"), environment, "client_secret", settings.client_secret
            if settings.webhook_secret:
                yield (*base, "webhook_secret"), environment, "webhook_secret", settings.webhook_secret
            if settings.partner:
                place = (*base, "partner", "client_secret")
                yield place, environment, "partner_client_secret", settings.partner.client_secret
            for index, key in enumerate(settings.retired_keys):
                place = (*base, "retired_keys", index, "client_secret")
                yield place, environment, "retired_client_secret", key.client_secret

    def client_refs(self) -> Iterator[tuple[ConfigPath, Environment, str, SecretRef]]:
        """Every client id, in the form of `secret_refs`: its place, environment, role and reference."""
        for environment, settings in self.environments.items():
            base: ConfigPath = ("environments", environment.value)
            if settings.client_id:
                yield (*base, "client_id"), environment, "client_id", settings.client_id
            if settings.partner:
                place = (*base, "partner", "client_id")
                yield place, environment, "partner_client_id", settings.partner.client_id
            for index, key in enumerate(settings.retired_keys):
                place = (*base, "retired_keys", index, "client_id")
                yield place, environment, "retired_client_id", key.client_id

    def urls(self) -> Iterator[ConfiguredUrl]:
        """Every URL that the config names, presets' included; the emulator's are not known yet."""
        for environment, settings in self.environments.items():
            base: ConfigPath = ("environments", environment.value)
            expected = settings.expect.webhook_urls if settings.expect else ()
            named: list[tuple[ConfigPath, Literal["api", "oauth", "webhook", "callback"], str | None]] = [
                (("api_url",), "api", settings.api_url),
                (("oauth_url",), "oauth", settings.oauth_url),
                (("webhook_url",), "webhook", settings.webhook_url),
                (("callback_url",), "callback", settings.callback_url),
                *((("expect", "webhook_urls", index), "webhook", url) for index, url in enumerate(expected)),
            ]
            for place, role, url in named:
                if url is not None:
                    yield ConfiguredUrl((*base, *place), environment, role, url)
        written = self.application.model_dump(mode="json", by_alias=True) if self.application else None
        for place, text in _texts(written, ("application",)):
            if text.startswith(("http://", "https://")) and OWN_DATA.isdisjoint(place):
                yield ConfiguredUrl(place, None, "application", text)


def _texts(value: Any, place: ConfigPath) -> Iterator[tuple[ConfigPath, str]]:
    """Every text at or below a value, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*place, index))
