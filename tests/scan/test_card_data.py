from __future__ import annotations

import json
import re
import time
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.scan.card_data import PATTERNS, TEST_CARDS
from readiness.scan.patterns import Place
from tests.scan.planting import found_in

TEST_CARD, CARD, CODE = PATTERNS
VISA, MASTER, AMEX, DINERS, JCB = (
    *("4539578763621486", "5425233430109903", "374245455400126", "30569309025904", "3566002020360505"),
)


def kinds(text: str) -> list[str]:
    data = text.encode()
    every = []
    for pattern in PATTERNS:
        for one in found_in([pattern], data):
            every.append(pattern.kind)
            assert found_from_gates(pattern.gate, pattern.before, data, one.start)
    return every


def found_from_gates(gate: tuple[bytes, ...], before: int, data: bytes, start: int) -> bool:
    """Whether a gate's match leads to the place."""
    ends = [match.end() for match in re.finditer(rb"(?is)" + b"|".join(gate), data)]
    return any(end - before <= start < end for end in ends)


@pytest.mark.parametrize("number", sorted(TEST_CARDS))
@pytest.mark.parametrize("line", ["card = '{}'", '{{"cardNumber":{}}}', "CARD={}\n", "x{}y", "{}", "<pan>{}</pan>"])
def test_test_cards_are_found(number: str, line: str) -> None:
    four = " ".join(re.findall(".{1,4}", number))
    for written in (number, four, four.replace(" ", "-"), four.replace(" ", "_"), quote(four)):
        found = list(found_in([TEST_CARD], line.format(written).encode()))
        assert [one.what for one in found] == [f"test card {number[:6]}…{number[-4:]}"]
        assert [one.form for one in found] == ["in one run" if written == number else "in groups"]


@given(st.sampled_from(sorted(TEST_CARDS)), st.data())
def test_one_digit_off_is_no_test_card(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from(sorted(set("0123456789") - {number[at]})))
    changed = number[:at] + other + number[at + 1 :]
    expected = ["test card"] if changed in TEST_CARDS else []
    assert [one.what[:9] for one in found_in([TEST_CARD], f"'{changed}'".encode())] == expected
    for longer in (f"{number}{other}", f"{other}{number}", f"0.{number}", f"={number[:-1]};", f"'.{number}"):
        assert list(found_in([TEST_CARD], longer.encode())) == []


@pytest.mark.parametrize("number", [VISA, MASTER, AMEX, DINERS, JCB, *sorted(TEST_CARDS - {"4000000010990008"})])
@pytest.mark.parametrize(
    "line",
    [
        "10:00:00 INFO charged card {}",
        "10:00:00 INFO order 7 with {} of 12.50",
        '{{"level":"info","cardNumber":"{}","amount":12}}',
        '{{"pan":{},"amount":12}}',
        "pan={}&exp=1227",
        "a,b,{},d",
        "\\n{}\\n",
        "a%22{}%22",
        "{}",
        "payment of {}.",
        "the customer used {}.",
        "Account number: {}",
        "track2 ;{}=27121011000012345678?",
        "track1 %B{}^DOE/JOHN^2712",
        '"card": {}.0,',
    ],
)
def test_card_numbers_are_found_in_logs(number: str, line: str) -> None:
    assert "card_numbers" in kinds(line.format(number))


@pytest.mark.parametrize(
    "text", ["4539 5787 6362 1486", "3742 454554 00126", "3056 930902 5904", "6304 0000 0000 0000"]
)
@pytest.mark.parametrize(
    "write", [str, lambda text: text.replace(" ", "-"), lambda text: text.replace(" ", "."), quote]
)
def test_grouped_card_numbers_are_found(text: str, write: object) -> None:
    assert callable(write)
    assert kinds(f"card: {write(text)}, next") == ["card_numbers"]
    assert kinds(urlencode({"n": text})) == ["card_numbers"]
    assert kinds(f"card: {text.replace(' ', chr(0xA0))} ") == ["card_numbers"]


@pytest.mark.parametrize(
    "text",
    [
        "order_id=4539578763621486",
        '"orderNumber": "4539578763621486"',
        "shopOrderId: 4539578763621486",
        "Order #4539578763621486 shipped",
        "invoice no. 4539578763621486",
        "GET /orders/4539578763621486/lines",
        "transactionId=4539578763621486",
        "tracking number 4539578763621486",
        "trace_id=4539578763621486",
        "timestamp 4539578763621486",
        "msisdn=4539578763621486",
        '{\\"requestId\\":\\"4539578763621486\\"}',
        "customerId%3D4539578763621486",
        "call +4539578763621486",
        "took 0.4539578763621486 s",
        "took .4539578763621486 s",
        "x=4539578763621486.25",
        "x=[4539578763621486.0, -0.0]",
        "x=4539578763621486*t**12",
        "x=45395787636214864539578763621486",
        "4539578763621486abc",
        "abc4539578763621486",
        "1234-4539-5787-6362-1486",
        "4539-5787-6362-1486-1234",
        "version 2.4539.5787.6362.1486",
        "2026-11-24T07:15:00.4539578763621486Z",
        "product 4222222222222",
        "1790000000000 1790000000000000 1790000000000000000",
        "20261124071500 2026112407150012",
        "40000000-0000-4000-8000-000000000002",
        "{2: 4503599627370496, 3: 4611686018427387904}",
        "453957******1486",
        "453957…1486",
    ],
)
def test_other_numbers_are_no_cards(text: str) -> None:
    assert kinds(text) == []


def test_a_test_card_is_one_whatever_it_is_called() -> None:
    assert "card_numbers" in kinds("order_id=4111111111111111")


@pytest.mark.parametrize("text", ["paid with 4222222222222", "pan: 4222222222222", "card 4000000000000000006"])
def test_unusual_lengths_count_beside_a_word_of_payments(text: str) -> None:
    assert kinds(text) == ["card_numbers"]
    assert kinds(re.sub(r"[^\d]", "", text)) == []


@given(st.sampled_from([VISA, MASTER, AMEX, DINERS, JCB]), st.integers(0, 9), st.integers(0, 12))
def test_a_wrong_check_digit_is_no_card(number: str, digit: int, at: int) -> None:
    changed = number[:at] + str(digit) + number[at + 1 :]
    if changed != number:
        assert kinds(f"card {changed} declined") == []


HEX = st.text("0123456789abcdef", min_size=24, max_size=64)


@given(st.uuids(), st.datetimes(), HEX, st.integers(10**12, 2 * 10**18), st.floats(0, 1))
def test_names_of_computers_are_no_cards(uuid: object, moment: object, digest: str, clock: int, share: float) -> None:
    text = (
        f"{moment} id={uuid} sha256:a{digest}z at {10**18 + clock % 10**18} {share!r} [{uuid}] {moment:%Y%m%d%H%M%S%f}"
    )
    assert kinds(text) == []


@pytest.mark.parametrize("name", ["cvv", "CVV2", "cvc", "cardCvv", "securityCode", "card_security_code", "cvvCode"])
@pytest.mark.parametrize("code", ["123", "9876"])
def test_security_codes_are_found(name: str, code: str) -> None:
    body = json.dumps({"number": "x", name: code})
    texts = [
        *(body, json.dumps({"body": body}), json.dumps({"log": json.dumps({"body": body})})),
        *(json.dumps({name: int(code)}), repr({name: code}), urlencode({name: code, "x": 1}), quote_plus(body)),
        *(f"card[{name}]={code}", f"<ns:{name}>{code}</ns:{name}>", f"[{name}] => {code}", f':{name}=>"{code}"'),
        *(f"Card({name}={code}, year=27)", f"{{{name}:{code} Year:27}}", f"{name}: {code}", f"-- {name} = {code} --"),
        *(f"params=[('{name}', '{code}')]", f"&quot;{name}&quot;:&quot;{code}&quot;", f'{name}: Some("{code}")'),
        *(f"?{name}%3D{code}%26x", f"a\\n{name}={code}\\n", body.replace('"', "\\u0022")),
    ]
    for text in texts:
        assert kinds(text) == ["security_codes"], text


@pytest.mark.parametrize(
    "text",
    [
        *('"cvv":"***"', '"cvv":"[redacted]"', '"cvv":""', '"cvv":null', "cvv=xxx", "cvv=12", "cvv=12345"),
        *("cvvResult=123", "cvv_length=3000", "cvvResponseCode: 200", "cvv: 2026-11-24", "cvv=123ms", "cvv=123.45"),
        *("cvv check took 123 ms", "CVV 200", "the cvv was wrong: code 200", "securityCodeMatch: 123", "xcvv=123"),
        *("acvc=123", "cvv=1234-5678", "cvv: 12:30", "cvs=123", "verificationCode: 1234", "cvv=\n123"),
    ],
)
def test_other_numbers_are_no_security_codes(text: str) -> None:
    assert kinds(text) == []


def test_each_pattern_is_for_its_places() -> None:
    assert TEST_CARD.places == {Place.TREE, Place.ARTIFACTS}
    assert CARD.places == CODE.places == {Place.LOGS}


def test_hostile_text_takes_linear_time() -> None:
    began = time.process_time()
    for unit in (
        b"4111",
        b"4",
        b"4 ",
        b"4539-",
        b"%20",
        b"cvv",
        b"cvv=",
        b"cvv\\",
        b"cvv  ",
        b"order_id=",
        b"3%2D",
        b'"',
    ):
        text = unit * (300_000 // len(unit))
        for pattern in PATTERNS:
            list(pattern.find(text, 0, len(text)))
    assert time.process_time() - began < 10
