"""The shop's payment service: `python server.py`."""

from __future__ import annotations

import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aurora import Aurora, KeyRefusedError, PaymentError
from settings import Settings
from webhooks import is_genuine

logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger("shop")
settings = Settings.from_environment()
aurora = Aurora(settings)


class Ledger:
    """The payments that Aurora has told of. Events may come twice, and in any order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: set[str] = set()

    def enter(self, event: str) -> None:
        """Count an event once. A real shop keeps it in the database, in one transaction with its effect."""
        with self._lock:
            self._events.add(event)

    def __len__(self) -> int:
        return len(self._events)


ledger = Ledger()


class Handler(BaseHTTPRequestHandler):
    """A sign of life, a payment, a webhook."""

    def do_GET(self) -> None:
        """`/healthz`, and how many payments were told of."""
        if self.path == "/payments/told":
            self._answer(200, {"count": len(ledger)})
        else:
            self._answer(200 if self.path == "/healthz" else 404, {})

    def do_POST(self) -> None:
        """`/pay` and `/aurora/webhooks`."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/pay":
            self._pay(body)
        elif self.path == "/aurora/webhooks":
            self._webhook(body)
        else:
            self._answer(404, {})

    def _pay(self, body: bytes) -> None:
        order = json.loads(body)
        try:
            transaction = aurora.charge(order["amount"], order["card"], order["id"])
        except KeyRefusedError as failure:
            log.critical("Aurora refuses our key, no payment can be taken: %s", failure)
            self._answer(503, {"paid": False, "message": "Payments are not possible at the moment."})
        except PaymentError as failure:
            log.warning("order %s was not paid: %s", order["id"], failure)
            self._answer(402, {"paid": False, "message": "The payment did not go through."})
        else:
            self._answer(200, {"paid": True, "transaction": transaction})

    def _webhook(self, body: bytes) -> None:
        if is_genuine(body, self.headers, settings.webhook_secret):
            event = json.loads(body)
            log.info("event %s", event["type"])
            ledger.enter(event["id"])
            self._answer(200, {})
        else:
            self._answer(401, {})

    def _answer(self, status: int, body: dict[str, object]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
