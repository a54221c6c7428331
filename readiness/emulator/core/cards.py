"""Cards: brands, masks, and the documented test numbers with their outcomes (facts: test data)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from readiness.emulator.settings import ProcessorType
from readiness.secret.cards import brand_of

Verdict = Literal["approved", "declined", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the processor says. The CVV code is our assumption: the vendor's page names none."""

    verdict: Verdict
    code: str
    message: str


APPROVED = Outcome("approved", "00", "Approved")
AVS_DENIED = Outcome("declined", "AVS", "Address verification failed")
_BIN_NOT_FOUND = Outcome("declined", "DeclineBinNotFound", "Card number is not supported")

SANDBOX_CARDS: Mapping[str, Outcome] = {
    "4111111111111111": APPROVED,
    "4000000030010005": APPROVED,
    "4000000010050005": Outcome("declined", "05", "Do not honor"),
    "4000000010510008": Outcome("declined", "51", "Insufficient funds"),
    "4000000010140004": Outcome("declined", "14", "Invalid card number"),
    "4000000010540005": Outcome("declined", "54", "Expired card"),
    "4000000010040006": Outcome("declined", "04", "Pickup card"),
    "4000000010430009": Outcome("declined", "43", "Stolen card"),
    "4000000010620005": Outcome("declined", "62", "Restricted card"),
    "4000000010570002": Outcome("declined", "57", "Transaction not permitted"),
    "4000000020010007": Outcome("declined", "01", "Refer to issuer"),
    "4000000020190007": Outcome("failed", "19", "Re-enter transaction"),
    "4000000020910008": Outcome("failed", "91", "Issuer did not respond"),
    "4000000020960003": Outcome("failed", "96", "System error"),
    "4000000010990002": Outcome("declined", "CVV", "Security code mismatch"),
}
"""Numbers that a `SandboxCard` processor knows; it approves every other card number."""

TSYS_REFUSED = frozenset({*SANDBOX_CARDS, "5555555555554444"})
"""Numbers that a `Tsys` processor does not know."""

_VENDOR_NAMES = {
    "visa": "Visa",
    "mastercard": "MasterCard",
    "amex": "AmericanExpress",
    "discover": "Discover",
    "diners": "DinersClub",
    "jcb": "JCB",
}


def brand(number: str) -> str | None:
    """The vendor's name of the card's brand; None for what is no card number."""
    scheme = brand_of(number)
    return None if scheme is None else _VENDOR_NAMES.get(scheme, "Unknown")


def masked(number: str) -> str:
    """First six and last four digits."""
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def outcome(number: str, processor: ProcessorType) -> Outcome:
    """What that processor makes of a sale with that card."""
    if processor == "Tsys":
        return _BIN_NOT_FOUND if number in TSYS_REFUSED else APPROVED
    return SANDBOX_CARDS.get(number, APPROVED)
