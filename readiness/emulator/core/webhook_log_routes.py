"""`/v2/webhooks/delivery-logs`: list, detail, export and manual retry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from readiness.emulator.core.binding import guid_parameter, integer_parameter
from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.messages import Response, encode, json_response
from readiness.emulator.core.paging import page
from readiness.emulator.core.routing import Call, Route
from readiness.emulator.core.webhook_delivery import DeliveryResult, PendingDelivery
from readiness.emulator.core.webhook_events import PING
from readiness.emulator.core.webhook_logs import DeliveryLog, to_csv
from readiness.emulator.core.webhook_sender import Endpoint, WebhookSender

PERMISSION = "Webhooks"

_NEW_FILTERS = {"endpointId": "endpoint_id", "eventType": "event_type", "deliveryLogStatus": "status"}
_OLD_FILTERS = {"webhookId": "endpoint_id", "eventType": "event_type", "status": "status"}


class DeliveryLogRoutes:
    """The operations on delivery logs; `find_endpoint` looks an endpoint up by its id."""

    def __init__(self, sender: WebhookSender, find_endpoint: Callable[[str], Endpoint | None]) -> None:
        self._sender = sender
        self._find_endpoint = find_endpoint

    def routes(self) -> tuple[Route, ...]:
        """Where the operations stand."""
        base = "/v2/webhooks/delivery-logs"
        return (
            Route("GET", base, self.index, PERMISSION),
            Route("GET", f"{base}/export", self.export, PERMISSION),
            Route("GET", f"{base}/{{deliveryLogId}}", self.show, PERMISSION),
            Route("POST", f"{base}/{{deliveryLogId}}/retry", self.retry, PERMISSION),
        )

    def index(self, call: Call) -> Response:
        """Newest first."""
        wanted, rest = page(self._matching(call), call.request, call.generation)
        return json_response({"items": [log.summary(call.generation) for log in wanted], **rest})

    def _matching(self, call: Call) -> list[DeliveryLog]:
        new = call.generation == "G4"
        filters = _NEW_FILTERS if new else _OLD_FILTERS
        code = integer_parameter(call.request, "endpointHTTPResponseCode" if new else "httpStatus", 0)
        return [
            log
            for log in reversed(list(self._sender.logs))
            if all(call.request.parameter(name) in (None, getattr(log, field)) for name, field in filters.items())
            and (code == 0 or (log.result is not None and log.result.status == code))
        ]

    def export(self, call: Call) -> Response:
        """All matching logs as a file, CSV or JSON."""
        rows: list[dict[str, Any]] = [log.summary(call.generation) for log in self._matching(call)]
        kind = (call.request.parameter("format") or "Csv").lower()
        if kind not in {"csv", "json"}:
            raise ApiError(400, "Validation failed", errors={"Format": ["'Format' must be Csv or Json."]})
        content_type = b"text/csv" if kind == "csv" else b"application/json"
        disposition = f"attachment; filename=delivery-logs.{kind}".encode()
        headers = ((b"content-type", content_type), (b"content-disposition", disposition))
        return Response(200, to_csv(rows) if kind == "csv" else encode(rows), headers)

    def show(self, call: Call) -> Response:
        """One attempt in full."""
        return json_response(self._found(call).detail(call.generation))

    def _found(self, call: Call) -> DeliveryLog:
        log_id = guid_parameter("deliveryLogId", call.parameters["deliveryLogId"])
        log = self._sender.logs.get(log_id)
        if log is None:
            raise ApiError(404, f"Entity of type WebhookDeliveryLog with id '{log_id}' was not found.")
        return log

    def retry(self, call: Call) -> PendingDelivery:
        """One more attempt of a failed delivery; only failures of events can be retried."""
        log = self._found(call)
        if log.event_type == PING:
            raise ApiError(400, "Ping deliveries are synthetic and not retryable")
        if log.status != "Failure":
            raise ApiError(400, f"Delivery in status {log.status} cannot be retried; only Failure is retryable.")
        endpoint = self._find_endpoint(log.endpoint_id)
        if endpoint is None:
            raise ApiError(404, f"Entity of type WebhookEndpoint with id '{log.endpoint_id}' was not found.")
        again = self._sender.attempt(
            endpoint, log.event_id, log.event_type, log.delivery.body, call.now, number=log.attempt + 1
        )

        def finish(result: DeliveryResult) -> Response:
            again.record(result)
            return json_response(again.detail(call.generation))

        return PendingDelivery(again.delivery, finish)
