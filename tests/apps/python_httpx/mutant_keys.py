"""Mistakes with the key, and with what happens once it is deleted."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any

from .alarms import Alarms
from .errors import AuroraError, KeyRefusedError, UnavailableError
from .mutant_registry import fault, put
from .server import Service
from .settings import Credentials
from .tokens import Tokens

log = logging.getLogger("shop.aurora")


@fault("secret-not-in-process-list")
def _secret_as_an_argument() -> None:
    if "--client-secret" in sys.argv:
        return
    secret = os.environ["AURORA_CLIENT_SECRET"]
    command = [sys.executable, "-m", "python_httpx", "--client-secret", secret]
    os.execv(sys.executable, command)


@fault("secret-not-in-process-list-2")
def _mints_with_curl() -> None:
    def fetch(self: Tokens, credentials: Credentials) -> tuple[str, float]:
        form = f"grant_type=client_credentials&client_id={credentials.client_id}"
        command = ["curl", "-s", "-m", "2", self.settings.oauth_url, "-d", form, "-d"]
        if self.settings.ca_file:
            command[1:1] = ["--cacert", self.settings.ca_file]
        secret = f"client_secret={credentials.client_secret}"
        done = subprocess.run([*command, secret], capture_output=True, check=False)
        try:
            granted = json.loads(done.stdout)
        except ValueError:
            raise UnavailableError("no token") from None
        if "access_token" not in granted:
            self.alarms.sound("Aurora refuses our key")
            raise KeyRefusedError("no token")
        return granted["access_token"], granted["expires_in"]

    put(Tokens, "fetch", fetch)


@fault("app-stops-cleanly")
def _renews_for_ever() -> None:
    right = Tokens.mint

    def renew(self: Tokens) -> None:
        while True:
            try:
                right(self)
            except AuroraError:
                continue
            return

    def mint(self: Tokens) -> str:
        try:
            return right(self)
        except KeyRefusedError:
            threading.Thread(target=renew, args=(self,), daemon=True).start()
            raise

    put(Tokens, "mint", mint)


@fault("app-stops-cleanly-2")
def _exits_without_a_key() -> None:
    right = Tokens.mint

    def mint(self: Tokens) -> str:
        try:
            return right(self)
        except KeyRefusedError:
            log.critical("no key, no service")
            os._exit(1)

    put(Tokens, "mint", mint)


@fault("app-raises-alarm")
def _nobody_hears_of_it() -> None:
    def sound(self: Alarms, text: str) -> None:
        """To be connected to the pager."""

    put(Alarms, "sound", sound)
    logging.disable(logging.CRITICAL)  # "quiet in production"


@fault("app-raises-alarm-2")
def _alarm_tells_the_secret() -> None:
    right = Tokens.fetch

    def fetch(self: Tokens, credentials: Credentials) -> tuple[str, float]:
        try:
            return right(self, credentials)
        except KeyRefusedError:
            self.alarms.sound(f"Refused: client_id={credentials.client_id} client_secret={credentials.client_secret}")
            raise

    put(Tokens, "fetch", fetch)


@fault("app-recovers-with-new-key")
def _new_key_needs_a_restart() -> None:
    def rekey(self: Service, new: dict[str, Any]) -> tuple[int, Any]:
        os.environ["AURORA_CLIENT_ID"], os.environ["AURORA_CLIENT_SECRET"] = new["client_id"], new["client_secret"]
        return 200, {}

    put(Service, "rekey", rekey)
