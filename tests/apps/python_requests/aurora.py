"""Payments with Aurora."""

from __future__ import annotations

import logging
import sys
import uuid
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError

from .session import AuroraSession

log = logging.getLogger("payments")


class PaymentFailedError(Exception):
    """Holds what the customer may read; `status` is ours."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def declined() -> PaymentFailedError:
    return PaymentFailedError(402, "Your card was declined. Nothing was charged.")


def later() -> PaymentFailedError:
    return PaymentFailedError(503, "We cannot take payments right now. Nothing was charged; please come back later.")


def unclear() -> PaymentFailedError:
    return PaymentFailedError(
        502, "We do not know yet whether your payment went through. Please ask us before you retry."
    )


class Payments:
    """Safe for many threads."""

    def __init__(self, api_url: str, session: AuroraSession) -> None:
        self.api_url = api_url
        self.session = session
        self.alarms: list[str] = []
        self.key_is_dead = False

    def pay(self, form: dict[str, Any]) -> str:
        """Charge a card and return the transaction's id. Raises PaymentFailedError."""
        processor = self.processor()
        sale = {
            "baseAmount": self.amount(form["amount"]),
            "paymentProcessorId": processor,
            "referenceId": form.get("reference") or uuid.uuid4().hex,
            "transactionDetails": {
                "cardData": {
                    "paymentMethodDetails": {
                        "cardNumber": form["card"],
                        "securityCode": form["cvv"],
                        "expirationMonth": 11,
                        "expirationYear": 2031,
                    }
                }
            },
        }
        try:
            answer = self.send_sale(sale)
        except requests.RequestException as error:
            log.warning("sale %s: %s", sale["referenceId"], type(error).__name__)
            raise unclear() from None
        return self.outcome(answer)

    def send_sale(self, sale: dict[str, Any]) -> requests.Response:
        """POST it; sent again, it keeps its idempotency key."""
        return self.call("POST", "/v2/transactions", json=sale, headers={"Idempotency-Key": str(uuid.uuid4())})

    def amount(self, text: Any) -> float:
        """Dollars."""
        return float(text)

    def outcome(self, answer: requests.Response) -> str:
        """Id of the paid transaction. Raises PaymentFailedError."""
        body = self.body(answer)
        if answer.status_code == 402:
            raise declined()
        if answer.status_code in {400, 422}:
            raise PaymentFailedError(402, "Please check your card's details. Nothing was charged.")
        if answer.status_code != 200:
            raise later()
        status = body.get("transactionStatus")
        if status == "Captured":
            return str(body.get("transactionId"))
        raise declined() if status in {"Declined", "Failed"} else unclear()

    def processor(self) -> str:
        """Id of the merchant's card processor. Raises PaymentFailedError."""
        try:
            offered = self.body(self.call("GET", "/v2/settings/payment-config")).get("availablePaymentProcessors")
        except requests.RequestException as error:
            log.warning("configuration: %s", type(error).__name__)
            raise later() from None
        for each in offered or []:
            if each.get("type") in {"SandboxCard", "Tsys"}:
                return str(each["paymentProcessorId"])
        raise later()

    def latest(self) -> list[dict[str, Any]]:
        """The latest transactions. Raises PaymentFailedError."""
        try:
            answer = self.call("GET", "/v2/transactions")
        except requests.RequestException as error:
            log.warning("transactions: %s", type(error).__name__)
            raise later() from None
        items = self.body(answer).get("items") if answer.status_code == 200 else None
        if not isinstance(items, list):
            raise later()
        return [{"id": each.get("transactionId"), "status": each.get("transactionStatus")} for each in items]

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send; once more with a new token where the old one is refused. May raise RequestException."""
        self.ensure_token()
        answer = self.session.request(method, self.api_url + path, **options)
        if answer.status_code == 401:
            self.session.forget(answer)
            self.ensure_token()
            answer = self.session.request(method, self.api_url + path, **options)
        if answer.status_code >= 400:
            log.warning("%s %s: status %s, code %s", method, path, answer.status_code, self.code(answer))
        return answer

    def ensure_token(self) -> None:
        """Have a token. Raises PaymentFailedError."""
        try:
            self.session.ensure_active_token()
        except OAuthError as error:
            self.alarm(f"Aurora refuses our API key ({error.error})")
            raise later() from None
        except (requests.RequestException, KeyError, TypeError, ValueError) as error:
            log.warning("no token: %s", type(error).__name__)
            raise later() from None

    def body(self, answer: requests.Response) -> dict[str, Any]:
        """What the answer holds; nothing, where it holds no JSON object."""
        try:
            parsed = answer.json()
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def code(self, answer: requests.Response) -> str:
        """The error's code, for the log."""
        body = self.body(answer)
        return str(body.get("errorCode") or body.get("ErrorCode") or "none")

    def alarm(self, text: str) -> None:
        """Wake somebody, once for each key."""
        if not self.key_is_dead:
            self.key_is_dead = True
            self.alarms.append(text)
            sys.stderr.write(f"ALARM {text}\n")
            sys.stderr.flush()

    def rekey(self, client_id: str, client_secret: str) -> None:
        """Take another key into use."""
        self.session.rekey(client_id, client_secret)
        self.key_is_dead = False
