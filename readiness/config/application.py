"""What a config says of the integrator's application: how the lab starts it and makes it do something.

Texts may hold placeholders, such as `{api_url}` and `{port}`, which the lab fills in for each start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, model_validator

from readiness.config.duration import Duration
from readiness.config.presets import environment_of
from readiness.hosts import normal_host
from readiness.model import Environment, Record

PLACEHOLDERS: dict[str, str] = {
    "api_url": "base URL of the emulated API",
    "oauth_url": "the emulated token endpoint, path included",
    "client_id": "a throw-away client id",
    "client_secret": "its secret",
    "merchant_id": "the emulated merchant",
    "webhook_secret": "the secret that signs the lab's webhooks",
    "ca_file": "PEM file of the emulator's certificate authority; naming it makes the emulator serve TLS",
    "python": "the Python that runs this tool",
    "host": "the address on which the application must listen: 127.0.0.1",
    "port": "a free port for the application",
    "amount": "what an action is to charge, in dollars: 12.34",
    "dollars": "the same as a number, where it stands alone in JSON",
    "cents": "the same in cents: 1234; a number where it stands alone in JSON",
    "card": "the card number that it is to charge",
    "cvv": "that card's security code",
    "reference": "an id of the order, new for each payment",
}
"""What may stand in braces, and what the lab puts there."""

OWN_DATA = frozenset({"env", "headers", "json", "form", "command", "run"})
"""Keys under which the application's own data stands: its settings, not what the lab calls."""

Lack = Literal["charge", "read", "rekey", "webhooks", "refunds"]

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def _known_placeholders(text: str) -> str:
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            raise ValueError(f"there is no such placeholder; expected one of: {', '.join(PLACEHOLDERS)}")
    return text


Template = Annotated[str, AfterValidator(_known_placeholders)]
Argv = Annotated[tuple[Template, ...], Field(min_length=1)]


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its placeholders replaced; other braces, such as JSON's, stay."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


class HttpRequest(Record):
    """A request to the application, on this machine. A bare text is a GET of that URL."""

    model_config = ConfigDict(populate_by_name=True)

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """The HTTP method."""
    url: Template
    """Where the application listens: `http://127.0.0.1:{port}/pay`."""
    headers: dict[str, Template] = Field(default_factory=dict)
    """Further headers."""
    json_body: JsonValue = Field(default=None, alias="json")
    """A body that is sent as JSON."""
    form: dict[str, Template] | None = None
    """A body that is sent as an HTML form."""

    @model_validator(mode="before")
    @classmethod
    def _bare_url(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value


class Process(Record):
    """How commands of the application run."""

    cwd: str = "."
    """Relative to the config file's folder."""
    env: dict[str, Template] = Field(default_factory=dict)
    """Environment variables, beside those of the lab's own environment that hold no secret."""
    stop_timeout: Duration = timedelta(seconds=5)
    """How long it may take to end when asked; then it is killed."""


class Start(Process):
    """How a server is started."""

    command: Argv
    """Program and arguments, without a shell."""


class Ready(Record):
    """How the lab sees that the application has started; without it, by a connection to `{port}`."""

    http: Template | None = None
    """A URL that answers 2xx once it is ready."""
    within: Duration = timedelta(seconds=30)
    """How long that may take."""


class Success(Record):
    """What a successful action looks like to its caller."""

    model_config = ConfigDict(populate_by_name=True)

    status: int | None = Field(default=None, ge=100, le=599)
    """HTTP status; left out, any 2xx."""
    exit_code: int = 0
    """Of a command."""
    json_body: JsonValue = Field(default=None, alias="json")
    """Members that the JSON answer, or the command's JSON output, must hold; others may stand beside them."""


class Action(Record):
    """Something that the application can be made to do: by HTTP, by a command, or by starting it anew."""

    http: HttpRequest | None = None
    """A request to the running application."""
    command: Argv | None = None
    """A command beside the running application."""
    run: Argv | None = None
    """The command of an application that does one thing and ends."""
    restart: bool = False
    """The application is stopped and started again, with new values of its placeholders; for `rekey`."""
    env: dict[str, Template] = Field(default_factory=dict)
    """Further environment variables of a command."""
    success: Success = Success()
    """What its caller sees when all went well."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((self.http is not None, self.command is not None, self.run is not None, self.restart)) != 1:
            raise ValueError("an action has exactly one of `http`, `command`, `run` and `restart: true`")
        return self

    @property
    def argv(self) -> tuple[str, ...] | None:
        """The command, whichever key names it."""
        return self.command or self.run


class Actions(Record):
    """What the application can be made to do."""

    charge: Action | None = None
    """Takes a payment of `{amount}` with `{card}`."""
    read: Action | None = None
    """Reads something from the vendor."""
    rekey: Action | None = None
    """Gives the application a new key: `{client_id}` and `{client_secret}`."""


class Effect(Record):
    """Where it is seen how often a webhook took effect: a number that grows by one each time."""

    http: HttpRequest
    """The request that reads it."""
    json_path: str = ""
    """Where the number, or a list to be counted, stands in the JSON answer: `orders.paid`; empty: the answer itself."""


class Webhook(Record):
    """Where the application receives webhooks."""

    url: Template
    """On this machine: `http://127.0.0.1:{port}/aurora/webhooks`."""
    effect: Effect | None = None
    """How their effect is seen."""


class Alarm(Record):
    """Where the application's alarms can be read."""

    http: HttpRequest
    """The answer changes when an alarm is raised."""
    within: Duration = timedelta(seconds=10)
    """How soon after the deletion of its key the application must raise an alarm."""


class Application(Record):
    """The integrator's application, for the lab."""

    start: Start | None = None
    """How a server is started."""
    run: Process | None = None
    """How the commands of an application run that has no server."""
    ready: Ready = Ready()
    """How the lab sees that it has started."""
    actions: Actions
    """How the lab makes the application do something: `charge`, `read`, `rekey`."""
    webhook: Webhook | None = None
    """Where the application receives webhooks, and how their effect is seen."""
    alarm: Alarm | None = None
    """Where the application's alarms can be read."""
    intercept: bool = False
    """Whether an intercepting proxy stands in for the vendor, so that the application keeps its production URLs.

    Its processes find the proxy and a certificate authority in the usual environment variables.
    """
    allow_hosts: tuple[str, ...] = ()
    """Further hosts that the application may reach when `intercept` is true, `*.` in front for all below one.

    Every other host is refused.
    """
    has_no: tuple[Lack, ...] = ()
    """What the application does not do."""
    parallel: int = Field(default=2, ge=1, le=16)
    """How many instances may run side by side, each on a port of its own."""
    callers: int = Field(default=20, ge=2, le=200)
    """How many callers work at once where the lab tests concurrency."""

    @model_validator(mode="after")
    def _works_together(self) -> Self:
        ways = [action for action in (self.actions.charge, self.actions.read) if action]
        if not ways:
            raise ValueError("`actions` needs `charge` or `read`: something that the lab can make the application do")
        if self.start is None and any(action.http or action.restart for action in ways):
            raise ValueError("an action by `http` needs `start`: the server that it is sent to")
        if self.start is None and self.webhook is not None:
            raise ValueError("`webhook` needs `start`: the server that receives it")
        if self.allow_hosts and not self.intercept:
            raise ValueError("`allow_hosts` needs `intercept: true`: without the proxy every host can be reached")
        for host in self.allow_hosts:
            if environment_of(normal_host(host)):
                raise ValueError(f"`allow_hosts` names {host}: behind the proxy the vendor's hosts are the emulator's")
        return self

    @property
    def home(self) -> Environment:
        """The emulated environment that it works with: where its traffic is intercepted, it believes in production."""
        return Environment.PRODUCTION if self.intercept else Environment.SANDBOX

    @property
    def process(self) -> Process:
        """The settings of its processes."""
        return self.start or self.run or Process()

    def texts(self) -> Iterator[str]:
        """Every text in which placeholders may stand."""
        yield from _texts(self.model_dump(mode="json"))

    def uses(self, placeholder: str) -> bool:
        """Whether any text holds that placeholder."""
        return any(f"{{{placeholder}}}" in text for text in self.texts())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
