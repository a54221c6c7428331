"""The applications as they are, without a fault and without the lab: what they are for, they do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator
from tests.apps.driver import APPS, NAMES, running

DECLINED = "4000000010050005"


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    folder = APPS / request.param
    if folder.name.startswith("node") and not os.environ.get("CI"):
        if shutil.which("node") is None:
            pytest.skip("there is no node")
        if (folder / "package-lock.json").exists() and not (folder / "node_modules").exists():
            pytest.skip("its packages are not installed: `make node-apps`")
    return str(request.param)


def fault(emulator: EmbeddedEmulator, rule: dict[str, Any]) -> None:
    assert httpx.post(f"{emulator.control_url}/faults", json=rule, trust_env=False).status_code == 200


def journal(emulator: EmbeddedEmulator, path: str) -> list[dict[str, Any]]:
    entries = httpx.get(f"{emulator.control_url}/journal", trust_env=False).json()["entries"]
    return [entry for entry in entries if entry["path"] == path and entry["method"] == "POST"]


def test_it_does_what_it_is_for(name: str, tmp_path: Path) -> None:
    with running(name, STATE_DIR=str(tmp_path)) as (app, emulator):
        paid = app.perform("charge")
        assert paid.succeeded, paid
        assert paid.body["paid"] is True

        declined = app.perform("charge", card=DECLINED)
        assert not declined.succeeded
        assert declined.body["paid"] is False
        assert "Declined" not in declined.body["message"]

        listed = app.perform("read")
        assert listed.succeeded, listed
        assert len(listed.body) == 2

        fault(emulator, {"match": {"method": "POST", "path": "/v2/transactions"}, "times": 1,
                         "fault": {"kind": "reset", "when": "after_commit"}})  # fmt: skip
        assert app.perform("charge", amount="3.21").succeeded
        sent = journal(emulator, "/v2/transactions")
        assert len(sent) == 4
        assert len({entry["headers"]["idempotency-key"] for entry in sent}) == 3
        assert len(app.perform("read").body) == 3


def test_it_takes_a_new_key_when_its_own_is_dead(name: str, tmp_path: Path) -> None:
    with running(name, STATE_DIR=str(tmp_path)) as (app, emulator):
        assert app.perform("charge").succeeded
        old = emulator.announcement["environments"]["sandbox"]["merchant"]["client_id"]
        deleted = httpx.delete(f"{emulator.control_url}/keys/{old}", trust_env=False)
        assert deleted.status_code == 200
        before = app.alarms() if app.app.alarm else None
        refused = app.perform("charge")
        assert not refused.succeeded
        assert "invalid_client" not in str(refused.body)
        if app.app.alarm:
            assert app.alarms() != before
        new = httpx.post(f"{emulator.control_url}/keys", json={"environment": "sandbox"}, trust_env=False).json()
        given = {"client_id": new["client_id"], "client_secret": new["client_secret"]}
        assert app.perform("rekey", **given).succeeded
        assert app.perform("charge", **given).succeeded


def test_it_takes_webhooks(name: str, tmp_path: Path) -> None:
    with running(name, STATE_DIR=str(tmp_path)) as (app, emulator):
        if app.app.webhook is None:
            assert "webhooks" in app.app.has_no
            return
        assert app.deliver(emulator, webhook_id="a") == 200
        assert app.deliver(emulator, webhook_id="a") == 200
        assert app.deliver(emulator, formatting="indented") == 200
        assert app.effects() == 2
        assert app.deliver(emulator, secret="another") == 401
        assert app.deliver(emulator, tamper="body") == 401
        for header in ("id", "timestamp", "signature"):
            assert app.deliver(emulator, omit_header=header) in {400, 401}
        assert app.deliver(emulator, timestamp_offset=-400) == 401
        assert app.deliver(emulator, timestamp_offset=400) == 401
        assert app.effects() == 2
