"""A transaction as the emulator remembers it, and as the contract generations show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from readiness.emulator.core.account import Processor
from readiness.emulator.core.amounts import ZERO, Breakdown
from readiness.emulator.core.cards import Outcome
from readiness.emulator.core.clock import timestamp
from readiness.emulator.core.contract import outgoing
from readiness.emulator.core.keys import ApiKey
from readiness.emulator.settings import Generation

TransactionStatus = Literal[
    "Authorized", "Captured", "Voided", "Refunded", "Settled", "Scheduled", "Cancelled", "Declined", "Failed"
]


@dataclass(slots=True)
class TransactionRecord:
    """One transaction. Amounts are decimal dollars, times virtual seconds since the epoch."""

    transaction_id: str
    created_at: float
    type: str
    status: TransactionStatus
    method: Literal["Card", "ACH"]
    processor: Processor
    key: ApiKey
    amount: Decimal
    breakdown: Breakdown
    outcome: Outcome
    authorization: str
    reference_id: str | None = None
    customer_id: str | None = None
    pricing_type: str | None = None
    card: dict[str, Any] | None = None
    ach: dict[str, Any] | None = None
    avs: dict[str, Any] | None = None
    batch_id: str | None = None
    original_id: str | None = None
    refunded: Decimal = ZERO
    events: list[dict[str, Any]] = field(default_factory=list)

    def note(self, kind: str, amount: Decimal, now: float) -> None:
        """Add to `transactionEvents`."""
        self.events.append(
            {
                "amount": amount,
                "dateTime": timestamp(now),
                "declineDetails": self._decline(),
                "originalTransactionId": self.original_id,
                "status": self.status,
                "type": kind,
            }
        )

    def _decline(self) -> dict[str, str] | None:
        if self.outcome.verdict == "approved":
            return None
        return {"code": self.outcome.code, "message": self.outcome.message}

    def summary(self, generation: Generation) -> dict[str, Any]:
        """The list item; what only the detail has is absent, not null."""
        summary = {
            "transactionId": self.transaction_id,
            "transactionDateTime": timestamp(self.created_at),
            "transactionStatus": self.status,
            "transactionType": self.type,
            "paymentMethodType": self.method,
            "referenceId": self.reference_id,
            "processedAmount": self.amount,
            "currencyCode": "USD",
            "amountBreakdown": self.breakdown.to_json(),
            "cardDetails": self.card,
            "cardTokenType": "Local" if self.card else None,
            "achDetails": self.ach,
            "batchId": self.batch_id,
            "customerId": self.customer_id,
            "merchantId": self.key.merchant_id,
            "paymentProcessorId": self.processor.processor_id,
            "pricingType": self.pricing_type,
            "processorDetails": self._processor_details(),
            "source": {"sourceId": self.key.client_id, "sourceName": self.key.name, "sourceType": "ApiKey"},
        }
        return outgoing(generation, "transaction", summary)

    def _processor_details(self) -> dict[str, str | None]:
        approved = self.outcome.verdict == "approved"
        return {
            "authCode": self.authorization[:6].upper() if approved else None,
            "mid": "932129304958123",
            "rrn": self.authorization,
            "tid": "6095275263",
        }

    def detail(self, generation: Generation) -> dict[str, Any]:
        """What get and every action answer."""
        refundable = None
        if self.type in {"Sale", "Authorization"} and self.status in {"Captured", "Settled", "Refunded"}:
            refundable = {
                "refundedAmount": self.refunded,
                "availableRefundAmount": self.amount - self.refunded,
            }
        return {
            **self.summary(generation),
            "addressVerificationServiceResponse": self.avs,
            "declineDetails": self._decline(),
            "originalTransactionId": self.original_id,
            "refundDetails": refundable,
            "transactionEvents": self.events,
        }

    def receipt(self) -> dict[str, Any]:
        """What G1 and G2 answer to create, capture and reversal."""
        breakdown = self.breakdown.to_json()
        statuses = {"Declined": "Declined", "Failed": "Failed", "Authorized": "Pending", "Scheduled": "Pending"}
        return {
            "transactionId": self.transaction_id,
            "transactionStatus": statuses.get(self.status, "Approved"),
            "processedAmount": self.amount,
            "currencyCode": "USD",
            "amountDetails": {
                name: breakdown[name] for name in ("baseAmount", "tipAmount", "surchargeAmount", "discountAmount")
            },
            "processorResponse": {
                "processorName": self.processor.type,
                "responseCode": self.outcome.code,
                "responseMessage": self.outcome.message,
                "responseDefinition": None,
            },
            "responseDetails": self._decline(),
            "avsResponse": self.avs,
            "receipt": None,
        }
