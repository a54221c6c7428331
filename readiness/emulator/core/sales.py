"""Makes a transaction of a sale request: which processor, which card, which outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from readiness.emulator.core import cards
from readiness.emulator.core.account import Account, Processor
from readiness.emulator.core.errors import ApiError, BareError
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.routing import Call
from readiness.emulator.core.transaction_records import TransactionRecord, TransactionStatus
from readiness.emulator.core.transaction_requests import (
    AchDataDto,
    CardDataDto,
    CreateTransactionRequestDto,
    PaymentMethodAchDetailsDto,
    PaymentMethodCardDetailsDto,
    check_sale,
)

DUPLICATE_WINDOW = 600
"""Seconds for the optional duplicate check; unpublished, taken from the PHP SDK's fixtures."""


def new_sale(
    call: Call, body: CreateTransactionRequestDto, account: Account, randomness: Randomness
) -> TransactionRecord:
    """The transaction that the request makes, declined ones too. Raises VendorError if it makes none."""
    today = datetime.fromtimestamp(call.now, UTC)
    check_sale(body, today.year, today.month)
    processor = _processor(call, body, account)
    card, ach = body.transaction_details.card_data, body.transaction_details.ach_data
    if card is not None and card.payment_method_details is not None:
        record = _record(call, body, processor, randomness, _card_outcome(call, card.payment_method_details, processor))
        _charge_card(call, body, record, card, card.payment_method_details)
    elif ach is not None and ach.payment_method_details is not None:
        record = _record(call, body, processor, randomness, cards.APPROVED)
        _debit_account(record, ach, ach.payment_method_details)
    else:
        raise ApiError(404, "Entity of type PaymentMethod was not found.")
    record.note(record.type, record.amount, call.now)
    return record


def _processor(call: Call, body: CreateTransactionRequestDto, account: Account) -> Processor:
    processors = account.processors(call.settings)
    wants_card = body.transaction_details.card_data is not None
    if wants_card and not any(processor.takes_cards for processor in processors):
        raise ApiError(400, "No active Card processor found for merchant")
    for processor in processors:
        if processor.processor_id == body.payment_processor_id:
            if processor.takes_cards != wants_card:
                raise BareError(400)
            return processor
    raise ApiError(400, "Payment processor was not found.", errors={"PaymentProcessorId": ["Unknown processor."]})


def _card_outcome(call: Call, card: PaymentMethodCardDetailsDto, processor: Processor) -> cards.Outcome:
    if cards.brand(card.card_number) is None:
        text = "Card number is invalid"
        raise ApiError(400, text, errors={"TransactionDetails.CardData.PaymentMethodDetails.CardNumber": [text]})
    return cards.AVS_DENIED if call.settings.avs_denies else cards.outcome(card.card_number, processor.type)


def _charge_card(
    call: Call,
    body: CreateTransactionRequestDto,
    record: TransactionRecord,
    data: CardDataDto,
    card: PaymentMethodCardDetailsDto,
) -> None:
    manual = data.capture_method == "Manual"
    statuses: dict[cards.Verdict, TransactionStatus] = {
        "approved": "Authorized" if manual else "Captured",
        "declined": "Declined",
        "failed": "Failed",
    }
    record.type = "Authorization" if manual else "Sale"
    record.status = statuses[record.outcome.verdict]
    record.card = {
        "cardBrand": cards.brand(card.card_number),
        "cardDataSource": "Internet",
        "cardProcessedAsType": "Credit",
        "cardType": "Credit",
        "maskedCardNumber": cards.masked(card.card_number),
        "paymentMethodId": None,
    }
    if call.settings.avs_denies:
        record.avs = {"action": "Deny", "responseCode": "N", "description": "No match"}
    elif body.billing_address is not None:
        record.avs = {"action": "Allow", "responseCode": "Y", "description": "Address and ZIP match"}


def _debit_account(record: TransactionRecord, ach: AchDataDto, details: PaymentMethodAchDetailsDto) -> None:
    record.method = "ACH"
    record.status = "Scheduled"
    record.ach = {
        "maskedAccountNumber": "*" * max(len(details.account_number) - 4, 0) + details.account_number[-4:],
        "accountRoutingNumber": "*****" + details.routing_number[-4:],
        "accountType": details.account_type,
        "accountHolderType": details.account_holder_type,
        "secCode": ach.sec_code,
        "isSameDayProcessing": bool(ach.is_same_day_processing),
    }


def _record(
    call: Call,
    body: CreateTransactionRequestDto,
    processor: Processor,
    randomness: Randomness,
    outcome: cards.Outcome,
) -> TransactionRecord:
    breakdown = body.breakdown()
    return TransactionRecord(
        transaction_id=new_uuid(randomness),
        created_at=call.now,
        type="Sale",
        status="Captured",
        method="Card",
        processor=processor,
        key=call.key,
        amount=breakdown.total,
        breakdown=breakdown,
        outcome=outcome,
        authorization=randomness(16).hex(),
        reference_id=body.reference_id,
        customer_id=body.customer_id,
        pricing_type=body.pricing_type,
    )


def refuse_duplicate(record: TransactionRecord, others: Iterable[TransactionRecord]) -> None:
    """The per-merchant option: same amount, type, card and reference within the window. Raises ApiError(400)."""
    for other in others:
        recent = record.created_at - other.created_at < DUPLICATE_WINDOW
        same = (other.amount, other.type, other.reference_id) == (record.amount, record.type, record.reference_id)
        if recent and same and other.card == record.card:
            raise ApiError(400, "Duplicate transaction", errors={"IsDuplicate": ["Duplicate transaction"]})
