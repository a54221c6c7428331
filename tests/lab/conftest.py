from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.config.application import Application
from readiness.lab.contacts import Contacts
from readiness.lab.subjects import Subjects
from readiness.lab.work import Work
from readiness.traces import Declared

BASE = "http://127.0.0.1:{port}"
ENV = {
    "AURORA_API_URL": "{api_url}",
    "AURORA_OAUTH_URL": "{oauth_url}",
    "AURORA_CLIENT_ID": "{client_id}",
    "AURORA_CLIENT_SECRET": "{client_secret}",
    "AURORA_WEBHOOK_SECRET": "{webhook_secret}",
    "PORT": "{port}",
}
SHOP = Path(__file__).with_name("shop.py")


def shop(fault: str = "", **changes: Any) -> dict[str, Any]:
    """The application's part of a config, for the shop with that fault."""
    body = {"amount": "{amount}", "card": "{card}", "cvv": "{cvv}"}
    key = {"client_id": "{client_id}", "client_secret": "{client_secret}"}
    return {
        "start": {"command": ["{python}", str(SHOP)], "env": {**ENV, "FAULT": fault}, "stop_timeout": "2s"},
        "ready": {"http": f"{BASE}/healthz"},
        "actions": {
            "charge": {
                "http": {"method": "POST", "url": f"{BASE}/pay", "json": body},
                "success": {"status": 200, "json": {"paid": True}},
            },
            "read": {"http": f"{BASE}/transactions"},
            "rekey": {"http": {"method": "POST", "url": f"{BASE}/rekey", "json": key}},
        },
        "webhook": {"url": f"{BASE}/hooks", "effect": {"http": f"{BASE}/effects", "json_path": "count"}},
        "alarm": {"http": f"{BASE}/alarms", "within": "3s"},
        **changes,
    }


@pytest.fixture
def work(tmp_path: Path) -> Callable[[dict[str, Any]], Work]:
    """What the scenarios of an application share."""

    def make(application: dict[str, Any]) -> Work:
        began = time.monotonic()

        def clock() -> float:
            return time.monotonic() - began

        return Work(
            settings=Application.model_validate(application),
            folder=tmp_path,
            base_env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            subjects=Subjects(),
            declared=Declared(timeout=2, retries=2, backoff="exponential", refresh_margin=1),
            clock=clock,
            contacts=Contacts(clock),
        )

    return make
