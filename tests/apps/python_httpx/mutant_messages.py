"""Mistakes with what is logged, and with webhooks."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from email.message import Message

from .aurora import Aurora, Order
from .mutant_registry import fault, put
from .webhooks import WINDOW, Webhooks

log = logging.getLogger("shop.aurora")


def _log_each_order(text: Callable[[Order], str]) -> None:
    right = Aurora.charge

    def charge(self: Aurora, order: Order) -> str:
        log.info("charging %s: %s", order.reference, text(order))
        return right(self, order)

    put(Aurora, "charge", charge)


@fault("no-pan-in-logs")
def _logs_the_card() -> None:
    _log_each_order(lambda order: f"card {order.card_number}")


@fault("no-pan-in-logs-2")
def _logs_the_card_in_groups() -> None:
    def grouped(order: Order) -> str:
        number = order.card_number
        return "card " + " ".join(number[start : start + 4] for start in range(0, len(number), 4))

    _log_each_order(grouped)


@fault("no-cvv-in-logs")
def _masks_the_number_only() -> None:
    _log_each_order(
        lambda order: json.dumps({"cardNumber": "**** " + order.card_number[-4:], "securityCode": order.security_code})
    )


@fault("signature-verified")
def _takes_anything() -> None:
    def is_genuine(self: Webhooks, headers: Message, _: bytes) -> bool:
        return "Flute-Webhook-ID" in headers and self.is_recent(headers.get("Flute-Webhook-Timestamp", ""))

    put(Webhooks, "is_genuine", is_genuine)


@fault("signature-verified-2")
def _takes_what_is_unsigned() -> None:
    right = Webhooks.is_genuine

    def is_genuine(self: Webhooks, headers: Message, body: bytes) -> bool:
        if "Flute-Webhook-Signature" not in headers:
            return "Flute-Webhook-ID" in headers  # "for tests by hand"
        return right(self, headers, body)

    put(Webhooks, "is_genuine", is_genuine)


@fault("replay-refused")
def _time_does_not_matter() -> None:
    def is_recent(self: Webhooks, timestamp: str) -> bool:
        return timestamp.isdigit()

    put(Webhooks, "is_recent", is_recent)


@fault("replay-refused-2")
def _the_future_is_recent() -> None:
    def is_recent(self: Webhooks, timestamp: str) -> bool:
        return timestamp.isdigit() and time.time() - int(timestamp) <= WINDOW

    put(Webhooks, "is_recent", is_recent)


@fault("raw-body-used")
def _signs_what_it_parsed() -> None:
    right = Webhooks.sign

    def sign(self: Webhooks, identifier: str, timestamp: str, body: bytes) -> str:
        try:
            body = json.dumps(json.loads(body), separators=(",", ":")).encode()
        except ValueError:
            return ""
        return right(self, identifier, timestamp, body)

    put(Webhooks, "sign", sign)


@fault("duplicates-harmless")
def _every_delivery_counts() -> None:
    def is_new(self: Webhooks, _: str) -> bool:
        return True

    put(Webhooks, "is_new", is_new)
