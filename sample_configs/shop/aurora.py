"""A client of the Aurora API, as much of it as the shop needs."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from settings import Settings

RETRIED = frozenset({429, 502, 503, 504})
CARD_PROCESSORS = frozenset({"Tsys", "SandboxCard"})


class PaymentError(Exception):
    """No money was taken, as far as is known. The text is for the log, not for the customer."""


class KeyRefusedError(PaymentError):
    """Our key is refused: nothing works until somebody gives the service another one."""


class Aurora:
    """Thread-safe. A token is shared by all threads, and renewed by one of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = httpx.Client(timeout=settings.timeout)
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0
        self._processor: str | None = None

    def charge(self, amount: float, card: Mapping[str, Any], order: str) -> str:
        """Take a payment and return its transaction id. `amount` in dollars. Raises PaymentError."""
        sale = {
            "baseAmount": amount,
            "paymentProcessorId": self._card_processor(),
            "transactionDetails": {"cardData": {"captureMethod": "Auto", "paymentMethodDetails": dict(card)}},
            "referenceId": order,
        }
        transaction = self._send("POST", "/v2/transactions", sale)
        if transaction.get("transactionStatus") != "Captured":  # a decline is a 200
            raise PaymentError(str(transaction.get("transactionStatus")))
        return str(transaction.get("transactionId"))

    def _card_processor(self) -> str:
        if self._processor is None:
            offered = self._send("GET", "/v2/settings/payment-config").get("availablePaymentProcessors") or []
            cards = [each["paymentProcessorId"] for each in offered if each["type"] in CARD_PROCESSORS]
            if not cards:
                raise PaymentError("the account has no processor for cards")
            self._processor = cards[0]
        return self._processor

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send, with retries under one idempotency key, so that a repeated request charges once."""
        key, pause, renewed = str(uuid.uuid4()), 0.5, False
        for attempt in range(self._settings.retries + 1):
            token = self._access()
            answer = self._try(method, path, body, key, token)
            if answer is not None and answer.status_code == 401 and not renewed:
                renewed = True
                answer = self._try(method, path, body, key, self._access(refused=token))
            if answer is not None and answer.status_code not in RETRIED:
                return _content(answer)
            if attempt < self._settings.retries:
                time.sleep(max(pause, _retry_after(answer)))
                pause *= 2
        raise PaymentError("no answer")

    def _try(
        self, method: str, path: str, body: Mapping[str, Any] | None, key: str, token: str
    ) -> httpx.Response | None:
        """One attempt; None where there was no answer."""
        headers = {"Authorization": f"Bearer {token}"}
        if method != "GET":
            headers["Idempotency-Key"] = key
        try:
            return self._http.request(method, self._settings.api_url + path, json=body, headers=headers)
        except httpx.TransportError:
            return None

    def _access(self, refused: str = "") -> str:
        """The current token, renewed in time, or because it is the one that was refused."""
        with self._lock:
            if time.monotonic() >= self._renew_at or self._token == refused:
                self._mint()
            return self._token

    def _mint(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "scope": "offline_access",
        }
        try:
            answer = self._http.post(self._settings.oauth_url, data=form)
        except httpx.TransportError:
            raise PaymentError("no token: no answer") from None
        if answer.status_code in {400, 401}:
            raise KeyRefusedError(f"no token: status {answer.status_code}")
        granted = _content(answer)
        self._token = granted["access_token"]
        self._renew_at = time.monotonic() + granted["expires_in"] - self._settings.refresh_margin


def _content(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of a 200. Raises PaymentError for everything else: whether money was taken is not known then."""
    if answer.status_code != 200:
        raise PaymentError(f"status {answer.status_code}")
    try:
        content = answer.json()
    except ValueError:
        raise PaymentError("status 200, but no JSON") from None
    if not isinstance(content, dict):
        raise PaymentError("status 200, but no JSON object")
    return content


def _retry_after(answer: httpx.Response | None) -> float:
    """Seconds that the vendor asks us to wait."""
    text = answer.headers.get("Retry-After", "") if answer is not None else ""
    return float(text) if text.isascii() and text.isdigit() else 0.0
