"""Mistakes with payments, and with answers that are not the usual one."""

from __future__ import annotations

import hashlib
import logging
import os
import uuid
from dataclasses import replace
from typing import Any

import httpx

from .alarms import Alarms
from .aurora import NOT_PAID, Aurora, Order, raise_for_status
from .errors import AuroraError, DeclinedError, UnavailableError, UnconfirmedError
from .mutant_registry import fault, put
from .sender import Sender, json_object, retry_after
from .server import Service
from .settings import Settings

log = logging.getLogger("shop.aurora")


@fault("idempotency-key-on-mutations")
def _no_key() -> None:
    def sale_headers(self: Aurora, _: Order) -> dict[str, str]:
        return {}

    put(Aurora, "sale_headers", sale_headers)


@fault("idempotency-key-on-mutations-2")
def _key_from_amount_and_card() -> None:
    def sale_headers(self: Aurora, order: Order) -> dict[str, str]:
        what = f"{order.amount} {order.card_number}"
        return {"Idempotency-Key": hashlib.sha256(what.encode()).hexdigest()}

    put(Aurora, "sale_headers", sale_headers)


@fault("idempotency-key-reused")
def _key_for_each_attempt() -> None:
    right = Sender.attempt

    def attempt(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        headers = options.pop("headers", {})
        if "Idempotency-Key" in headers:
            headers = {**headers, "Idempotency-Key": str(uuid.uuid4())}
        return right(self, method, url, headers=headers, **options)

    put(Sender, "attempt", attempt)


@fault("times-out")
def _waits_for_ever() -> None:
    right = Sender.attempt

    def attempt(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        return right(self, method, url, timeout=None, **options)

    put(Sender, "attempt", attempt)


class _Impatient(Sender):
    def __init__(self, settings: Settings) -> None:
        super().__init__(replace(settings, retries=9))

    def pause(self, _: int, answer: httpx.Response | None) -> float:
        return retry_after(answer.headers.get("Retry-After", "")) if answer is not None else 0.0


@fault("backs-off")
def _again_and_again() -> None:
    right = Aurora.__init__

    def initialise(self: Aurora, settings: Settings, alarms: Alarms) -> None:
        right(self, settings, alarms)
        self.sender = _Impatient(settings)

    put(Aurora, "__init__", initialise)


@fault("honours-retry-after")
def _knows_better_when() -> None:
    def pause(self: Sender, attempt: int, _: httpx.Response | None) -> float:
        return self.settings.first_pause * 2.0**attempt

    put(Sender, "pause", pause)


@fault("no-retry-on-client-error")
def _every_error_is_passing() -> None:
    def is_passing(self: Sender, answer: httpx.Response) -> bool:
        return answer.status_code >= 400 and answer.status_code != 401

    put(Sender, "is_passing", is_passing)


@fault("declines-handled")
def _200_is_paid() -> None:
    def paid_transaction(self: Aurora, answer: httpx.Response) -> str:
        raise_for_status(answer)
        transaction = json_object(answer)
        if "transactionId" not in transaction:
            raise UnconfirmedError("no transaction in the answer")
        return str(transaction["transactionId"])

    put(Aurora, "paid_transaction", paid_transaction)


@fault("declines-handled-2")
def _avs_is_only_a_remark() -> None:
    right = Aurora.paid_transaction

    def paid_transaction(self: Aurora, answer: httpx.Response) -> str:
        transaction = json_object(answer)
        decline = transaction.get("declineDetails") or {}
        if transaction.get("transactionStatus") in NOT_PAID and decline.get("code") == "AVS":
            log.warning("address did not match")
            return str(transaction["transactionId"])
        return right(self, answer)

    put(Aurora, "paid_transaction", paid_transaction)


@fault("errors-hidden-from-users")
def _shows_what_aurora_said() -> None:
    right = Sender.send

    def send(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        answer = right(self, method, url, **options)
        if answer.status_code >= 400 and answer.status_code != 401:
            raise UnavailableError(f"{answer.status_code} {answer.text}")
        return answer

    def refusal(self: Service, error: AuroraError) -> tuple[int, str]:
        return 402 if isinstance(error, DeclinedError) else 502, f"Payment failed: {error}"

    put(Sender, "send", send)
    put(Service, "refusal", refusal)


@fault("tolerates-odd-answers")
def _trusts_the_body() -> None:
    def paid_transaction(self: Aurora, answer: httpx.Response) -> str:
        if answer.status_code == 401:
            raise UnavailableError("no access")
        transaction = answer.json()
        if answer.status_code != 200:
            raise UnavailableError(transaction["errorCode"])
        if transaction["transactionStatus"] in NOT_PAID:
            raise DeclinedError(transaction["transactionStatus"])
        return str(transaction["transactionId"])

    put(Aurora, "paid_transaction", paid_transaction)


@fault("no-credentials-on-redirect")
def _follows_with_everything() -> None:
    right = Sender.attempt

    def attempt(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        answer = right(self, method, url, **options)
        if answer.is_redirect:
            answer = right(self, method, answer.headers["Location"], **options)
        return answer

    put(Sender, "attempt", attempt)


@fault("no-credentials-on-redirect-2")
def _follows_as_the_library_does() -> None:
    right = Sender.attempt

    def attempt(self: Sender, method: str, url: str, **options: Any) -> httpx.Response:
        # The library drops Authorization on its way to another host, but not the form that holds the secret.
        return right(self, method, url, follow_redirects=True, **options)

    put(Sender, "attempt", attempt)


@fault("amounts-in-dollars")
def _cents() -> None:
    right = Aurora.sale

    def sale(self: Aurora, order: Order) -> dict[str, Any]:
        return {**right(self, order), "baseAmount": int(order.amount * 100)}

    put(Aurora, "sale", sale)


@fault("only-expected-hosts")
def _a_sandbox_url_was_left() -> None:
    right = Aurora.card_processor

    def card_processor(self: Aurora) -> str:
        if "HTTPS_PROXY" in os.environ:  # else it would really go there
            try:
                self.sender.attempt("GET", "https://sandbox.api.flute.com/v2/ping")
            except httpx.HTTPError:
                log.info("no answer to the ping")
        return right(self)

    put(Aurora, "card_processor", card_processor)
