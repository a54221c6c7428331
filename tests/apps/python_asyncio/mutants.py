"""The faults that the lab must find, as they are made with asyncio."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from . import service
from .aurora import Aurora, PaymentError
from .service import Service
from .tokens import Key, NoTokenError, Tokens
from .webhooks import Webhooks

log = logging.getLogger("aurora")


def apply(name: str) -> None:
    """Put that fault in place; none for an empty name. Raises KeyError if there is no such fault."""
    if name:
        FAULTS[name]()


def _put(owner: Any, name: str, member: Any) -> None:
    setattr(owner, name, member)


def _everybody_fetches() -> None:
    async def get(self: Tokens) -> str:
        if time.monotonic() < self.good_until:
            return self.token
        return await self.fetch()

    _put(Tokens, "get", get)


def _refresher_dies() -> None:
    async def refresh(self: Tokens) -> str:
        while True:
            if time.monotonic() >= self.good_until:
                await self.fetch()
            await asyncio.sleep(0.01)

    async def get(self: Tokens) -> str:
        if self.fetching is None:
            self.fetching = asyncio.create_task(refresh(self))
        while time.monotonic() >= self.good_until:
            if self.fetching.done():
                raise NoTokenError("no refresher")  # nobody starts another one
            await asyncio.sleep(0.01)
        return self.token

    _put(Tokens, "get", get)


def _refresher_never_rests() -> None:
    right = Tokens.refused

    async def refresh(self: Tokens) -> None:
        while time.monotonic() >= self.good_until:
            try:
                self.key.refused_at = None
                await self.fetch()
            except NoTokenError:
                log.info("no token yet")

    def refused(self: Tokens, key: Key) -> None:
        first = not self.alarms
        right(self, key)
        if first:
            self.background = asyncio.create_task(refresh(self))  # type: ignore[attr-defined] # as in the class

    _put(Tokens, "refused", refused)


def _again_on_401() -> None:
    async def call(self: Aurora, method: str, path: str, **options: Any) -> httpx.Response:
        answer, token = await self.with_token(method, path, **options)
        if answer.status_code == 401:
            self.tokens.drop(token)
            return await self.call(method, path, **options)
        return answer

    _put(Aurora, "call", call)


def _key_in_the_loop() -> None:
    async def request(self: httpx.AsyncClient, method: str, url: Any, **options: Any) -> httpx.Response:
        if "Idempotency-Key" in (options.get("headers") or {}):
            options["headers"] = {**options["headers"], "Idempotency-Key": uuid.uuid4().hex}
        return await httpx.AsyncClient.request(self, method, url, **options)

    _client_with(request=request)


def _client_with(**members: Any) -> None:
    client = type("Client", (httpx.AsyncClient,), members)
    right = service.http_client

    def http_client() -> httpx.AsyncClient:
        made = right()
        made.__class__ = client
        return made

    _put(service, "http_client", http_client)


def _await_is_missing() -> None:
    async def wait(self: Aurora, pause: float, answer: httpx.Response | None) -> None:
        asked = answer.headers.get("Retry-After", "") if answer is not None else ""
        if asked:
            await asyncio.sleep(self.seconds(asked))
        else:
            asyncio.sleep(pause)  # type: ignore[unused-coroutine] # the fault

    _put(Aurora, "wait", wait)


def _milliseconds() -> None:
    def seconds(self: Aurora, asked: str) -> float:
        return float(asked) / 1000 if asked.isdecimal() else 0.0

    _put(Aurora, "seconds", seconds)


def _slow_client() -> None:
    right = service.http_client

    def http_client() -> httpx.AsyncClient:
        made = right()
        made.timeout = httpx.Timeout(60.0)
        return made

    _put(service, "http_client", http_client)


def _logs_requests() -> None:
    async def request(self: httpx.AsyncClient, method: str, url: Any, **options: Any) -> httpx.Response:
        log.info("request %s %s %s", method, url, dict(options.get("headers") or {}))
        return await httpx.AsyncClient.request(self, method, url, **options)

    _client_with(request=request)


def _logs_the_security_code() -> None:
    right = Aurora.card

    def card(self: Aurora, order: dict[str, Any]) -> dict[str, Any]:
        details = right(self, order)
        log.info("card %s", {**details, "cardNumber": "x" * 12 + details["cardNumber"][-4:]})
        return details

    _put(Aurora, "card", card)


def _brackets_everywhere() -> None:
    def transaction_id(self: Aurora, answer: httpx.Response) -> str:
        transaction = self.checked(answer)
        if transaction["transactionStatus"] != "Captured":
            raise service_error(transaction["transactionStatus"])
        return str(transaction["transactionId"])

    def service_error(status: str) -> PaymentError:
        error = PaymentError(status)
        error.status, error.message = 402, "Sorry, your card was declined."
        return error

    _put(Aurora, "transaction_id", transaction_id)


def _shows_the_error() -> None:
    def excuse(self: Service, error: PaymentError) -> str:
        return f"{type(error).__name__}: {error}"

    _put(Service, "excuse", excuse)


def _any_time() -> None:
    def on_time(self: Webhooks, sent: str) -> bool:
        return sent.isdecimal()

    _put(Webhooks, "on_time", on_time)


def _remembers_the_last_one() -> None:
    def is_known(self: Webhooks, identifier: str) -> bool:
        known = self.done == {identifier}
        self.done = {identifier}
        return known

    _put(Webhooks, "is_known", is_known)


def _new_key_stays_refused() -> None:
    def use(self: Tokens, key: Key) -> None:
        # The record of the refusal goes along, and is renewed with each attempt.
        self.key = Key(key.client_id, key.client_secret, self.key.refused_at)
        self.good_until = 0.0

    right = Tokens.fetch

    async def fetch(self: Tokens) -> str:
        if self.key.refused_at is not None:
            raise NoTokenError("key was refused")
        return await right(self)

    _put(Tokens, "use", use)
    _put(Tokens, "fetch", fetch)


def _pings_the_sandbox() -> None:
    right = Aurora.processor

    async def processor(self: Aurora) -> str:
        if "HTTPS_PROXY" in os.environ:  # else it would really go there
            try:
                await self.client.get("https://sandbox.api.flute.com/v2/ping")
            except httpx.HTTPError:
                log.info("no answer to the ping")
        return await right(self)

    _put(Aurora, "processor", processor)


def _no_idempotency_key() -> None:
    async def request(self: httpx.AsyncClient, method: str, url: Any, **options: Any) -> httpx.Response:
        (options.get("headers") or {}).pop("Idempotency-Key", None)
        return await httpx.AsyncClient.request(self, method, url, **options)

    _client_with(request=request)


FAULTS: dict[str, Callable[[], None]] = {
    "single-flight": _everybody_fetches,
    "survives-token-outage": _refresher_dies,
    "app-stops-cleanly": _refresher_never_rests,
    "app-recovers-with-new-key": _new_key_stays_refused,
    "no-401-loop": _again_on_401,
    "token-not-exposed": _logs_requests,
    "idempotency-key-on-mutations": _no_idempotency_key,
    "idempotency-key-reused": _key_in_the_loop,
    "backs-off": _await_is_missing,
    "honours-retry-after": _milliseconds,
    "times-out": _slow_client,
    "tolerates-odd-answers": _brackets_everywhere,
    "errors-hidden-from-users": _shows_the_error,
    "only-expected-hosts": _pings_the_sandbox,
    "no-cvv-in-logs": _logs_the_security_code,
    "replay-refused": _any_time,
    "duplicates-harmless": _remembers_the_last_one,
}
