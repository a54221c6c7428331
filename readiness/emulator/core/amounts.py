"""Arithmetic of an amount: base, discount, tip and surcharge, in decimal dollars and raw percent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)


def to_cents(amount: Decimal) -> Decimal:
    """Rounded to two places, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An amount in its parts. The surcharge is a percent of the base after the discount (spec: ExtraAmountsDto)."""

    base: Decimal
    discount: Decimal = ZERO
    discount_rate: Decimal = ZERO
    surcharge: Decimal = ZERO
    surcharge_rate: Decimal = ZERO
    tip: Decimal = ZERO
    tip_rate: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What is charged."""
        return self.base - self.discount + self.surcharge + self.tip

    def to_json(self) -> dict[str, Any]:
        """`amountBreakdown` of the newest generation."""
        return {
            "baseAmount": self.base,
            "discountAmount": self.discount,
            "discountRate": self.discount_rate,
            "surchargeAmount": self.surcharge,
            "surchargeRate": self.surcharge_rate,
            "tipAmount": self.tip,
            "tipRate": self.tip_rate,
        }


def break_down(
    base: Decimal,
    *,
    discount_amount: Decimal | None = None,
    discount_rate: Decimal | None = None,
    surcharge_rate: Decimal | None = None,
    tip_amount: Decimal | None = None,
    tip_rate: Decimal | None = None,
) -> Breakdown:
    """The parts of an amount; of amount and rate at most one is given, the other is derived."""
    base = to_cents(base)
    discount, discount_percent = _part(base, discount_amount, discount_rate)
    after_discount = base - discount
    surcharge, surcharge_percent = _part(after_discount, None, surcharge_rate)
    tip, tip_percent = _part(after_discount, tip_amount, tip_rate)
    return Breakdown(base, discount, discount_percent, surcharge, surcharge_percent, tip, tip_percent)


def _part(whole: Decimal, amount: Decimal | None, rate: Decimal | None) -> tuple[Decimal, Decimal]:
    if rate is not None:
        return to_cents(whole * rate / 100), rate
    if amount is None or whole == 0:
        return to_cents(amount or ZERO), ZERO
    return to_cents(amount), to_cents(amount * 100 / whole)
