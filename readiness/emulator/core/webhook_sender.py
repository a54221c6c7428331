"""Makes deliveries: signs events for the endpoints that subscribed, and logs each attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from readiness.emulator.core.messages import Response
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.webhook_delivery import Delivery, DeliveryResult, PendingDelivery, sign
from readiness.emulator.core.webhook_events import PING, thin_body
from readiness.emulator.core.webhook_logs import DeliveryLog, DeliveryLogs


@dataclass(slots=True)
class Endpoint:
    """A registered webhook endpoint."""

    endpoint_id: str
    name: str
    url: str
    event_types: tuple[str, ...]
    secret: str
    created_at: float
    modified_at: float
    status: str = "Active"


@dataclass(slots=True)
class WebhookSender:
    """Signs and logs; the server sends. `wire_time` gives the seconds that go into the timestamp header.

    One attempt is made: the vendor retries failures by itself, but on a schedule that is not published.
    """

    randomness: Randomness
    wire_time: Callable[[], float]
    logs: DeliveryLogs
    pending: list[PendingDelivery] = field(default_factory=list)

    def take_pending(self) -> list[PendingDelivery]:
        """The deliveries to make now."""
        taken, self.pending = self.pending, []
        return taken

    def queue(self, endpoint: Endpoint, event_type: str, object_id: str, resource_type: str, now: float) -> None:
        """Deliver an event to an endpoint, without anybody waiting."""
        event_id = new_uuid(self.randomness)
        body = thin_body(event_id, event_type, int(self.wire_time()), object_id, resource_type)
        log = self.attempt(endpoint, event_id, event_type, body, now)

        def finish(result: DeliveryResult) -> Response:
            # An endpoint switched to Inactive meanwhile makes no difference: the attempt was under way.
            log.record(result)
            return Response(200)

        self.pending.append(PendingDelivery(log.delivery, finish))

    def ping(self, endpoint: Endpoint, now: float) -> DeliveryLog:
        """A synthetic event, for whatever status the endpoint has."""
        event_id = new_uuid(self.randomness)
        body = thin_body(event_id, PING, int(self.wire_time()), endpoint.endpoint_id, "webhookEndpoint")
        return self.attempt(endpoint, event_id, PING, body, now)

    def attempt(
        self, endpoint: Endpoint, event_id: str, event_type: str, body: bytes, now: float, *, number: int = 1
    ) -> DeliveryLog:
        """A signed delivery with its log, not yet sent."""
        stamp = str(int(self.wire_time()))
        headers = (
            ("Content-Type", "application/json"),
            ("Flute-Webhook-ID", event_id),
            ("Flute-Webhook-Timestamp", stamp),
            ("Flute-Webhook-Signature", sign(endpoint.secret, event_id, stamp, body)),
        )
        log = DeliveryLog(
            log_id=new_uuid(self.randomness),
            endpoint_id=endpoint.endpoint_id,
            endpoint_name=endpoint.name,
            event_id=event_id,
            event_type=event_type,
            delivery=Delivery(endpoint.url, headers, body),
            created_at=now,
            attempt=number,
        )
        self.logs.add(log)
        return log
