"""Card data: the documented test cards anywhere, card numbers and security codes in logs.

A number counts as a card's only if it has a brand's prefix and length and its check digit is right. One number in ten
passes that by chance, so what its neighbourhood calls something else (an order, a parcel, a telephone) does not count,
and lengths that hardly any card has (13, 17, 18, 19) count only beside a word of payments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness.scan.patterns import Found, Pattern, Place, any_of
from readiness.secret.cards import brand_of

TEST_CARDS = frozenset(
    {
        *("4111111111111111", "4000000030010005", "4000000010050005", "4000000010510008", "4000000010140004"),
        *("4000000010540005", "4000000010040006", "4000000010430009", "4000000010620005", "4000000010570002"),
        *("4000000020010007", "4000000020190007", "4000000020910008", "4000000020960003"),
        *("4000000010990002", "4000000010990008"),  # the documentation's and the test harness's; one fails Luhn
        *("4012000098765439", "5555555555554444", "378282246310005", "6011111111111117"),
    }
)
"""Cards that only the sandbox knows. Source: the vendor's Testing Scenarios guide, its SDKs and its test harness."""

_GAP = rb"(?:[ ._+\t-]|%20|%2[Dd]|\xc2\xa0|\xe2\x80\x91)"
"""What people and encodings put between the groups of a number: one space, hyphen or dot, as it is or encoded."""
_GAPS = (b"", b" ", b".", b"_", b"+", b"\t", b"-", b"%20", b"%2D", b"\xc2\xa0", b"\xe2\x80\x91")
_NOT_DIGIT = re.compile(rb"[^0-9]")
_ENCODED_GAP = re.compile(rb"%20|%2[Dd]")
_LONGEST = 96
"""Bytes of a number with its gaps, and of what stands around it."""

_TEST_CARD = re.compile(
    rb"(?<![0-9])(?:[3456](?:%b?[0-9]){14,15})(?![0-9])" % _GAP,
)
_CARD = re.compile(
    rb"""
    (?: (?<![0-9A-Za-z%%]) | (?<=%%[0-9A-Fa-f]{2}) | (?<=\\[nrtbf]) | (?<=\\u00[0-9A-Fa-f]{2}) | (?<=%%B) )
    (?: [2-6][0-9]{12,18}                                                 # in one run,
      | [2-6][0-9]{3}(?P<gap>%(gap)b)[0-9]{4}(?:(?P=gap)[0-9]{4}){2}(?:(?P=gap)[0-9]{3})?
                                                                          # as printed on most cards,
      | 3[0-9]{3}(?P<wide>%(gap)b)[0-9]{6}(?P=wide)[0-9]{4,5}             # or on those of Amex and Diners Club
    )
    (?! [0-9A-Za-z] )
    """
    % {b"gap": _GAP},
    re.VERBOSE,
)
_FRACTION_BEFORE = re.compile(rb"(?:^|[^A-Za-z])\.$")
"""Digits behind a point are a fraction, unless a sentence ends there."""
_FRACTION_AFTER = re.compile(rb"\.(?!0(?![0-9]))[0-9]|\*[A-Za-z0-9]")
"""A fraction, or a product. `.0` is what a table program adds to whole numbers, card numbers among them."""
_MORE_GROUPS = re.compile(rb"[._-][0-9]")
_OTHER_THING = re.compile(
    rb"""
    (?-i: (?<![A-Za-z]) | (?<=[a-z])(?=[A-Z]) )
    (?: (?: order | invoice | receipt | trac(?:e|king) | shipment | parcel | imei | i?phone | mobile | msisdn | fax
          | tel(?:ephone)? | iccid | sku | ean | gtin | upc | isbn | barcode | timestamp | epoch | nonce
          | seq(?:uence)? | offset | snowflake | correlation | ref(?:erence)? )
        (?: s? [_ ./-]? (?: ids? | nos? | nr | num(?:ber)?s? | ref | key | code ) )?
      | (?: request | session | thread | transaction | txn | batch | ticket | customer | user | merchant | terminal
          | span | event | message | job | process | build | product | item | shop | store | device | object | row )
        (?: s? [_ ./-]? (?: ids? | nos? | nr | num(?:ber)?s? | ref | key | uuid ) )
    ) s? \.?
    [\\"'`\]]{0,8} [ ]{0,2} (?: [:=\#/-] | => | %3[AaDd] )? [ ]{0,2} [\\"'`\[\#]{0,8} $
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A name or a word right before a number that says what else it is."""
_PAYMENT = re.compile(
    rb"card|\bpan\b|visa|master|amex|discover|diners|jcb|unionpay|maestro|paid|pay|charg|purchas|refund|declin|approv"
    rb"|account|acct|\bcc\b|cvv|expir",
    re.IGNORECASE,
)
_USUAL_LENGTHS = frozenset({14, 15, 16})
_CONTEXT = 64

_QUOTE = rb"""(?: \\{0,8}["'`] | &quot; | &\#3[49]; | %(?:25)?2[27] | \\{1,8}u002[27] )"""
_BLANK = rb"(?:[ \t+]|%20){0,4}"
_NAMES = rb"""
    cvv2? | cvc2? | cvn2? | cvd | card[_-]?csc | card[_-]?code
    | (?:card[_ -]?)? security[_ -]?(?:code|value) | card[_ -]?verification(?:[_ -]?(?:value|code|number))?
    | verification[_-]?value
"""
"""Names under which payment APIs, forms and logs keep security codes, in any case of letters."""
_CODE = re.compile(
    rb"""
    (?P<name>
      (?: (?<![A-Za-z0-9]) | (?<=%%[0-9A-Fa-f]{2}) | (?<=\\[nrtbf]) | (?<=u002[27]) | (?<=card) | (?<=quot;)
        | (?-i: (?<=[a-z])(?=[A-Z]) ) )
      (?: %(names)b ) (?: [_ -]? (?:code|value|number|num|no) )?
    )
    (?: %(quote)b | \] )? %(blank)b
    (?: => | := | [:=>|] | %%(?:25)?3[AaDd] | (?<=["'`]), )
    %(blank)b (?: some\( )? %(quote)b?
    [0-9]{3,4}
    (?! [0-9A-Za-z_] | [.,:/-][0-9] )
    """
    % {b"names": _NAMES, b"quote": _QUOTE, b"blank": _BLANK},
    re.VERBOSE | re.IGNORECASE,
)


def test_cards(text: bytes, start: int, end: int) -> Iterator[Found]:
    """Documented test cards, in one run or in groups."""
    for match in _begun(_TEST_CARD, text, start, end):
        digits = _digits(match[0])
        if digits in TEST_CARDS and not _is_fraction(text, match):
            yield Found(*match.span(), f"test card {digits[:6]}…{digits[-4:]}", _form(match[0]))


def card_numbers(text: bytes, start: int, end: int) -> Iterator[Found]:
    """Numbers of cards that a brand may have issued, test cards included."""
    for match in _begun(_CARD, text, start, end):
        digits = _digits(match[0])
        brand = brand_of(digits)
        if brand and not _is_fraction(text, match) and (digits in TEST_CARDS or _is_card(text, match, digits)):
            yield Found(*match.span(), f"{brand} card number", _form(match[0]))


def security_codes(text: bytes, start: int, end: int) -> Iterator[Found]:
    """Three or four digits under a security code's name: JSON, also escaped, forms, queries, XML and prose."""
    for match in _begun(_CODE, text, start, end):
        yield Found(*match.span(), "security code", f"under the name `{match['name'].decode('ascii', 'replace')}`")


def _begun(pattern: re.Pattern[bytes], text: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """Matches that begin in the span, whole even where they end behind it."""
    for match in pattern.finditer(text, start, end + _LONGEST):
        if match.start() >= end:
            return
        yield match


def _digits(number: bytes) -> str:
    return _NOT_DIGIT.sub(b"", _ENCODED_GAP.sub(b"", number)).decode()


def _form(number: bytes) -> str:
    return "in one run" if number.isdigit() else "in groups"


def _is_fraction(text: bytes, match: re.Match[bytes]) -> bool:
    before = text[max(0, match.start() - 2) : match.start()]
    return bool(_FRACTION_BEFORE.search(before) or _FRACTION_AFTER.match(text, match.end()))


def _is_card(text: bytes, match: re.Match[bytes], digits: str) -> bool:
    """Whether nothing around the number says that it is something else."""
    start, end = match.span()
    grouped = not match[0].isdigit()
    if grouped and (_MORE_GROUPS.match(text, end) or re.search(rb"[0-9][._-]$", text[max(0, start - 2) : start])):
        return False
    before = text[max(0, start - _CONTEXT) : start]
    before = before[before.rfind(b"\n") + 1 :]
    if _OTHER_THING.search(before) or (not grouped and before.endswith(b"+")):
        return False
    usual = len(digits) in _USUAL_LENGTHS and text[end : end + 2] != b".0"
    return usual or bool(_PAYMENT.search(before))


PATTERNS = (
    Pattern(
        "test_cards",
        any_of((b"4000", b"4012"), _GAPS, (b"0000",))
        + any_of((b"4111", b"6011"), _GAPS, (b"1111",))
        + any_of((b"5555",), _GAPS, (b"5555",))
        + any_of((b"3782",), _GAPS, (b"8224",)),
        test_cards,
        hints=(b"4111", b"4000", b"4012", b"5555", b"3782", b"6011"),
        before=_LONGEST,
        places=frozenset({Place.TREE, Place.ARTIFACTS}),
    ),
    Pattern(
        "card_numbers",
        (
            rb"[2-6][0-9]{12}",
            rb"[2-6][0-9]{3}%(gap)b[0-9]{4}%(gap)b[0-9]{4}" % {b"gap": _GAP},
            rb"3[0-9]{3}%(gap)b[0-9]{6}%(gap)b[0-9]{4}" % {b"gap": _GAP},
        ),
        card_numbers,
        before=_LONGEST,
        places=frozenset({Place.LOGS}),
    ),
    Pattern(
        "security_codes",
        (
            rb"cv(?:[vcn]2?|d)(?:[^a-z]|[_ -]?(?:code|value|num|no))",
            rb"card[_-]?csc|card[_-]?code|security[_ -]?(?:code|value)",
            rb"card[_ -]?verification|verification[_-]?value",
        ),
        security_codes,
        hints=(b"cvv", b"cvc", b"cvn", b"cvd", b"card", b"security", b"verification"),
        before=_LONGEST,
        places=frozenset({Place.LOGS}),
    ),
)
"""See `patterns.all_patterns`."""
