from __future__ import annotations

import pytest

from readiness.emulator.core import cards


@pytest.mark.parametrize("number", cards.SANDBOX_CARDS)
def test_documented_numbers_are_card_numbers(number: str) -> None:
    assert cards.brand(number) == "Visa"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("5555555555554444", "MasterCard"),
        ("378282246310005", "AmericanExpress"),
        ("6011111111111117", "Discover"),
        ("30569309025904", "DinersClub"),
        ("3530111333300000", "JCB"),
        ("4000000010990008", None),
        ("4111111111111112", None),
    ],
)
def test_brands(number: str, name: str | None) -> None:
    assert cards.brand(number) == name


def test_a_mask_shows_first_six_and_last_four() -> None:
    assert cards.masked("4000000010510008") == "400000******0008"


@pytest.mark.parametrize(
    ("number", "processor", "verdict", "code"),
    [
        ("4000000010050005", "SandboxCard", "declined", "05"),
        ("4000000020960003", "SandboxCard", "failed", "96"),
        ("5555555555554444", "SandboxCard", "approved", "00"),
        ("4111111111111111", "Tsys", "declined", "DeclineBinNotFound"),
        ("5555555555554444", "Tsys", "declined", "DeclineBinNotFound"),
        ("4012000098765439", "Tsys", "approved", "00"),
    ],
)
def test_outcomes(number: str, processor: str, verdict: str, code: str) -> None:
    outcome = cards.outcome(number, processor)  # type: ignore[arg-type] # parametrised literals
    assert (outcome.verdict, outcome.code) == (verdict, code)
