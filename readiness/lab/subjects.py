"""What the lab gives the application to work with, and by which it is recognised afterwards: keys, cards, codes."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from readiness.secret import Redactor, Secret, brand_of

CODES = ("739", "864", "952", "618", "473", "827", "941", "586", "372", "695", "758", "439")
"""Security codes that are neither documented test values nor common numbers; each payment gets the next one."""
NAMED_CODE = re.compile(
    r"""(?ix) (?<![a-z]) (?: cvv2? | cvc2? | card[_ -]?verification[_ -]?value | security[_ -]?code )
        ["'\\]{0,4} \s{0,3} (?: [:=] | => )? \s{0,3} ["'\\]{0,4} \d{3,4} (?![\d]) """
)
"""A security code beside its name, whatever its value."""
DECLINED = {
    "do not honor": "4000000010050005",
    "insufficient funds": "4000000010510008",
    "issuer does not respond": "4000000020910008",
}
"""Documented test cards that are not charged (facts: test data)."""


def new_card() -> str:
    """A Visa number that no scheme issues to anybody and no document prints, with its check digit."""
    while True:
        number = "4539" + "".join(secrets.choice("0123456789") for _ in range(12))
        if brand_of(number) and len(set(number)) > 4:
            return number


@dataclass(frozen=True)
class Key:
    """A throw-away key."""

    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_secret: str = field(default_factory=lambda: str(uuid.uuid4()), repr=False)


@dataclass(frozen=True)
class Subjects:
    """The same for all scenarios of a lab, so that few secrets have to be searched for."""

    key: Key = field(default_factory=Key)
    next_key: Key = field(default_factory=Key)
    """For the application whose key was deleted."""
    webhook_secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    card: str = field(default_factory=new_card, repr=False)

    def introduce(self, redactor: Redactor) -> None:
        """Make them known, so that nothing of them reaches an output."""
        for key, name in ((self.key, "lab client secret"), (self.next_key, "lab new client secret")):
            redactor.add(Secret(key.client_secret, name), client_id=key.client_id)
        redactor.add(Secret(self.webhook_secret, "lab webhook secret"))


class CardSearch:
    """Finds the lab's cards by value, in one run or grouped, and security codes by name."""

    def __init__(self, numbers: Iterable[str]) -> None:
        grouped = ("[ -]?".join(number) for number in numbers)
        self._numbers = re.compile(rf"(?<!\d)(?:{'|'.join(grouped)})(?!\d)")

    def find(self, text: str) -> list[str]:
        """What stands in a text: `card number`, `security code`."""
        found = ["card number"] if self._numbers.search(text) else []
        return [*found, "security code"] if NAMED_CODE.search(text) else found


def holds_code(text: str, code: str) -> bool:
    """Whether the code stands in a text as a word of its own: not in a number, a time or an identifier."""
    return re.search(rf"(?<![\w.,:/-]){code}(?![\w.,:/-]\w|\w)", text) is not None
