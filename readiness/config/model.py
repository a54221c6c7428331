"""What a config file may say (`version: 1`), as types. The loader fills these; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, PrivateAttr, WithJsonSchema, model_validator

from readiness.config.duration import DURATION_PATTERN, format_duration, parse_duration
from readiness.config.urls import EndpointUrl, TokenUrl, WebUrl
from readiness.model import (
    Attestation,
    Environment,
    Integration,
    Location,
    Permission,
    Record,
    Severity,
    Waiver,
)
from readiness.secret.reference import SecretRef

if TYPE_CHECKING:
    from readiness.config.quoting import Quoter

Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN}),
]
Preset = Literal["aurora", "aurora-legacy", "emulator"]
ConfigPath = tuple[str | int, ...]
"""Where a value stands: `("environments", "sandbox", "api_url")`."""


class Expectation(Record):
    """What the account should look like."""

    company_name: str | None = None
    currencies: tuple[str, ...] = ()
    card_types: tuple[str, ...] = ()
    transaction_types: tuple[str, ...] = ()
    address_verification: str | None = None
    max_transaction_amount: float | None = None
    events: tuple[str, ...] = ()
    webhook_urls: tuple[WebUrl, ...] = ()


class PartnerKey(Record):
    """A partner's own key; it may create and delete merchants' keys, so it enables the drill."""

    client_id: SecretRef
    client_secret: SecretRef
    merchant_id: str


class RetiredKey(Record):
    """A key that was deleted and must be dead."""

    client_id: SecretRef
    client_secret: SecretRef


class EnvironmentConfig(Record):
    """One environment. `preset` fills what is left out; `emulator` fills everything."""

    preset: Preset | None = None
    api_url: EndpointUrl | None = None
    oauth_url: TokenUrl | None = None
    """The token endpoint, path included."""
    ca_file: str | None = None
    """PEM file of a private certificate authority, for a gateway that stands before the vendor."""
    client_id: SecretRef | None = None
    client_secret: SecretRef | None = None
    created_on: date | None = None
    """Day the key was made."""
    webhook_secret: SecretRef | None = None
    webhook_url: WebUrl | None = None
    """Where this environment's webhooks are received: the integrator's own host."""
    callback_url: WebUrl | None = None
    expect: Expectation | None = None
    partner: PartnerKey | None = None
    retired_keys: tuple[RetiredKey, ...] = ()


class Exclude(Record):
    """Files that are not part of what is shipped, and why; a bare pattern gives no reason."""

    pattern: str
    reason: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_pattern(cls, value: Any) -> Any:
        return {"pattern": value} if isinstance(value, str) else value


class Source(Record):
    """A tree of files that the integrator ships or keeps. `path` is relative to the config file's folder."""

    path: str
    history: bool = True
    exclude: tuple[Exclude, ...] = ()
    environment: Environment | None = None
    """The one environment these files are for; None means both."""


class HttpPolicy(Record):
    """What the integrator's own HTTP client does."""

    timeout: Duration | None = None
    retries: int | None = Field(default=None, ge=0, le=100)
    backoff: Literal["none", "constant", "linear", "exponential"] | None = None
    refresh_margin: Duration | None = None


class Gate(Record):
    """From which severity a failure blocks."""

    fail_on: Severity = Severity.MAJOR


class Policy(Record):
    """Limits that the owner may tighten or loosen."""

    max_key_age: Duration = timedelta(days=365)
    max_token_lifetime: Duration = timedelta(hours=24)
    delivery_failure_rate: float = Field(default=5.0, ge=0, le=100)
    """Percent."""
    known_hosts: dict[Environment, tuple[str, ...]] = Field(default_factory=dict)
    archive_depth: int = Field(default=3, ge=0, le=16)
    scan_deadline: Duration | None = None
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
    integration: Integration
    environments: dict[Environment, EnvironmentConfig] = Field(min_length=1)
    sources: tuple[Source, ...] = ()
    artifacts: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    application: dict[str, Any] | None = None
    http_policy: HttpPolicy | None = None
    permissions: tuple[Permission, ...] = ()
    gate: Gate = Gate()
    attestations: dict[str, Attestation] = Field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    evidence: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    policy: Policy = Policy()

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

    def at(self, *path: str | int) -> Location:
        """The place of a value, or of its nearest ancestor that stands in the file."""
        for end in range(len(path), -1, -1):
            if position := self._positions.get(path[:end]):
                return Location(path=self._path, line=position[0], column=position[1])
        return Location(path=self._path)

    def secret_refs(self) -> Iterator[tuple[ConfigPath, Environment, str, SecretRef]]:
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
        for place, text in _texts(self.application, ("application",)):
            if text.startswith(("http://", "https://")):
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
