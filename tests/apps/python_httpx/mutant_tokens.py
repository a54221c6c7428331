"""Mistakes with tokens."""

from __future__ import annotations

import logging
import time
from typing import Any

import httpx

from .aurora import Aurora
from .errors import KeyRefusedError, UnavailableError
from .mutant_registry import fault, put
from .sender import Sender
from .settings import Credentials
from .tokens import Tokens

log = logging.getLogger("shop.aurora")


@fault("never-sends-expired-token")
def _lifetime_is_an_hour() -> None:
    right = Tokens.fetch

    def fetch(self: Tokens, credentials: Credentials) -> tuple[str, float]:
        token, _ = right(self, credentials)
        return token, 3600.0  # "tokens live for an hour"

    put(Tokens, "fetch", fetch)
    put(Aurora, "authorised", _authorised_once)


@fault("recovers-from-401")
def _a_401_is_an_error_like_any_other() -> None:
    put(Aurora, "authorised", _authorised_once)


def _authorised_once(self: Aurora, method: str, path: str, **options: Any) -> httpx.Response:
    answer, _ = self.with_token(method, path, **options)
    return answer


@fault("single-flight")
def _every_thread_mints() -> None:
    def current(self: Tokens) -> str:
        if time.monotonic() < self.renew_at:
            return self.token
        return self.mint()

    put(Tokens, "current", current)


@fault("survives-token-outage")
def _circuit_breaker_never_closes() -> None:
    right = Tokens.mint

    def mint(self: Tokens) -> str:
        if getattr(self, "broken", False):
            raise UnavailableError("circuit open")
        try:
            return right(self)
        except UnavailableError:
            self.broken = True  # type: ignore[attr-defined] # as it would be written in the class
            raise

    put(Tokens, "mint", mint)


@fault("survives-token-outage-2")
def _hammers_the_token_endpoint() -> None:
    right = Tokens.fetch

    def fetch(self: Tokens, credentials: Credentials) -> tuple[str, float]:
        for _ in range(40):
            try:
                return right(self, credentials)
            except KeyRefusedError:
                raise
            except UnavailableError:
                pass
        return right(self, credentials)

    put(Tokens, "fetch", fetch)
    send = Sender.send

    def send_without_pause(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        return self.attempt(method, url, **options) if "oauth2" in url else send(self, method, url, **options)

    put(Sender, "send", send_without_pause)


@fault("no-401-loop")
def _until_it_works() -> None:
    def authorised(self: Aurora, method: str, path: str, **options: Any) -> httpx.Response:
        while True:
            answer, token = self.with_token(method, path, **options)
            if answer.status_code != 401:
                return answer
            self.tokens.forget(token)

    put(Aurora, "authorised", authorised)


@fault("token-not-exposed")
def _logs_the_headers() -> None:
    right = Sender.attempt

    def attempt(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        log.info("%s %s %s", method, url, options.get("headers"))
        return right(self, method, url, **options)

    put(Sender, "attempt", attempt)


@fault("token-not-exposed-2")
def _token_in_the_url() -> None:
    def with_token(self: Aurora, method: str, path: str, **options: Any) -> tuple[httpx.Response, str]:
        token = self.tokens.current()
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {token}"}
        url = self.settings.api_url + path
        return self.sender.send(method, url, headers=headers, params={"access_token": token}, **options), token

    put(Aurora, "with_token", with_token)
