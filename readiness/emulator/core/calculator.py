"""`calculate-amount`: what each way of payment would cost."""

from __future__ import annotations

from typing import Any

from readiness.emulator.core.amounts import Breakdown, break_down
from readiness.emulator.core.binding import decimal_parameter
from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.routing import NEW, OLD, Call, Route
from readiness.emulator.core.transaction_requests import CalculateAmountRequestDto, exclusive_errors

PATH = "/v2/transactions/calculate-amount"
PERMISSION = "Calculate Transaction Amount"


class Calculator:
    """The calculator; it keeps nothing."""

    def routes(self) -> tuple[Route, ...]:
        """A POST since G3, a GET before."""
        return (
            Route("POST", PATH, self.calculate, PERMISSION, generations=NEW),
            Route("GET", PATH, self.calculate_from_query, PERMISSION, generations=OLD),
        )

    def calculate(self, call: Call) -> Response:
        """Rates are raw percent."""
        body = call.bind(CalculateAmountRequestDto, "calculate_request")
        errors = exclusive_errors(body)
        if errors:
            raise ApiError(400, "One or more validation errors occurred.", errors=errors)
        parts = break_down(
            body.base_amount,
            discount_amount=body.discount_amount,
            discount_rate=body.discount_rate,
            surcharge_rate=body.surcharge_rate,
            tip_amount=body.tip_amount,
            tip_rate=body.tip_rate,
        )
        return _calculated(parts, body.pricing_type)

    def calculate_from_query(self, call: Call) -> Response:
        """Rates are fractions, and without a currency it breaks (seen live)."""
        request = call.request
        if request.parameter("currencyCode") is None:
            raise ApiError(500, "CurrencyId must be greater than 0")
        base = decimal_parameter(request, "baseAmount")
        if base is None:
            raise ApiError(400, "Validation failed", errors={"BaseAmount": ["'Base Amount' must not be empty."]})
        fractions = {name: decimal_parameter(request, name) for name in ("discountRate", "surchargeRate", "tipRate")}
        percents = {name: None if value is None else value * 100 for name, value in fractions.items()}
        parts = break_down(
            base,
            discount_rate=percents["discountRate"],
            surcharge_rate=percents["surchargeRate"],
            tip_amount=decimal_parameter(request, "tipAmount"),
            tip_rate=percents["tipRate"],
        )
        return _calculated(parts, None)


def _calculated(parts: Breakdown, pricing_type: str | None) -> Response:
    # Without zero-cost processing every way of payment costs the same.
    amounts: dict[str, Any] = {**parts.to_json(), "totalAmount": parts.total}
    return json_response(
        {
            "currencyCode": "USD",
            "zeroCostProcessingOption": "None",
            "pricingType": pricing_type,
            "cash": amounts,
            "creditCard": amounts,
            "debitCard": amounts,
            "ach": amounts,
        }
    )
