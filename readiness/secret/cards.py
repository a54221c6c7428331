"""Card numbers in free text."""

from __future__ import annotations

import re

_CANDIDATE = re.compile(
    r"""
    (?: (?<![0-9A-Za-z%]) | (?<=%[0-9A-Fa-f]{2}) | (?<=\\[nrtbf]) | (?<=\\u00[0-9A-Fa-f]{2}) )
    (?: [2-6]\d{12,18}                                 # in one run,
      | [2-6]\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{3})?       # as printed on most cards,
      | 3\d{3}[ -]\d{6}[ -]\d{4,5}                     # or on those of American Express and Diners Club
    )
    (?![0-9A-Za-z])
    """,
    re.VERBOSE,
)
_BRANDS = (
    ("visa", re.compile(r"4"), frozenset({13, 16, 19})),
    ("mastercard", re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    ("amex", re.compile(r"3[47]"), frozenset({15})),
    ("discover", re.compile(r"6011|64[4-9]|65"), frozenset(range(16, 20))),
    ("diners", re.compile(r"30[0-5]|3095|3[689]"), frozenset(range(14, 20))),
    ("jcb", re.compile(r"35(?:2[89]|[3-8])"), frozenset(range(16, 20))),
    ("unionpay", re.compile(r"62"), frozenset(range(16, 20))),
    ("maestro", re.compile(r"50(?:18|20|38)|5893|6304|67(?:59|6[1-3])"), frozenset(range(13, 20))),
)
"""Prefixes and lengths that the schemes issue (ISO/IEC 7812 ranges as the schemes publish them)."""

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""Twice each digit, the digits of that added."""


def brand_of(digits: str) -> str | None:
    """The scheme that issues numbers of this prefix and length and whose check digit (Luhn) is right."""
    if not _luhn(digits):
        return None
    for brand, prefix, lengths in _BRANDS:
        if len(digits) in lengths and prefix.match(digits):
            return brand
    return None


def mask_cards(text: str) -> str:
    """Replace each card number by its first six and last four digits, as PCI DSS 3.4.1 allows them shown.

    Runs of letters and digits (hashes, UUIDs, identifiers), and time stamps, stay as they are: no scheme
    issues numbers that begin with 0, 1, 7, 8 or 9, and a number inside a longer word is not one.
    """
    return _CANDIDATE.sub(_masked, text)


def masked_card(text: str) -> str | None:
    """The masked number if a text is a card number, however grouped, and nothing else."""
    digits = re.sub(r"[\s-]", "", text)
    return f"{digits[:6]}…{digits[-4:]}" if digits.isdecimal() and brand_of(digits) else None


def _masked(match: re.Match[str]) -> str:
    return masked_card(match[0]) or match[0]


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0
