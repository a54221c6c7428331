"""A client of the Aurora API, as much of it as the service needs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from .alarms import Alarms
from .errors import DeclinedError, NoAnswerError, RejectedError, UnavailableError, UnconfirmedError
from .sender import Sender, json_object
from .settings import Settings
from .tokens import Tokens

CARD_PROCESSORS = frozenset({"Tsys", "SandboxCard"})
PAID = frozenset({"Captured", "Settled"})
NOT_PAID = frozenset({"Declined", "Failed", "Voided", "Cancelled"})


@dataclass(frozen=True)
class Order:
    """What a customer pays, in dollars, and with which card; the card is never kept."""

    reference: str
    amount: Decimal
    card_number: str = field(repr=False)
    security_code: str = field(repr=False)


class Aurora:
    """Thread-safe."""

    def __init__(self, settings: Settings, alarms: Alarms) -> None:
        self.settings = settings
        self.alarms = alarms
        self.sender = Sender(settings)
        self.tokens = Tokens(settings, self.sender, alarms)
        self._processor: str | None = None

    def charge(self, order: Order) -> str:
        """Take a payment and return its transaction id. Raises AuroraError."""
        sale = self.sale(order)
        try:
            answer = self.authorised("POST", "/v2/transactions", json=sale, headers=self.sale_headers(order))
        except NoAnswerError as error:
            raise UnconfirmedError(str(error)) from None
        return self.paid_transaction(answer)

    def sale(self, order: Order) -> dict[str, Any]:
        """Body of a sale."""
        details = {
            "cardNumber": order.card_number,
            "securityCode": order.security_code,
            "expirationMonth": 12,
            "expirationYear": 2030,
        }
        return {
            "baseAmount": float(order.amount),
            "currencyCode": "USD",
            "paymentProcessorId": self.card_processor(),
            "referenceId": order.reference,
            "transactionDetails": {"cardData": {"captureMethod": "Auto", "paymentMethodDetails": details}},
        }

    def sale_headers(self, _: Order) -> dict[str, str]:
        """One key for the sale, however often it is sent."""
        return {"Idempotency-Key": str(uuid.uuid4())}

    def paid_transaction(self, answer: httpx.Response) -> str:
        """Id of the transaction that the answer reports as paid. Raises AuroraError."""
        raise_for_status(answer)
        transaction = json_object(answer)
        status = transaction.get("transactionStatus")
        if status in NOT_PAID:  # a decline is a 200
            raise DeclinedError(str(status))
        if status not in PAID or "transactionId" not in transaction:
            raise UnconfirmedError("no word about the payment in the answer")
        return str(transaction["transactionId"])

    def transactions(self) -> list[dict[str, Any]]:
        """The latest payments. Raises AuroraError."""
        answer = self.authorised("GET", "/v2/transactions")
        raise_for_status(answer)
        listing = json_object(answer)
        if "items" not in listing:
            raise UnavailableError("no list in the answer")
        return [
            {"id": each.get("transactionId"), "status": each.get("transactionStatus")}
            for each in listing["items"] or []
        ]

    def card_processor(self) -> str:
        """The merchant's processor for cards, asked for once."""
        if self._processor is None:
            answer = self.read("/v2/settings/payment-config")
            raise_for_status(answer)
            offered = json_object(answer).get("availablePaymentProcessors") or []
            found = [each.get("paymentProcessorId") for each in offered if each.get("type") in CARD_PROCESSORS]
            if not found:
                raise UnavailableError("no processor for cards")
            self._processor = str(found[0])
        return self._processor

    def read(self, path: str) -> httpx.Response:
        """GET; what cannot be read now has cost nobody anything."""
        try:
            return self.authorised("GET", path)
        except NoAnswerError as error:
            raise UnavailableError(str(error)) from None

    def authorised(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send with our token, once more with a new one if that was refused."""
        answer, token = self.with_token(method, path, **options)
        if answer.status_code == 401:
            self.tokens.forget(token)
            answer, _ = self.with_token(method, path, **options)
        if answer.status_code == 401:
            self.alarms.sound("Aurora refuses tokens that it has just issued")
        return answer

    def with_token(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, str]:
        """Send with the current token; that token too."""
        token = self.tokens.current()
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {token}"}
        return self.sender.send(method, self.settings.api_url + path, headers=headers, **options), token


def raise_for_status(answer: httpx.Response) -> None:
    """Raise AuroraError for all but a success. Of the body, only the error's code may reach a log."""
    if answer.status_code == 200:
        return
    body = {name.lower(): value for name, value in json_object(answer).items()}  # codes come in two spellings
    what = f"status {answer.status_code}, code {body.get('errorcode')}"
    if answer.status_code == 402:
        raise DeclinedError(what)
    if answer.status_code in {400, 422}:
        raise RejectedError(what)
    raise UnavailableError(what)
