"""Payments with Aurora."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from typing import Any

import httpx

from .tokens import PAUSES, RETRIED, NoTokenError, Tokens

log = logging.getLogger("aurora")


class PaymentError(Exception):
    """Not paid, as far as is known. Its text is for the log."""

    status = 503
    message = "We are sorry, payments are not possible right now. You have not been charged."


class DeclinedError(PaymentError):
    """The bank said no."""

    status = 402
    message = "Sorry, your card was declined. You have not been charged."


class InvalidError(PaymentError):
    """Aurora did not like what was sent."""

    status = 402
    message = "Sorry, this did not work. Please check your input. You have not been charged."


class UnknownOutcomeError(PaymentError):
    """Paid, or not."""

    status = 502
    message = "We are checking your payment. Please do not pay again until you hear from us."


class Aurora:
    """A client for one event loop."""

    def __init__(self, client: httpx.AsyncClient, base: str, tokens: Tokens) -> None:
        self.client = client
        self.base = base
        self.tokens = tokens

    async def pay(self, order: dict[str, Any]) -> str:
        """Charge an order and return the transaction's id. Raises PaymentError."""
        sale = {
            "baseAmount": self.dollars(order["amount"]),
            "paymentProcessorId": await self.processor(),
            "referenceId": order.get("reference") or str(uuid.uuid4()),
            "isCustomerInitiatedTransaction": True,
            "transactionDetails": {"cardData": {"captureMethod": "Auto", "paymentMethodDetails": self.card(order)}},
        }
        try:
            answer = await self.call(
                "POST", "/v2/transactions", json=sale, headers={"Idempotency-Key": uuid.uuid4().hex}
            )
        except httpx.TransportError as error:
            raise UnknownOutcomeError(type(error).__name__) from None
        return self.transaction_id(answer)

    def dollars(self, amount: Any) -> float:
        """The amount as Aurora wants it."""
        return float(amount)

    def card(self, order: dict[str, Any]) -> dict[str, Any]:
        """The card as Aurora wants it."""
        expiry = {"expirationMonth": 1, "expirationYear": 2032}
        return {"cardNumber": order["card"], "securityCode": order["cvv"], **expiry}

    def transaction_id(self, answer: httpx.Response) -> str:
        """Id of the transaction that was paid. Raises PaymentError."""
        match self.checked(answer):
            case {"transactionStatus": "Captured" | "Settled", "transactionId": str(identifier)}:
                return identifier
            case {"transactionStatus": "Declined" | "Failed" as status}:
                raise DeclinedError(status)
        raise UnknownOutcomeError("no transaction in the answer")

    async def transactions(self) -> list[dict[str, Any]]:
        """The latest transactions. Raises PaymentError."""
        listing = self.checked(await self.read("/v2/transactions"))
        match listing:
            case {"items": [*items]}:
                return [{"id": each.get("transactionId"), "amount": each.get("processedAmount")} for each in items]
            case {"items": None}:
                return []
        raise PaymentError("no list in the answer")

    async def processor(self) -> str:
        """The merchant's processor for cards; asked for each time, for it may change. Raises PaymentError."""
        config = self.checked(await self.read("/v2/settings/payment-config"))
        for each in config.get("availablePaymentProcessors") or []:
            if each.get("type") in {"SandboxCard", "Tsys"}:
                return str(each.get("paymentProcessorId"))
        raise PaymentError("no processor for cards")

    async def read(self, path: str) -> httpx.Response:
        """GET. Raises PaymentError."""
        try:
            return await self.call("GET", path)
        except httpx.TransportError as error:
            raise PaymentError(type(error).__name__) from None

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send with our token; once more with a new one where that is refused. Raises PaymentError, TransportError."""
        answer, token = await self.with_token(method, path, **options)
        if answer.status_code == 401:
            self.tokens.drop(token)
            answer, _ = await self.with_token(method, path, **options)
        return answer

    async def with_token(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, str]:
        """Send with the current token; that token too."""
        try:
            token = await self.tokens.get()
        except NoTokenError as error:
            raise PaymentError(f"no token: {error}") from None
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {token}"}
        return await self.patiently(method, self.base + path, headers=headers, **options), token

    async def patiently(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send, a few times if need be. Raises TransportError."""
        for pause in PAUSES:
            answer = None
            try:
                answer = await self.client.request(method, url, **options)
            except httpx.TimeoutException:
                raise
            except httpx.TransportError as error:
                log.info("%s %s: %s", method, url, type(error).__name__)
            if answer is not None and not self.may_pass(answer):
                return answer
            await self.wait(pause, answer)
        return await self.client.request(method, url, **options)

    def may_pass(self, answer: httpx.Response) -> bool:
        """Whether it may be better in a moment."""
        return answer.status_code in RETRIED

    async def wait(self, pause: float, answer: httpx.Response | None) -> None:
        """Wait about as long as given, or as long as asked to."""
        asked = answer.headers.get("Retry-After", "") if answer is not None else ""
        await asyncio.sleep(max(self.seconds(asked), pause * random.uniform(0.6, 1.0)))

    def seconds(self, asked: str) -> float:
        """What a Retry-After header asks for; at most half a minute."""
        return min(30.0, float(asked)) if asked.isdecimal() else 0.0

    def checked(self, answer: httpx.Response) -> dict[str, Any]:
        """The JSON object of a success; empty where there is none. Raises PaymentError for anything else."""
        try:
            parsed = answer.json()
        except ValueError:
            parsed = None
        body: dict[str, Any] = parsed if isinstance(parsed, dict) else {}
        if answer.status_code == 200:
            return body
        code = next((value for name, value in body.items() if name.lower() == "errorcode"), "none")
        kinds = {400: InvalidError, 422: InvalidError, 402: DeclinedError}
        raise kinds.get(answer.status_code, PaymentError)(f"status {answer.status_code}, code {code}")
