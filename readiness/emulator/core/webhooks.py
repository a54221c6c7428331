"""`/v2/webhooks/endpoints` and `/v2/webhooks/event-types`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from readiness.emulator.core.binding import Dto, guid_parameter
from readiness.emulator.core.clock import timestamp
from readiness.emulator.core.contract import outgoing
from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.keys import ApiKey
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.paging import page
from readiness.emulator.core.randomness import Randomness, new_hex, new_uuid
from readiness.emulator.core.routing import NEW, OLD, Call, Route
from readiness.emulator.core.webhook_delivery import DeliveryResult, PendingDelivery
from readiness.emulator.core.webhook_events import GROUP_BY_TYPE, SINCE_G3
from readiness.emulator.core.webhook_sender import Endpoint, WebhookSender

PERMISSION = "Webhooks"


def _event_type(value: str) -> str:
    if value not in GROUP_BY_TYPE:
        raise PydanticCustomError("dotnet_type", "Arise.IsvApiBff.Contracts.v2.WebhookEventType")
    return value


EventTypes = list[Annotated[str, AfterValidator(_event_type)]]


class CreateWebhookEndpointIsvRequestDto(Dto):
    """Body of `POST /v2/webhooks/endpoints`, and of the PUT of older generations."""

    endpoint_name: Annotated[str, Field(min_length=1, max_length=255)]
    endpoint_url: Annotated[str, Field(min_length=1, max_length=2048)]
    event_types: Annotated[EventTypes, Field(min_length=1)]
    endpoint_status: Literal["Active", "Inactive"] | None = None


class UpdateWebhookEndpointIsvRequestDto(Dto):
    """Body of the merge patch: what is absent stays, the event list is replaced wholesale."""

    endpoint_name: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    endpoint_url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    event_types: Annotated[EventTypes, Field(min_length=1)] | None = None
    endpoint_status: Literal["Active", "Inactive"] | None = None


class Webhooks:
    """Endpoints of one environment, and the events they are told of."""

    def __init__(self, randomness: Randomness, sender: WebhookSender) -> None:
        self._randomness = randomness
        self._sender = sender
        self._endpoints: dict[str, Endpoint] = {}

    def routes(self) -> tuple[Route, ...]:
        """Where the operations stand."""
        base = "/v2/webhooks/endpoints"
        one = f"{base}/{{endpointId}}"
        return (
            Route("GET", base, self.index, PERMISSION),
            Route("POST", base, self.create, PERMISSION),
            Route("GET", one, self.show, PERMISSION),
            Route("PATCH", one, self.patch, PERMISSION, generations=NEW),
            Route("PUT", one, self.replace, PERMISSION, generations=OLD),
            Route("DELETE", one, self.delete, PERMISSION),
            Route("POST", f"{one}/ping", self.ping, PERMISSION),
            Route("GET", "/v2/webhooks/event-types", self.event_types, PERMISSION),
        )

    def emit(self, event_type: str, object_id: str, resource_type: str, now: float) -> None:
        """Tell every active endpoint that subscribed."""
        for endpoint in self._endpoints.values():
            if endpoint.status == "Active" and event_type in endpoint.event_types:
                self._sender.queue(endpoint, event_type, object_id, resource_type, now)

    def emit_key_event(self, event_type: str, key: ApiKey, now: float) -> None:
        """Tell of a key that came or went."""
        self.emit(event_type, key.client_id, "apiKey", now)

    def holds_secret(self, text: str) -> bool:
        """Whether the text is the secret of an endpoint."""
        return any(endpoint.secret == text for endpoint in self._endpoints.values())

    def find(self, endpoint_id: str) -> Endpoint | None:
        """The endpoint with that id."""
        return self._endpoints.get(endpoint_id)

    def create(self, call: Call) -> Response:
        """The secret stands in this answer and nowhere else."""
        body = call.bind(CreateWebhookEndpointIsvRequestDto, "webhook_endpoint")
        _check(call, body.endpoint_url, body.event_types)
        endpoint = Endpoint(
            endpoint_id=new_uuid(self._randomness),
            name=body.endpoint_name,
            url=body.endpoint_url,
            event_types=tuple(body.event_types),
            secret=new_hex(self._randomness),
            created_at=call.now,
            modified_at=call.now,
        )
        self._endpoints[endpoint.endpoint_id] = endpoint
        created = "createdOn" if call.generation == "G4" else "createdAt"
        shown = {
            "endpointId": endpoint.endpoint_id,
            "endpointName": endpoint.name,
            "endpointUrl": endpoint.url,
            "endpointStatus": endpoint.status,
            "eventTypes": list(endpoint.event_types),
            "hmacSecret": endpoint.secret,
            created: timestamp(endpoint.created_at),
        }
        return json_response(outgoing(call.generation, "webhook_endpoint", shown))

    def index(self, call: Call) -> Response:
        """All endpoints; pages since the newest contract."""
        if call.generation != "G4":
            return json_response({"data": [_shown(endpoint, call) for endpoint in self._matching(call, "name")]})
        endpoints = self._sorted(call, self._matching(call, "search"))
        wanted, rest = page(endpoints, call.request, call.generation)
        return json_response({"items": [_shown(endpoint, call) for endpoint in wanted], **rest})

    def _matching(self, call: Call, text_parameter: str) -> list[Endpoint]:
        status = call.request.parameter("endpointStatus")
        url = call.request.parameter("endpointUrl") if call.generation != "G4" else None
        text = (call.request.parameter(text_parameter) or "").lower()
        return [
            endpoint
            for endpoint in self._endpoints.values()
            if status in (None, endpoint.status) and url in (None, endpoint.url) and text in endpoint.name.lower()
        ]

    def _sorted(self, call: Call, endpoints: Sequence[Endpoint]) -> list[Endpoint]:
        descending = (call.request.parameter("sortOrder") or "Desc").lower() == "desc"
        if call.request.parameter("sortBy") == "endpointName":
            return sorted(endpoints, key=lambda endpoint: endpoint.name, reverse=descending)
        return sorted(endpoints, key=lambda endpoint: endpoint.created_at, reverse=descending)

    def show(self, call: Call) -> Response:
        """One endpoint, without its secret."""
        return json_response(_shown(self._found(call), call))

    def _found(self, call: Call) -> Endpoint:
        endpoint_id = guid_parameter("endpointId", call.parameters["endpointId"])
        endpoint = self._endpoints.get(endpoint_id)
        if endpoint is None:
            raise ApiError(404, f"Entity of type WebhookEndpoint with id '{endpoint_id}' was not found.")
        return endpoint

    def patch(self, call: Call) -> Response:
        """Change what is given."""
        endpoint = self._found(call)
        return self._change(call, endpoint, call.bind(UpdateWebhookEndpointIsvRequestDto, "webhook_endpoint"))

    def replace(self, call: Call) -> Response:
        """Full replacement of older generations."""
        endpoint = self._found(call)
        return self._change(call, endpoint, call.bind(CreateWebhookEndpointIsvRequestDto, "webhook_endpoint"))

    def _change(
        self,
        call: Call,
        endpoint: Endpoint,
        body: UpdateWebhookEndpointIsvRequestDto | CreateWebhookEndpointIsvRequestDto,
    ) -> Response:
        url = endpoint.url if body.endpoint_url is None else body.endpoint_url
        event_types = endpoint.event_types if body.event_types is None else tuple(body.event_types)
        _check(call, url, event_types)
        endpoint.url = url
        endpoint.event_types = event_types
        endpoint.name = body.endpoint_name or endpoint.name
        endpoint.status = body.endpoint_status or endpoint.status
        endpoint.modified_at = call.now
        return json_response(_shown(endpoint, call))

    def delete(self, call: Call) -> Response:
        """Forget the endpoint; its logs stay."""
        del self._endpoints[self._found(call).endpoint_id]
        return Response(200 if call.generation == "G4" else 204)

    def ping(self, call: Call) -> PendingDelivery:
        """Deliver a ping and wait for it. The answer is 200 even if that failed: `isDelivered` decides."""
        log = self._sender.ping(self._found(call), call.now)

        def finish(result: DeliveryResult) -> Response:
            log.record(result)
            shown = {
                "isDelivered": result.delivered,
                "endpointHTTPResponseCode": result.status,
                "roundTripDurationMs": result.duration_ms,
                "errorMessage": log.error,
            }
            return json_response(outgoing(call.generation, "ping", shown))

        return PendingDelivery(log.delivery, finish)

    def event_types(self, call: Call) -> Response:
        """What can be subscribed to."""
        new = call.generation == "G4"
        items: list[dict[str, Any]] = []
        for name, group in GROUP_BY_TYPE.items():
            if not new and name in SINCE_G3:
                continue
            item = {"eventType": name, "description": f"{group}: {name}", "group": group}
            items.append(item if new else {**outgoing(call.generation, "event_type", item), "name": name})
        return json_response({"items" if new else "data": items})


def _check(call: Call, url: str, event_types: Sequence[str]) -> None:
    errors: dict[str, list[str]] = {}
    schemes = {"https", "http"} if call.settings.http_webhook_endpoints else {"https"}
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        errors["EndpointUrl"] = ["'Endpoint Url' must be a valid HTTPS URL."]
    if len(set(event_types)) != len(event_types):
        errors["EventTypes"] = ["'Event Types' must not contain duplicates."]
    if errors:
        raise ApiError(400, "One or more validation errors occurred.", errors=errors)


def _shown(endpoint: Endpoint, call: Call) -> dict[str, Any]:
    shown = {
        "endpointId": endpoint.endpoint_id,
        "endpointName": endpoint.name,
        "endpointUrl": endpoint.url,
        "endpointStatus": endpoint.status,
        "eventTypes": list(endpoint.event_types),
        "createdOn": timestamp(endpoint.created_at),
        "modifiedOn": timestamp(endpoint.modified_at),
    }
    return outgoing(call.generation, "webhook_endpoint", shown)
