"""An emulator on loopback, a config that names it, and audits of chosen checks against it over real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import yaml

from readiness.audit import Audit, Options, prepare, run
from readiness.config.presets import TOKEN_PATH
from readiness.emulator import EmbeddedEmulator
from readiness.evidence import Evidence, Exchange, Missing, Selection
from readiness.model import Environment, Permission
from readiness.result import Result

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
E = TypeVar("E", bound=Evidence)


class Silent:
    """Watches a run and says nothing."""

    def start(self, name: str) -> None: ...

    def update(self, name: str, text: str, *, remaining: float | None = None) -> None: ...

    def finish(self, name: str, outcome: str) -> None: ...


class Control:
    """The emulator's control API, as a test uses it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, method: str, path: str, body: Any = None) -> Any:
        reply = httpx.request(method, f"{self._url}{path}", json=body, trust_env=False)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def journal(self, method: str | None = None, path: str | None = None) -> list[dict[str, Any]]:
        """Requests in the order of arrival; `path` is the beginning of one."""
        entries: list[dict[str, Any]] = self.call("GET", "/journal")["entries"]
        return [
            entry
            for entry in entries
            if method in {None, entry["method"]} and (path is None or entry["path"].startswith(path))
        ]

    def fault(
        self,
        kind: str,
        *,
        environment: Environment = SANDBOX,
        match: Mapping[str, Any] | None = None,
        times: int | None = None,
        **fault: Any,
    ) -> None:
        rule = {"environment": environment, "match": match or {}, "fault": {"kind": kind, **fault}}
        self.call("POST", "/faults", rule if times is None else {**rule, "times": times})

    def clear_faults(self) -> None:
        self.call("DELETE", "/faults")

    def settings(self, **changes: Any) -> None:
        self.call("PUT", "/settings", changes)

    def create_key(self, environment: Environment = SANDBOX, **body: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", "/keys", {"environment": environment, **body})
        return made

    def delete_key(self, client_id: str, environment: Environment = SANDBOX) -> None:
        self.call("DELETE", f"/keys/{client_id}?environment={environment}")

    def wait_for(self, what: Callable[[], object], seconds: float = 20.0) -> None:
        """Look until it is so. Raises AssertionError after so many seconds."""
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, f"not so within {seconds} s"
            time.sleep(0.01)


@dataclass(frozen=True)
class Played:
    """An audit that took place."""

    audit: Audit

    def evidence(self, kind: type[E], environment: Environment | None = None) -> E:
        item = self.audit.evidence.item(kind.kind, environment)
        assert item is not None
        assert item.missing is None, item.missing
        return kind.model_validate(item.data)

    def missing(self, kind: type[Evidence], environment: Environment | None = None) -> Missing:
        item = self.audit.evidence.item(kind.kind, environment)
        assert item is not None
        assert item.missing is not None
        return item.missing

    def result(self, check_id: str, environment: Environment | None = None) -> Result:
        (found,) = [
            each for each in self.audit.result.results if (each.id, each.environment) == (check_id, environment)
        ]
        return found

    def statuses(self) -> dict[str, str]:
        return {each.id: each.status.value for each in self.audit.result.results}

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The ledger, in short."""
        return [(entry.method, entry.path) for entry in self.audit.result.ledger]


@dataclass
class Stage:
    """One emulator, and the config of an integration that uses it."""

    emulator: EmbeddedEmulator
    folder: Path
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config = {
            "version": 1,
            "integration": {"name": "Acme Checkout", "kind": "partner", "contact": "payments@acme.example"},
            "environments": {each.value: self._environment(each) for each in Environment},
            "permissions": [],
            "policy": {"drill_watch": "20s", "request_timeout": "5s"},
        }

    def _environment(self, environment: Environment) -> dict[str, Any]:
        told = self.emulator.announcement["environments"][environment.value]
        merchant, partner = told["merchant"], told["partner"]
        settings = {
            "api_url": told["api_url"],
            "oauth_url": told["oauth_url"] + TOKEN_PATH,
            "client_id": merchant["client_id"],
            "client_secret": merchant["client_secret"],
        }
        if self.emulator.ca_file is not None:
            settings["ca_file"] = str(self.emulator.ca_file)
        if environment is SANDBOX:
            settings["partner"] = {**partner, "merchant_id": merchant["merchant_id"]}
        return settings

    @property
    def control(self) -> Control:
        return Control(self.emulator.control_url)

    @property
    def state_dir(self) -> Path:
        return self.folder / "state" / "readiness"

    @property
    def path(self) -> Path:
        return self.folder / "readiness.yaml"

    def settings(self, environment: Environment = SANDBOX) -> dict[str, Any]:
        """One environment of the config, to be changed."""
        found: dict[str, Any] = self.config["environments"][environment.value]
        return found

    def allow(self, *permissions: str) -> Stage:
        self.config["permissions"] = list(permissions)
        return self

    def write(self) -> Path:
        # JSON is YAML; safe_dump would write aliases for what occurs twice, and the loader refuses some.
        self.path.write_text(yaml.safe_dump(json.loads(json.dumps(self.config))), encoding="utf-8")
        return self.path

    def play(self, *checks: str, deadline: float = 60.0, allow: Sequence[str] = ()) -> Played:
        """Audit these checks. Every request stands in the ledger and in the emulator's journal."""
        self.control.call("DELETE", "/journal")
        played = self.play_unheard(*checks, deadline=deadline, allow=allow)
        arrived = [(entry["method"], entry["path"].partition("?")[0]) for entry in self.control.journal()]
        assert sorted(played.sent) == sorted(arrived)
        return played

    def play_unheard(self, *checks: str, deadline: float = 60.0, allow: Sequence[str] = ()) -> Played:
        """The same where requests go astray, so that ledger and journal differ."""
        permissions = tuple(Permission(each) for each in allow)
        options = Options(Selection(only=checks), allow=permissions, deadline=deadline)
        return Played(run(prepare(self.write(), options), self.state_dir, Silent()))

    def drill_keys(self) -> list[str]:
        """Names of drill keys that the vendor still has."""
        state = self.emulator.core.environments[SANDBOX]
        now = self.emulator.core.clock.now()
        keys = tuple(state.keys._keys.values())  # deletions that the list does not show yet matter here
        return [key.name for key in keys if key.name.startswith("readiness-drill-") and key.deleted_at > now]

    def entries(self) -> list[dict[str, Any]]:
        """What the drill journal holds."""
        paths = sorted((self.state_dir / "drills").glob("*.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


MakeStage = Callable[..., Stage]


def status_of(attempt: Exchange | Missing) -> int | None:
    """The status of an exchange that took place."""
    assert isinstance(attempt, Exchange), attempt
    return attempt.status
