"""Filters and order of the transaction list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from readiness.emulator.core.binding import decimal_parameter, invalid_parameter
from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.messages import Request
from readiness.emulator.core.transaction_records import TransactionRecord

_SORT_KEYS: dict[str, Callable[[TransactionRecord], float]] = {
    "transactionDateTime": lambda record: record.created_at,
    "processedAmount": lambda record: float(record.amount),
}


def select(records: Sequence[TransactionRecord], request: Request) -> list[TransactionRecord]:
    """The records that a list request asks for. Raises BindingError or ApiError(400) for an invalid parameter."""
    chosen = [record for record in records if _wanted(record, request)]
    chosen = _within(chosen, request)
    sort_by = request.parameter("sortBy")
    if sort_by is None:
        return chosen[::-1]
    if sort_by not in _SORT_KEYS:
        raise ApiError(400, "SortBy is not valid", errors={"SortBy": [f"'{sort_by}' is not a sortable field."]})
    descending = (request.parameter("sortOrder") or "Asc").lower() == "desc"
    return sorted(chosen, key=_SORT_KEYS[sort_by], reverse=descending)


def _wanted(record: TransactionRecord, request: Request) -> bool:
    values = {
        "transactionStatus": record.status,
        "paymentMethodType": record.method,
        "referenceId": record.reference_id,
        "customerId": record.customer_id,
        "batchId": record.batch_id,
        "sourceId": record.key.client_id,
    }
    return all(request.parameter(name) in (None, value) for name, value in values.items())


def _within(records: list[TransactionRecord], request: Request) -> list[TransactionRecord]:
    low, high = decimal_parameter(request, "minAmount"), decimal_parameter(request, "maxAmount")
    start, end = _date(request, "fromDate"), _date(request, "toDate")
    return [
        record
        for record in records
        if (low is None or record.amount >= low)
        and (high is None or record.amount <= high)
        and (start is None or record.created_at >= start)
        and (end is None or record.created_at <= end)
    ]


def _date(request: Request, name: str) -> float | None:
    text = request.parameter(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_parameter(name, text) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
