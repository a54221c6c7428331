from __future__ import annotations

import pytest

from readiness.secret import brand_of, mask_cards, masked_card


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4111111111111111", "visa"),
        ("4222222222222", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223003122003222", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("30569309025904", "diners"),
        ("3530111333300000", "jcb"),
        ("6200000000000005", "unionpay"),
        ("6759649826438453", "maestro"),
    ],
)
def test_masks_each_brand(number: str, brand: str) -> None:
    assert brand_of(number) == brand
    assert mask_cards(f"paid with {number}.") == f"paid with {number[:6]}…{number[-4:]}."
    assert mask_cards(f"%22{number}%22 \\n{number}\\n") == f"%22{masked_card(number)}%22 \\n{masked_card(number)}\\n"
    changed = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert mask_cards(changed) == changed


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005", "3056 930902 5904"]
)
def test_masks_grouped_numbers(text: str) -> None:
    assert masked_card(text) is not None
    assert mask_cards(f"card:{text},") == f"card:{masked_card(text)},"


@pytest.mark.parametrize(
    "text",
    [
        "40000000-0000-4000-8000-000000000002",
        "12345678-4111-1111-1111-111111111111",
        "1732430000000",
        "1732430000000123456",
        "20261124062500123",
        "2026-11-24T06:25:00.4111111111Z",
        "deadbeef4111111111111111",
        "4111111111111111deadbeef",
        "0004111111111111111",
        "+49 151 23456789012",
        "411111…1111",
        "99999999999999999999999999",
    ],
)
def test_leaves_other_numbers_alone(text: str) -> None:
    assert mask_cards(text) == text


def test_a_text_around_a_number_is_no_card_number() -> None:
    assert masked_card("4111111111111111 ") == "411111…1111"
    assert masked_card("card 4111111111111111") is None
    assert masked_card("") is None
