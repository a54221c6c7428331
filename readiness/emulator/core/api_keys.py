"""`/v2/api-keys`: a partner creates, lists and deletes keys of its merchants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from readiness.emulator.core.binding import Dto, Guid, guid_parameter
from readiness.emulator.core.contract import outgoing
from readiness.emulator.core.errors import ApiError, BindingError
from readiness.emulator.core.keys import ApiKey, KeyStore
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.routing import Call, Route

PERMISSION = "General Configurations"


class CreateApiKeyRequestDto(Dto):
    """Body of `POST /v2/api-keys`."""

    merchant_id: Guid
    api_key_name: Annotated[str, Field(min_length=1)]


class ApiKeys:
    """The operations on keys; `announce` is told of `api_key.created` and `api_key.deleted`."""

    def __init__(
        self, keys: KeyStore, merchant_ids: frozenset[str], announce: Callable[[str, ApiKey, float], None]
    ) -> None:
        self._keys = keys
        self._merchant_ids = merchant_ids
        self._announce = announce

    def routes(self) -> tuple[Route, ...]:
        """The three operations, all for partner tokens."""
        return (
            Route("POST", "/v2/api-keys", self.create, PERMISSION, "partner"),
            Route("GET", "/v2/api-keys", self.index, PERMISSION, "partner"),
            Route("DELETE", "/v2/api-keys/{clientId}", self.delete, PERMISSION, "partner"),
        )

    def create(self, call: Call) -> Response:
        """The secret stands in this answer and nowhere else."""
        body = call.bind(CreateApiKeyRequestDto, "api_key")
        if body.merchant_id not in self._merchant_ids:
            raise ApiError(404, f"Merchant '{body.merchant_id}' was not found.", entity_id=body.merchant_id)
        key = self._keys.create("merchant", body.merchant_id, body.api_key_name, call.now)
        self._announce("api_key.created", key, call.now)
        return json_response({"clientId": key.client_id, "clientSecret": key.client_secret})

    def index(self, call: Call) -> Response:
        """Not paginated; without `merchantId` it covers all merchants of the partner."""
        text = call.request.parameter("merchantId")
        merchant_id = guid_parameter("merchantId", text) if text is not None else None
        items = [
            outgoing(
                call.generation,
                "api_key",
                {"clientId": key.client_id, "merchantId": key.merchant_id, "apiKeyName": key.name},
            )
            for key in self._keys.listed(merchant_id, call.now)
        ]
        return json_response({"apiKeys": items})

    def delete(self, call: Call) -> Response:
        """200 without a body; a second deletion gives 404. The older contract demands the merchant in the query."""
        client_id = guid_parameter("clientId", call.parameters["clientId"])
        key = self._keys.get(client_id)
        if call.generation != "G4":
            self._require_merchant(call, key)
        if key is None or key.kind != "merchant" or self._keys.delete(client_id, call.now, call.settings) is None:
            raise ApiError(404, f"Entity of type ApiKey with id '{client_id}' was not found.")
        self._announce("api_key.deleted", key, call.now)
        return Response(200)

    def _require_merchant(self, call: Call, key: ApiKey | None) -> None:
        text = call.request.parameter("merchantId")
        if text is None:
            raise BindingError({"merchantId": ["The merchantId field is required."]})
        merchant_id = guid_parameter("merchantId", text)
        if key is not None and key.merchant_id != merchant_id:
            raise ApiError(400, "Wrong merchant", errors={"": ["Wrong merchant"]})
