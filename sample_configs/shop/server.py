"""The shop's payment service: `python server.py`."""

from __future__ import annotations

import json
import logging
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aurora import Aurora, PaymentError
from settings import Settings
from webhooks import is_genuine

log = logging.getLogger("shop")
settings = Settings.from_environment()
aurora = Aurora(settings)


class Handler(BaseHTTPRequestHandler):
    """A sign of life, a payment, a webhook."""

    def do_GET(self) -> None:
        """`/healthz`."""
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
        except PaymentError as failure:
            log.warning("order %s was not paid: %s", order["id"], failure)
            self._answer(402, {"paid": False, "message": "The payment did not go through."})
        else:
            self._answer(200, {"paid": True, "transaction": transaction})

    def _webhook(self, body: bytes) -> None:
        if is_genuine(body, self.headers, settings.webhook_secret):
            log.info("event %s", json.loads(body).get("eventType"))
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
