"""The transaction operations: sale, authorisation, capture, reversal, settlement, and reads."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from readiness.emulator.core.account import Account
from readiness.emulator.core.amounts import Breakdown, to_cents
from readiness.emulator.core.binding import guid_parameter
from readiness.emulator.core.cards import APPROVED
from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.paging import page
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.routing import NEW, OLD, Call, Route
from readiness.emulator.core.sales import new_sale, refuse_duplicate
from readiness.emulator.core.transaction_queries import select
from readiness.emulator.core.transaction_records import TransactionRecord
from readiness.emulator.core.transaction_requests import (
    CaptureRequestDto,
    CreateTransactionRequestDto,
    ReversalRequestDto,
    SettleTransactionsRequestDto,
)

AUTHORIZATION_LIFE = 7 * 86_400
"""Virtual seconds after which an authorisation cannot be captured any more."""
MAX_RECORDS = 20_000
"""Transactions remembered; the oldest are forgotten first."""

Emit = Callable[[str, str, str, float], None]


class Transactions:
    """Transactions of one environment. `emit` is told event type, id, resource type and time."""

    def __init__(self, account: Account, randomness: Randomness, emit: Emit) -> None:
        self._account = account
        self._randomness = randomness
        self._emit = emit
        self._records: dict[str, TransactionRecord] = {}

    def ids(self) -> list[str]:
        """Of every transaction that is remembered, the oldest first."""
        return list(self._records)

    def routes(self) -> tuple[Route, ...]:
        """Where the operations stand."""
        base = "/v2/transactions"
        return (
            Route("POST", base, self.create),
            Route("GET", base, self.index, "List Transactions"),
            Route("GET", f"{base}/{{transactionId}}", self.show, "Get Transaction Details"),
            Route("POST", f"{base}/{{transactionId}}/capture", self.capture, "Ecommerce Capture"),
            Route("POST", f"{base}/{{transactionId}}/reversal", self.reverse),
            Route("POST", "/v2/settlements/batches/close", self.settle, "Submit Batch For Settlement", generations=NEW),
            Route("POST", "/v2/settlements/settle", self.settle, "Submit Batch For Settlement", generations=OLD),
        )

    def create(self, call: Call) -> Response:
        """A sale or an authorisation. A decline is a 200."""
        body = call.bind(CreateTransactionRequestDto, "transaction_request")
        record = new_sale(call, body, self._account, self._randomness)
        if call.settings.duplicate_check:
            refuse_duplicate(record, self._records.values())
        self._remember(record)
        self._announce(record, call.now)
        return self._answer(call, record)

    def _remember(self, record: TransactionRecord) -> None:
        self._records[record.transaction_id] = record
        if len(self._records) > MAX_RECORDS:
            del self._records[next(iter(self._records))]

    def _announce(self, record: TransactionRecord, now: float) -> None:
        family = "card" if record.method == "Card" else "ach"
        self._emit(f"transaction.{family}.{record.status.lower()}", record.transaction_id, "transaction", now)

    def _answer(self, call: Call, record: TransactionRecord) -> Response:
        return json_response(record.detail("G4") if call.generation == "G4" else record.receipt())

    def index(self, call: Call) -> Response:
        """Newest first unless sorted."""
        records = select(list(self._records.values()), call.request)
        wanted, rest = page(records, call.request, call.generation)
        return json_response({"items": [record.summary(call.generation) for record in wanted], **rest})

    def show(self, call: Call) -> Response:
        """One transaction."""
        return json_response(self._find(call).detail(call.generation))

    def _find(self, call: Call) -> TransactionRecord:
        transaction_id = guid_parameter("transactionId", call.parameters["transactionId"])
        record = self._records.get(transaction_id)
        if record is None:
            raise ApiError(404, f"Entity of type Transaction with id '{transaction_id}' was not found.")
        return record

    def capture(self, call: Call) -> Response:
        """Capture an authorisation, all of it or a part."""
        body = call.bind(CaptureRequestDto, "capture_request", optional=True)
        record = self._find(call)
        if record.status != "Authorized":
            raise ApiError(400, f"Transaction in status {record.status} cannot be captured.")
        if call.now - record.created_at >= AUTHORIZATION_LIFE:
            raise ApiError(402, "The authorization has expired.")
        amount = record.amount if body.capture_amount is None else to_cents(body.capture_amount)
        if not 0 < amount <= record.amount:
            text = "'Capture Amount' must be greater than 0 and not exceed the authorized amount."
            raise ApiError(400, text, errors={"CaptureAmount": [text]})
        record.amount = amount
        record.status = "Captured"
        record.note("Capture", amount, call.now)
        self._announce(record, call.now)
        return self._answer(call, record)

    def reverse(self, call: Call) -> Response:
        """Void what is not settled (all of it, whatever the amount says), refund what is."""
        body = call.bind(ReversalRequestDto, "reversal_request", optional=True)
        record = self._find(call)
        if record.status in {"Authorized", "Captured", "Scheduled"}:
            record.status = "Cancelled" if record.method == "ACH" else "Voided"
            record.note("Void", record.amount, call.now)
            self._announce(record, call.now)
            return self._answer(call, record)
        if record.status != "Settled":
            raise ApiError(400, f"Transaction in status {record.status} cannot be reversed.")
        return self._answer(call, self._refund(call, record, body.reversal_amount))

    def _refund(self, call: Call, record: TransactionRecord, wanted: Decimal | None) -> TransactionRecord:
        available = record.amount - record.refunded
        amount = available if wanted is None or record.method == "ACH" else to_cents(wanted)
        if not 0 < amount <= available:
            text = "'Reversal Amount' must be greater than 0 and not exceed the refundable amount."
            raise ApiError(400, text, errors={"ReversalAmount": [text]})
        record.refunded += amount
        if record.refunded == record.amount:
            record.status = "Refunded"
        record.note("Refund", amount, call.now)
        refund = TransactionRecord(
            transaction_id=new_uuid(self._randomness),
            created_at=call.now,
            type="Refund",
            status="Refunded",
            method=record.method,
            processor=record.processor,
            key=call.key,
            amount=amount,
            breakdown=Breakdown(amount),
            outcome=APPROVED,
            authorization=self._randomness(16).hex(),
            reference_id=record.reference_id,
            card=record.card,
            ach=record.ach,
            original_id=record.transaction_id,
        )
        refund.note("Refund", amount, call.now)
        self._remember(refund)
        self._announce(refund, call.now)
        return refund

    def settle(self, call: Call) -> Response:
        """Close the batch of one processor: what was captured is settled."""
        body = call.bind(SettleTransactionsRequestDto, "settle_request")
        known = {processor.processor_id for processor in self._account.processors(call.settings)}
        if body.payment_processor_id not in known:
            raise ApiError(404, "Entity of type PaymentProcessor was not found.")
        batch_id = new_uuid(self._randomness)
        for record in self._records.values():
            mine = record.processor.processor_id == body.payment_processor_id
            if mine and record.status in {"Captured", "Scheduled"}:
                record.status = "Settled"
                record.batch_id = batch_id
                record.note("Settle", record.amount, call.now)
        self._emit("settlement.batch.completed", batch_id, "settlementBatch", call.now)
        return json_response(
            {"status": "Approve", "processorResponseCode": "00", "message": "Batch settled successfully"}
        )
