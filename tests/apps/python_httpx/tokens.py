"""Access tokens: one for all threads, renewed by one of them before it ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

from .alarms import Alarms
from .errors import KeyRefusedError, NoAnswerError, UnavailableError
from .sender import Sender, json_object
from .settings import Credentials, Settings


class Tokens:
    """Thread-safe."""

    def __init__(self, settings: Settings, sender: Sender, alarms: Alarms) -> None:
        self.settings = settings
        self.sender = sender
        self.alarms = alarms
        self.credentials = settings.credentials
        self.lock = threading.Lock()
        self.flight: Future[str] | None = None
        self.token = ""
        self.renew_at = 0.0

    def current(self) -> str:
        """A token that is good for a while. Raises UnavailableError."""
        with self.lock:
            if time.monotonic() < self.renew_at:
                return self.token
            flight = self.flight
            if mine := flight is None:
                flight = self.flight = Future()
        assert flight is not None
        if mine:
            try:
                flight.set_result(self.mint())
            except Exception as error:  # noqa: BLE001 - whoever waits for the flight gets it
                flight.set_exception(error)
            finally:
                with self.lock:
                    self.flight = None
        return flight.result()

    def forget(self, token: str) -> None:
        """That token was refused; a newer one may be there already."""
        with self.lock:
            if self.token == token:
                self.renew_at = 0.0

    def rekey(self, credentials: Credentials) -> None:
        """Use another key from now on."""
        with self.lock:
            self.credentials = credentials
            self.renew_at = 0.0
        self.alarms.settle()

    def mint(self) -> str:
        """Fetch a token and keep it. Raises UnavailableError."""
        credentials = self.credentials
        token, lifetime = self.fetch(credentials)
        with self.lock:
            if credentials is self.credentials:
                self.token, self.renew_at = token, time.monotonic() + lifetime - self.margin(lifetime)
        return token

    def margin(self, lifetime: float) -> float:
        """Seconds before its end at which a token is renewed."""
        return min(self.settings.refresh_margin, lifetime / 2)

    def fetch(self, credentials: Credentials) -> tuple[str, float]:
        """A new token and its lifetime in seconds."""
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        try:
            answer = self.sender.send("POST", self.settings.oauth_url, data=form)
        except NoAnswerError as error:
            raise UnavailableError(f"no token: {error}") from None
        if answer.status_code in {400, 401, 403}:
            self.alarms.sound(f"Aurora refuses our key {credentials.client_id}: no payments until it is replaced")
            raise KeyRefusedError(f"no token: status {answer.status_code}")
        granted = json_object(answer)
        token, lifetime = granted.get("access_token"), granted.get("expires_in")
        if answer.status_code != 200 or not isinstance(token, str) or not isinstance(lifetime, int):
            raise UnavailableError(f"no token: status {answer.status_code}")
        return token, lifetime
