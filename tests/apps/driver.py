"""Runs an application as its lab.yaml says, without the lab: for tests of the applications themselves."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from readiness.config.application import Action, Application, HttpRequest, filled
from readiness.emulator import EmbeddedEmulator

APPS = Path(__file__).parent
NAMES = sorted(path.parent.name for path in APPS.glob("*/lab.yaml"))


@dataclass(frozen=True)
class Outcome:
    """What the caller of an action saw."""

    succeeded: bool
    status: int
    """HTTP status or exit code."""
    body: Any


class Running:
    """An application at work."""

    def __init__(self, app: Application, folder: Path, values: Mapping[str, str], extra: Mapping[str, str]) -> None:
        self.app = app
        self._folder = folder
        self._values = dict(values)
        self._extra = dict(extra)

    def perform(self, action: str, **values: str) -> Outcome:
        """Do what lab.yaml says of that action."""
        wanted: Action = getattr(self.app.actions, action)
        filling = {**self._values, "reference": str(uuid.uuid4()), **values}
        if wanted.http is not None:
            status, body = self._request(wanted.http, filling)
            expected = wanted.success.status or 200
        else:
            assert wanted.argv is not None
            done = subprocess.run(
                arguments(wanted.argv, filling),
                cwd=self._folder / self.app.process.cwd,
                env={**environment({**self.app.process.env, **wanted.env}, filling), **self._extra},
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
            status, body, expected = done.returncode, _parsed(done.stdout), wanted.success.exit_code
        members = wanted.success.json_body or {}
        assert isinstance(members, dict)
        right = isinstance(body, dict) and members.items() <= body.items() if members else True
        return Outcome(status == expected and right, status, body)

    def effects(self) -> int:
        """How many webhooks took effect."""
        assert self.app.webhook is not None
        assert self.app.webhook.effect is not None
        _, body = self._request(self.app.webhook.effect.http, self._values)
        return int(body[self.app.webhook.effect.json_path])

    def deliver(self, emulator: EmbeddedEmulator, **order: Any) -> int:
        """Have the emulator deliver a webhook; the status that came back."""
        assert self.app.webhook is not None
        url = filled(self.app.webhook.url, self._values)
        reply = httpx.post(f"{emulator.control_url}/webhooks/deliver", json={"url": url, **order}, trust_env=False)
        status: int = reply.json()["deliveries"][0]["status"]
        return status

    def alarms(self) -> Any:
        """What the alarm endpoint says."""
        assert self.app.alarm is not None
        return self._request(self.app.alarm.http, self._values)[1]

    def _request(self, wanted: HttpRequest, values: Mapping[str, str]) -> tuple[int, Any]:
        templates = wanted.json_body or {}
        assert isinstance(templates, dict)
        body = {name: filled(str(text), dict(values)) for name, text in templates.items()}
        reply = httpx.request(
            wanted.method, filled(wanted.url, dict(values)), json=body or None, trust_env=False, timeout=20
        )
        return reply.status_code, _parsed(reply.text)


@contextmanager
def running(name: str, **extra: str) -> Iterator[tuple[Running, EmbeddedEmulator]]:
    """The application of that name, and the emulator that it uses; `extra` are further environment variables."""
    app = Application.model_validate(yaml.safe_load((APPS / name / "lab.yaml").read_text())["application"])
    with EmbeddedEmulator(tls=app.uses("ca_file")) as emulator, _started(name, app, emulator, extra) as run:
        yield run, emulator


@contextmanager
def _started(name: str, app: Application, emulator: EmbeddedEmulator, extra: Mapping[str, str]) -> Iterator[Running]:
    folder = APPS / name
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sandbox = emulator.announcement["environments"]["sandbox"]
    values = {
        "api_url": sandbox["api_url"],
        "oauth_url": sandbox["oauth_url"] + "/oauth2/token",
        "client_id": sandbox["merchant"]["client_id"],
        "client_secret": sandbox["merchant"]["client_secret"],
        "merchant_id": sandbox["merchant"]["merchant_id"],
        "webhook_secret": sandbox["webhook_secret"],
        "ca_file": str(emulator.ca_file or ""),
        "host": "127.0.0.1",
        "port": str(port),
        "amount": "12.34",
        "card": "4111111111111111",
        "cvv": "123",
    }
    run = Running(app, folder, values, extra)
    if app.start is None:
        yield run
        return
    process = subprocess.Popen(
        arguments(app.start.command, values),
        cwd=folder / app.start.cwd,
        env={**environment(app.start.env, values), **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait_until_ready(process, filled(app.ready.http or "", values))
        yield run
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        finally:
            process.kill()


def arguments(command: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    """The command, filled in; `python` is the one that runs the tests."""
    filling = [filled(each, dict(values)) for each in command]
    return [sys.executable if filling[0] == "python" else filling[0], *filling[1:]]


def environment(templates: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The application's environment: ours without what could lead it elsewhere, and what lab.yaml adds."""
    kept = {name: text for name, text in os.environ.items() if "proxy" not in name.lower()}
    return {**kept, **{name: filled(text, dict(values)) for name, text in templates.items()}}


def _wait_until_ready(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            output = process.communicate()[0]
            raise AssertionError(f"ended with {process.returncode}: {output}")
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("not ready in time")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
