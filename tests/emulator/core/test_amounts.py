from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.emulator.core.amounts import break_down, to_cents


def test_rates_are_percents_of_what_the_discount_leaves() -> None:
    parts = break_down(Decimal(100), discount_rate=Decimal(10), surcharge_rate=Decimal("2.5"), tip_rate=Decimal(20))
    assert (parts.discount, parts.surcharge, parts.tip) == (Decimal(10), Decimal("2.25"), Decimal(18))
    assert parts.total == Decimal("110.25")


def test_an_amount_gives_its_rate() -> None:
    parts = break_down(Decimal(80), discount_amount=Decimal(20), tip_amount=Decimal(6))
    assert (parts.discount_rate, parts.tip_rate, parts.total) == (Decimal(25), Decimal(10), Decimal(66))


def test_nothing_of_nothing() -> None:
    assert break_down(Decimal(0), tip_amount=Decimal(3)).total == Decimal(3)


@pytest.mark.parametrize(("amount", "cents"), [("0.005", "0.01"), ("1.004", "1.00"), ("2.675", "2.68")])
def test_rounding_is_half_up(amount: str, cents: str) -> None:
    assert to_cents(Decimal(amount)) == Decimal(cents)


@given(
    st.decimals(0, 1_000_000, places=2),
    st.decimals(0, 100, places=2),
    st.decimals(0, 100, places=2),
    st.decimals(0, 100, places=2),
)
def test_the_parts_add_up_to_whole_cents(base: Decimal, discount: Decimal, surcharge: Decimal, tip: Decimal) -> None:
    parts = break_down(base, discount_rate=discount, surcharge_rate=surcharge, tip_rate=tip)
    assert parts.total == parts.base - parts.discount + parts.surcharge + parts.tip
    assert parts.total == to_cents(parts.total)
    assert parts.total >= 0
