"""An integration in good order, whole: every live check passes against an emulator that works."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from readiness.audit import Audit, Options, prepare, run
from readiness.config.presets import TOKEN_PATH
from readiness.emulator import EmbeddedEmulator, Settings
from readiness.evidence import Selection
from readiness.model import Environment
from tests.stage import PRODUCTION, SANDBOX, Silent, Stage

OWN = {SANDBOX: "https://hooks.acme.example/sandbox", PRODUCTION: "https://hooks.acme.example/live"}
"""Where webhooks go. The host is never asked: the checks that would do so are left out, for it does not exist."""
UNASKED = ("transport/tls-modern", "transport/certificate-valid")
SECRETS = {
    (SANDBOX, "client_secret"): "AURORA_SANDBOX_SECRET",
    (PRODUCTION, "client_secret"): "AURORA_LIVE_SECRET",
    (SANDBOX, "partner"): "AURORA_PARTNER_SECRET",
    (SANDBOX, "retired"): "AURORA_OLD_SECRET",
}


class Complete:
    """The stage, and the environment variables that its secrets come from."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.variables: dict[str, str] = {}
        (stage.folder / "src").mkdir()
        (stage.folder / "src" / "pay.py").write_text("print('no secret here')\n")
        self._fill_in()
        for environment in Environment:
            self._register_webhook(environment)

    def _fill_in(self) -> None:
        config = self.stage.config
        config["sources"] = [{"path": "src", "history": False}]
        config["http_policy"] = {"timeout": "30s", "retries": 3, "backoff": "exponential", "refresh_margin": "60s"}
        config["permissions"] = ["sandbox-writes", "production-secret-to-sandbox"]
        config["policy"] = {
            "drill_watch": "5s",
            "request_timeout": "5s",
            "known_hosts": {"sandbox": ["127.0.0.1"], "production": ["localhost"]},
        }
        for environment in Environment:
            settings = self.stage.settings(environment)
            settings["webhook_url"] = OWN[environment]
            settings["created_on"] = (datetime.now(UTC).date() - timedelta(days=10)).isoformat()
            settings["client_secret"] = self._kept(environment, "client_secret", settings["client_secret"])
        live = self.stage.settings(PRODUCTION)
        for name in ("api_url", "oauth_url"):  # two names of one machine, so that hosts tell the environments apart
            live[name] = live[name].replace("127.0.0.1", "localhost")
        sandbox = self.stage.settings(SANDBOX)
        sandbox["partner"]["client_secret"] = self._kept(SANDBOX, "partner", sandbox["partner"]["client_secret"])
        old = self.stage.control.create_key(SANDBOX, name="old key")
        self.stage.control.delete_key(old["client_id"])
        sandbox["retired_keys"] = [
            {"client_id": old["client_id"], "client_secret": self._kept(SANDBOX, "retired", old["client_secret"])}
        ]

    def _kept(self, environment: Environment, name: str, value: str) -> dict[str, Any]:
        variable = SECRETS[environment, name]
        self.variables[variable] = value
        return {"env": variable, "injected_by": "Doppler"}

    def _register_webhook(self, environment: Environment) -> None:
        told = self.stage.emulator.announcement["environments"][environment.value]
        key = {name: told["merchant"][name] for name in ("client_id", "client_secret")}
        wanted = {"endpointName": "shop", "endpointUrl": OWN[environment], "eventTypes": ["settlement.batch.completed"]}
        authority = ssl.create_default_context(cafile=self.stage.emulator.ca_file)
        with httpx.Client(trust_env=False, verify=authority) as client:
            form = {"grant_type": "client_credentials", **key}
            token = client.post(told["oauth_url"] + TOKEN_PATH, data=form).json()["access_token"]
            bearer = {"Authorization": f"Bearer {token}"}
            made = client.post(told["api_url"] + "/v2/webhooks/endpoints", json=wanted, headers=bearer)
        assert made.is_success, made.text

    def forget_drills(self) -> None:
        """Remove what drills left, at the vendor and in their journal."""
        for key in self.stage.emulator.core.environments[SANDBOX].keys._keys.values():
            if key.name.startswith("readiness-drill-"):
                key.deleted_at = key.mint_ends_at = key.tokens_end_at = key.unlisted_at = 0.0
        shutil.rmtree(self.stage.state_dir, ignore_errors=True)

    def audit(self, *, deadline: float = 60.0, **selection: Any) -> Audit:
        """The whole audit, in this process. The variables must be set."""
        chosen = Selection(**{"skip": UNASKED, **selection})
        prepared = prepare(self.stage.write(), Options(chosen, deadline=deadline))
        return run(prepared, self.stage.state_dir, Silent())


@contextmanager
def complete(folder: Path, *, tls: bool = False, **settings: Any) -> Iterator[Complete]:
    """Serve the emulator, and give the integration that uses it."""
    with EmbeddedEmulator(Settings(**settings), tls=tls) as emulator:
        yield Complete(Stage(emulator, folder))
