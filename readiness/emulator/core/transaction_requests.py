"""Request bodies of the transaction operations, named as the newest contract names them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from readiness.emulator.core.amounts import Breakdown, break_down
from readiness.emulator.core.binding import Dto, Guid, Money, Rate
from readiness.emulator.core.errors import ApiError

MIN_YEAR, MAX_YEAR = 2000, 3000
Digits = Annotated[str, Field(pattern=r"^[0-9]+$", max_length=19)]


class PaymentMethodCardDetailsDto(Dto):
    """A card by its number."""

    card_number: Annotated[str, Field(pattern=r"^[0-9]{13,19}$")]
    security_code: Annotated[str, Field(pattern=r"^[0-9]{3,4}$")] | None = None
    expiration_month: Annotated[int, Field(ge=1, le=12)]
    expiration_year: Annotated[int, Field(ge=MIN_YEAR, le=MAX_YEAR)]


class CardDataDto(Dto):
    """How a card is charged: stored or new, captured at once or later."""

    capture_method: Literal["Auto", "Manual"] | None = "Auto"
    payment_method_id: Guid | None = None
    payment_method_details: PaymentMethodCardDetailsDto | None = None


class PaymentMethodAchDetailsDto(Dto):
    """A bank account."""

    routing_number: Annotated[str, Field(pattern=r"^[0-9]{9}$")]
    account_number: Digits
    tax_id: str | None = None
    account_holder_type: Literal["Business", "Personal"] = "Personal"
    account_type: Literal["Checking", "Savings"] = "Checking"


class AchDataDto(Dto):
    """How a bank account is debited."""

    sec_code: Literal["Web", "PPD", "CCD", "Telephone"] = "Web"
    requester_ip_address: Annotated[str, Field(min_length=1, max_length=45)]
    is_same_day_processing: bool | None = None
    payment_method_id: Guid | None = None
    payment_method_details: PaymentMethodAchDetailsDto | None = None


class TransactionDetailsDto(Dto):
    """Exactly one of card and ACH."""

    card_data: CardDataDto | None = None
    ach_data: AchDataDto | None = None


class ExtraAmountsDto(Dto):
    """What is added to or taken from the base amount."""

    tip_amount: Money | None = None
    tip_rate: Rate | None = None
    discount_amount: Money | None = None
    discount_rate: Rate | None = None
    surcharge_rate: Rate | None = None


class AddressDto(Dto):
    """An address."""

    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state_code: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


class ContactInfoDto(Dto):
    """Who pays."""

    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    email: str | None = None
    mobile_phone_number: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")] | None = None
    has_sms_consent: bool | None = None


class CreateTransactionRequestDto(Dto):
    """Body of `POST /v2/transactions`."""

    base_amount: Money
    payment_processor_id: Guid | None = None
    transaction_details: TransactionDetailsDto
    currency_code: str | None = "USD"
    reference_id: Annotated[str, Field(max_length=100)] | None = None
    is_customer_initiated_transaction: bool | None = None
    pricing_type: Literal["Card", "Cash"] | None = None
    extra_amounts: ExtraAmountsDto | None = None
    customer_id: Guid | None = None
    billing_address: AddressDto | None = None
    shipping_address: AddressDto | None = None
    contact_info: ContactInfoDto | None = None
    transaction_enhanced_data: dict[str, Any] | None = None

    def breakdown(self) -> Breakdown:
        """The amount in its parts."""
        extra = self.extra_amounts
        return break_down(self.base_amount) if extra is None else break_down(self.base_amount, **dict(extra))


class CalculateAmountRequestDto(ExtraAmountsDto):
    """Body of `POST /v2/transactions/calculate-amount`."""

    base_amount: Money
    currency_code: str | None = "USD"
    pricing_type: Literal["Card", "Cash"] | None = None


class CaptureRequestDto(Dto):
    """Body of a capture; without an amount all of it."""

    capture_amount: Money | None = None


class ReversalRequestDto(Dto):
    """Body of a reversal; the amount counts for partial refunds of settled card sales only."""

    reversal_amount: Money | None = None


class SettleTransactionsRequestDto(Dto):
    """Body of `POST /v2/settlements/batches/close`."""

    payment_processor_id: Guid


def check_sale(body: CreateTransactionRequestDto, now_year: int, now_month: int) -> None:
    """The rules that span fields. Raises ApiError(400) with all of them that are broken."""
    errors: dict[str, list[str]] = {}
    if body.base_amount <= 0:
        errors["BaseAmount"] = ["'Base Amount' must be greater than '0'."]
    if body.payment_processor_id is None:
        errors["PaymentProcessorId"] = ["PaymentProcessorId is required."]
    if body.currency_code not in {None, "USD"}:
        errors["CurrencyCode"] = ["Only USD is supported."]
    details = body.transaction_details
    if (details.card_data is None) == (details.ach_data is None):
        errors["TransactionDetails"] = ["Exactly one of CardData and AchData must be provided."]
    for name, part in (("CardData", details.card_data), ("AchData", details.ach_data)):
        if part is not None and (part.payment_method_id is None) == (part.payment_method_details is None):
            errors[f"TransactionDetails.{name}"] = [
                "Exactly one of PaymentMethodId and PaymentMethodDetails must be provided."
            ]
    card = details.card_data.payment_method_details if details.card_data else None
    if card is not None and (card.expiration_year, card.expiration_month) < (now_year, now_month):
        errors[""] = ["Card has expired"]
    if details.ach_data is not None and details.ach_data.payment_method_details is not None:
        errors |= _ach_errors(body)
    errors |= exclusive_errors(body.extra_amounts)
    if errors:
        raise ApiError(400, "One or more validation errors occurred.", errors=errors)


def exclusive_errors(extra: ExtraAmountsDto | None) -> dict[str, list[str]]:
    """Tip and discount are given as an amount or as a rate, not both."""
    if extra is None:
        return {}
    errors = {}
    if extra.tip_amount is not None and extra.tip_rate is not None:
        errors["TipRate"] = ["TipAmount and TipRate are mutually exclusive."]
    if extra.discount_amount is not None and extra.discount_rate is not None:
        errors["DiscountRate"] = ["DiscountAmount and DiscountRate are mutually exclusive."]
    return errors


def _ach_errors(body: CreateTransactionRequestDto) -> dict[str, list[str]]:
    address = body.billing_address
    errors: dict[str, list[str]] = {}
    if address is None:
        errors["BillingAddress"] = ["'Billing Address' must not be empty."]
    else:
        for name in ("city", "state_code", "postal_code"):
            if not getattr(address, name):
                key = name.title().replace("_", "")
                errors[f"BillingAddress.{key}"] = [f"'{name.replace('_', ' ').title()}' must not be empty."]
        if address.country_code not in {"US", "CA", "PR"}:
            errors["BillingAddress.CountryCode"] = ["'Country Code' must be US, CA or PR."]
    if body.contact_info is None:
        errors["ContactInfo"] = ["'Contact Info' must not be empty."]
    return errors
