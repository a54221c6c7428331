"""The service's own interface: payments, webhooks, and what the people on duty need."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .alarms import Alarms
from .aurora import Aurora, Order
from .errors import AuroraError, DeclinedError, RejectedError, UnavailableError
from .settings import Credentials, Settings
from .webhooks import Webhooks

log = logging.getLogger("shop")

DECLINED = "The card was declined. Please use another one."
REJECTED = "The payment could not be accepted. Please check what you entered."
LATER = "Payments do not work at the moment. You were not charged; please try again later."
UNCONFIRMED = "We could not confirm your payment. Please contact us before you try again."


class Service:
    """What the handlers of all threads share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.alarms = Alarms()
        self.aurora = Aurora(settings, self.alarms)
        self.webhooks = Webhooks(settings.webhook_secret)

    def pay(self, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Take a payment: the status and the body to answer with."""
        try:
            reference, amount = str(form.get("reference") or uuid.uuid4()), Decimal(str(form["amount"]))
            order = Order(reference, amount, str(form["card"]), str(form["cvv"]))
        except (KeyError, InvalidOperation):
            return 400, {"paid": False, "message": REJECTED}
        try:
            transaction = self.aurora.charge(order)
        except AuroraError as error:
            log.warning("not paid: %s: %s", type(error).__name__, error)
            status, message = self.refusal(error)
            return status, {"paid": False, "message": message}
        log.info("paid: transaction %s", transaction)
        return 200, {"paid": True, "id": transaction}

    def refusal(self, error: AuroraError) -> tuple[int, str]:
        """Status and words for the customer."""
        if isinstance(error, DeclinedError):
            return 402, DECLINED
        if isinstance(error, RejectedError):
            return 402, REJECTED
        return (503, LATER) if isinstance(error, UnavailableError) else (502, UNCONFIRMED)

    def transactions(self) -> tuple[int, Any]:
        """The latest payments."""
        try:
            return 200, self.aurora.transactions()
        except AuroraError as error:
            log.warning("no transactions: %s: %s", type(error).__name__, error)
            return 502, {"message": "The payments cannot be shown at the moment."}

    def rekey(self, new: dict[str, Any]) -> tuple[int, Any]:
        """Take another key into use."""
        self.aurora.tokens.rekey(Credentials(str(new["client_id"]), str(new["client_secret"])))
        return 200, {}


class Handler(BaseHTTPRequestHandler):
    """Routes requests to the service."""

    service: Service

    def do_GET(self) -> None:
        routes: dict[str, Callable[[], tuple[int, Any]]] = {
            "/healthz": lambda: (200, {}),
            "/transactions": self.service.transactions,
            "/orders/effects": lambda: (200, {"count": self.service.webhooks.effects}),
            "/alarms": lambda: (200, {"alarms": self.service.alarms.raised}),
        }
        self._answer(*routes[self.path]() if self.path in routes else (404, {}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/aurora/webhooks":
            self._answer(self.service.webhooks.receive(self.headers, body), {})
        elif self.path in {"/pay", "/rekey"}:
            action = self.service.pay if self.path == "/pay" else self.service.rekey
            self._answer(*action(json.loads(body)))
        else:
            self._answer(404, {})

    def log_message(self, *_: Any) -> None:
        """Requests are logged by what they lead to."""

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Takes a crowd that arrives at once."""

    request_queue_size = 128


def serve(settings: Settings) -> None:
    """Serve until the process ends."""
    Handler.service = Service(settings)
    Server(("127.0.0.1", settings.port), Handler).serve_forever()
