"""Delivery logs: one record for each attempt, and what can be read of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from readiness.emulator.core.clock import timestamp
from readiness.emulator.core.contract import outgoing
from readiness.emulator.core.webhook_delivery import Delivery, DeliveryResult
from readiness.emulator.settings import Generation

MAX_LOGS = 5_000
"""Attempts remembered; the oldest are forgotten first."""


@dataclass(slots=True)
class DeliveryLog:
    """One attempt. `Pending` is undocumented but was seen live."""

    log_id: str
    endpoint_id: str
    endpoint_name: str
    event_id: str
    event_type: str
    delivery: Delivery
    created_at: float
    attempt: int = 1
    status: Literal["Pending", "Success", "Failure"] = "Pending"
    result: DeliveryResult | None = None

    def record(self, result: DeliveryResult) -> None:
        """Note how it went."""
        self.result = result
        self.status = "Success" if result.delivered else "Failure"

    @property
    def error(self) -> str | None:
        """Why it failed, in words."""
        if self.result is None or self.result.delivered:
            return None
        return self.result.error or f"The endpoint answered {self.result.status}."

    def summary(self, generation: Generation) -> dict[str, Any]:
        """The list item."""
        result = self.result
        return outgoing(
            generation,
            "delivery_log",
            {
                "deliveryLogId": self.log_id,
                "endpointId": self.endpoint_id,
                "endpointName": self.endpoint_name,
                "endpointUrl": self.delivery.url,
                "eventId": self.event_id,
                "eventType": self.event_type,
                "attemptNumber": self.attempt,
                "deliveryLogStatus": self.status,
                "endpointHTTPResponseCode": None if result is None else result.status,
                "roundTripDurationMs": 0 if result is None else result.duration_ms,
                "errorMessage": self.error,
                "createdOn": timestamp(self.created_at),
            },
        )

    def detail(self, generation: Generation) -> dict[str, Any]:
        """Everything, with what was sent and what came back."""
        result = self.result
        return {
            **self.summary(generation),
            "requestHeaders": dict(self.delivery.headers),
            "requestBody": self.delivery.body.decode(),
            "responseHeaders": None if result is None else dict(result.headers),
            "responseBody": None if result is None else result.body,
            "nextRetryAt": None,
        }


class DeliveryLogs:
    """The attempts of one environment."""

    def __init__(self) -> None:
        self._logs: dict[str, DeliveryLog] = {}

    def __iter__(self) -> Iterator[DeliveryLog]:
        return iter(self._logs.values())

    def add(self, log: DeliveryLog) -> None:
        """Remember an attempt."""
        self._logs[log.log_id] = log
        if len(self._logs) > MAX_LOGS:
            del self._logs[next(iter(self._logs))]

    def get(self, log_id: str) -> DeliveryLog | None:
        """The attempt with that id."""
        return self._logs.get(log_id)


def to_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Log summaries as CSV with a header line."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue().encode()
