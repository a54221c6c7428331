"""The faults that the lab must find, as they are made with requests and authlib."""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from .aurora import PaymentFailedError, Payments, unclear
from .session import MARGIN, RETRIES, AuroraSession
from .webhooks import Receiver

log = logging.getLogger("payments")


def apply(name: str) -> None:
    """Put that fault in place; none for an empty name. Raises KeyError if there is no such fault."""
    if name:
        FAULTS[name]()


def _put(owner: type, name: str, member: Any) -> None:
    setattr(owner, name, member)


def _logged_in_once() -> None:
    def ensure_active_token(self: AuroraSession, _: Any = None) -> bool:
        with self.lock:
            if not self.token:
                self.fetch_token()
        return True

    def call(self: Payments, method: str, path: str, **options: Any) -> requests.Response:
        self.ensure_token()
        return self.session.request(method, self.api_url + path, **options)

    _put(AuroraSession, "ensure_active_token", ensure_active_token)
    _put(Payments, "call", call)


def _no_lock() -> None:
    def ensure_active_token(self: AuroraSession, _: Any = None) -> bool:
        token = self.token or self.fetch_token()
        self.leeway = min(MARGIN, token["expires_in"] / 2)
        return bool(super(AuroraSession, self).ensure_active_token())  # type: ignore[no-untyped-call] # the library's

    _put(AuroraSession, "ensure_active_token", ensure_active_token)


def _session_with(**different: Any) -> None:
    right = AuroraSession.__init__

    def initialise(self: AuroraSession, *arguments: Any) -> None:
        right(self, *arguments)
        for name, value in different.items():
            setattr(self, name, value)

    _put(AuroraSession, "__init__", initialise)


def _retries_api_calls(**different: Any) -> None:
    right = Payments.__init__

    def initialise(self: Payments, api_url: str, session: AuroraSession) -> None:
        right(self, api_url, session)
        session.mount(api_url, HTTPAdapter(max_retries=Retry(**{**RETRIES, **different})))

    _put(Payments, "__init__", initialise)


def _sells_again() -> None:
    def send_sale(self: Payments, sale: dict[str, Any]) -> requests.Response:
        try:
            return self.call("POST", "/v2/transactions", json=sale, headers={"Idempotency-Key": str(uuid.uuid4())})
        except requests.ConnectionError:
            return self.call("POST", "/v2/transactions", json=sale, headers={"Idempotency-Key": str(uuid.uuid4())})

    _put(Payments, "send_sale", send_sale)
    _retries_api_calls(read=0)


def _tells_what_went_wrong() -> None:
    right = Payments.outcome

    def outcome(self: Payments, answer: requests.Response) -> str:
        if answer.status_code >= 400:
            raise PaymentFailedError(502, f"Payment failed: {answer.status_code} {answer.reason}: {answer.text}")
        return right(self, answer)

    _put(Payments, "outcome", outcome)


def _ok_is_paid() -> None:
    right = Payments.outcome

    def outcome(self: Payments, answer: requests.Response) -> str:
        if answer.ok and answer.status_code == 200 and "transactionId" in self.body(answer):
            return str(self.body(answer)["transactionId"])
        return right(self, answer)

    _put(Payments, "outcome", outcome)


def _logs_failed_orders() -> None:
    right = Payments.pay

    def pay(self: Payments, form: dict[str, Any]) -> str:
        try:
            return right(self, form)
        except PaymentFailedError:
            log.error("failed: %s %s", form["amount"], form["card"])  # noqa: TRY400 - as it would be written
            raise

    _put(Payments, "pay", pay)


def _parses_first() -> None:
    right = Receiver.is_genuine

    def is_genuine(self: Receiver, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            again = json.dumps(json.loads(body), separators=(",", ":"), sort_keys=False)
        except ValueError:
            return False
        return right(self, headers, again.encode())

    _put(Receiver, "is_genuine", is_genuine)


def _trusts_the_body() -> None:
    def body(self: Payments, answer: requests.Response) -> dict[str, Any]:
        parsed: dict[str, Any] = answer.json()
        return parsed

    def code(self: Payments, answer: requests.Response) -> str:
        return str(answer.status_code)

    _put(Payments, "body", body)
    _put(Payments, "code", code)


def _dies_quietly() -> None:
    def alarm(self: Payments, text: str) -> None:
        pass

    _put(Payments, "alarm", alarm)
    logging.getLogger("payments").disabled = True


def _cents() -> None:
    def amount(self: Payments, text: Any) -> float:
        return round(float(text) * 100)

    _put(Payments, "amount", amount)


def _asks_the_sandbox_first() -> None:
    right = Payments.processor

    def processor(self: Payments) -> str:
        if "HTTPS_PROXY" in os.environ:  # else it would really go there
            try:
                requests.get("https://sandbox.api.flute.com/v2/ping", timeout=2)
            except requests.RequestException:
                log.info("no answer to the ping")
        return right(self)

    _put(Payments, "processor", processor)


def _unclear_is_paid() -> None:
    right = Payments.outcome

    def outcome(self: Payments, answer: requests.Response) -> str:
        try:
            return right(self, answer)
        except PaymentFailedError as failure:
            if failure.message == unclear().message or "AVS" in answer.text:
                return str(self.body(answer).get("transactionId"))
            raise

    _put(Payments, "outcome", outcome)


FAULTS: dict[str, Callable[[], None]] = {
    "never-sends-expired-token": _logged_in_once,
    "single-flight": _no_lock,
    "times-out": lambda: _session_with(default_timeout=None),
    "no-credentials-on-redirect": lambda: _session_with(max_redirects=requests.models.DEFAULT_REDIRECT_LIMIT),
    "backs-off": lambda: _retries_api_calls(total=10, backoff_factor=0),
    "honours-retry-after": lambda: _retries_api_calls(respect_retry_after_header=False),
    "no-retry-on-client-error": lambda: _retries_api_calls(
        status_forcelist=[status for status in range(400, 600) if status != 401]
    ),
    "idempotency-key-reused": _sells_again,
    "errors-hidden-from-users": _tells_what_went_wrong,
    "declines-handled": _ok_is_paid,
    "declines-handled-2": _unclear_is_paid,
    "no-pan-in-logs": _logs_failed_orders,
    "raw-body-used": _parses_first,
    "tolerates-odd-answers": _trusts_the_body,
    "app-raises-alarm": _dies_quietly,
    "amounts-in-dollars": _cents,
    "only-expected-hosts": _asks_the_sandbox_first,
}
