"""The control API: plain JSON over HTTP on loopback, for tests, the lab and people."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from readiness.emulator.core.emulator import EmulatorCore
from readiness.emulator.core.faults import ArmedFault, FaultRule
from readiness.emulator.core.webhook_delivery import is_loopback
from readiness.emulator.core.webhook_orders import DeliveryOrder, make_delivery
from readiness.emulator.delivery import DeliveryClient
from readiness.emulator.settings import FIXED_AT_START, Settings
from readiness.model import Environment, Record

M = TypeVar("M", bound=BaseModel)


class ControlError(Exception):
    """The control request is wrong; `message` says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class Advance(Record):
    """Body of `POST /clock`."""

    advance: Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]


class NewKey(Record):
    """Body of `POST /keys`: a key as the portal makes it, or a given one."""

    environment: Environment
    kind: Literal["merchant", "partner"] = "merchant"
    name: str = "Portal key"
    client_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    client_secret: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class Control:
    """The operations of the control API."""

    def __init__(self, core: EmulatorCore, client: DeliveryClient) -> None:
        self._core = core
        self._client = client

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/journal", self.journal, methods=["GET"]),
                Route("/journal", self.clear_journal, methods=["DELETE"]),
                Route("/settings", self.settings, methods=["GET"]),
                Route("/settings", self.change_settings, methods=["PUT"]),
                Route("/faults", self.faults, methods=["GET"]),
                Route("/faults", self.add_fault, methods=["POST"]),
                Route("/faults", self.clear_faults, methods=["DELETE"]),
                Route("/clock", self.advance, methods=["POST"]),
                Route("/keys", self.create_key, methods=["POST"]),
                Route("/keys/{client_id}", self.delete_key, methods=["DELETE"]),
                Route("/webhooks/deliver", self.deliver, methods=["POST"]),
            ],
            exception_handlers={ControlError: _refused, HTTPException: _http_error},
        )

    async def journal(self, request: Request) -> JSONResponse:
        """`GET /journal?since=SEQUENCE&environment=NAME`."""
        since = _integer(request, "since")
        environment = request.query_params.get("environment")
        if environment is not None and environment not in list(Environment):
            raise ControlError(f"environment: there is no '{environment}'")
        journal = self._core.journal
        entries = [
            entry.to_json() for entry in journal if entry.sequence > since and environment in (None, entry.environment)
        ]
        return JSONResponse({"entries": entries, "dropped": journal.dropped})

    async def clear_journal(self, _: Request) -> JSONResponse:
        """`DELETE /journal`."""
        return JSONResponse({"removed": self._core.journal.clear()})

    async def settings(self, _: Request) -> JSONResponse:
        """`GET /settings`."""
        return JSONResponse(self._core.settings.model_dump(mode="json"))

    async def change_settings(self, request: Request) -> JSONResponse:
        """`PUT /settings`: what is left out stays."""
        changes = await _json_object(request)
        current = self._core.settings.model_dump(mode="json")
        fixed = sorted(name for name in FIXED_AT_START & changes.keys() if changes[name] != current[name])
        if fixed:
            raise ControlError(f"{fixed[0]}: fixed when the emulator starts")
        self._core.settings = _validated(Settings, {**current, **changes})
        return JSONResponse(self._core.settings.model_dump(mode="json"))

    async def faults(self, _: Request) -> JSONResponse:
        """`GET /faults`, with how often each matched and applied."""
        return JSONResponse({"faults": [_armed(armed) for armed in self._core.faults]})

    async def add_fault(self, request: Request) -> JSONResponse:
        """`POST /faults`."""
        rule = _validated(FaultRule, await _json_object(request))
        return JSONResponse(_armed(self._core.faults.add(rule)))

    async def clear_faults(self, _: Request) -> JSONResponse:
        """`DELETE /faults`."""
        return JSONResponse({"removed": self._core.faults.clear()})

    async def advance(self, request: Request) -> JSONResponse:
        """`POST /clock`."""
        self._core.clock.advance(_validated(Advance, await _json_object(request)).advance)
        return JSONResponse({"now": self._core.clock.now(), "offset": self._core.clock.offset})

    async def create_key(self, request: Request) -> JSONResponse:
        """`POST /keys`, as the portal would."""
        wanted = _validated(NewKey, await _json_object(request))
        state = self._core.environments[wanted.environment]
        owner = state.merchant if wanted.kind == "merchant" else state.partner
        try:
            key = state.keys.create(
                wanted.kind,
                owner.merchant_id,
                wanted.name,
                self._core.clock.now(),
                client_id=wanted.client_id,
                client_secret=wanted.client_secret,
            )
        except ValueError as error:
            raise ControlError(f"client_id: {error}") from error
        return JSONResponse(
            {
                "environment": wanted.environment,
                "kind": key.kind,
                "client_id": key.client_id,
                "client_secret": key.client_secret,
                "merchant_id": key.merchant_id,
            }
        )

    async def delete_key(self, request: Request) -> JSONResponse:
        """`DELETE /keys/{client_id}?environment=NAME`, in every environment that has it unless one is named."""
        client_id = request.path_params["client_id"]
        only = request.query_params.get("environment")
        deleted = [
            environment
            for environment, state in self._core.environments.items()
            if only in (None, environment)
            and state.keys.delete(client_id, self._core.clock.now(), self._core.settings) is not None
        ]
        if not deleted:
            raise ControlError(f"there is no key '{client_id}'", status=404)
        return JSONResponse({"deleted": deleted})

    async def deliver(self, request: Request) -> JSONResponse:
        """`POST /webhooks/deliver`: one event to one receiver, right or wrong in the ways asked for."""
        wanted = _validated(DeliveryOrder, await _json_object(request))
        if not is_loopback(wanted.url):
            raise ControlError("url: the emulator delivers to loopback addresses only")
        secret = self._core.environments[wanted.environment].webhook_secret
        delivery = make_delivery(wanted, secret, self._core.wire_time(), self._core.randomness)
        results = [await self._client.send(delivery) for _ in range(wanted.copies)]
        return JSONResponse(
            {
                "headers": dict(delivery.headers),
                "body": delivery.body.decode(errors="replace"),
                "deliveries": [dataclasses.asdict(result) for result in results],
            }
        )


def _armed(armed: ArmedFault) -> dict[str, Any]:
    return armed.model_dump(mode="json")


def _integer(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    try:
        return int(text)
    except ValueError:
        raise ControlError(f"{name}: '{text}' is no integer") from None


async def _json_object(request: Request) -> dict[str, Any]:
    try:
        payload = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise ControlError("the body is not valid JSON") from None
    if not isinstance(payload, dict):
        raise ControlError("the body must be a JSON object")
    return payload


def _validated(model: type[M], payload: dict[str, Any]) -> M:
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise ControlError("; ".join(problems)) from error


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ControlError)
    return JSONResponse({"error": error.message}, status_code=error.status)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code)
