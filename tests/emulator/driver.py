"""Drives an emulator core without sockets: virtual time, repeatable randomness, requests as plain calls."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import urlencode

from readiness.emulator.core.emulator import EmulatorCore, Exchange
from readiness.emulator.core.messages import Host, Request, Response
from readiness.emulator.settings import Settings
from readiness.model import Environment

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
EPOCH = 1_790_000_000.0


class Driver:
    """One core and the credentials of one environment."""

    def __init__(self, **settings: Any) -> None:
        self.core = EmulatorCore(Settings(**settings), lambda: EPOCH, random.Random(7).randbytes)

    def configure(self, **changes: Any) -> None:
        self.core.settings = Settings.model_validate({**self.core.settings.model_dump(), **changes})

    def exchange(
        self,
        method: str,
        target: str,
        *,
        environment: Environment = SANDBOX,
        host: Host = "api",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> Exchange:
        path, _, query = target.partition("?")
        pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        if method in {"POST", "PUT", "PATCH"} and not any(name == b"content-length" for name, _ in pairs):
            pairs.append((b"content-length", str(len(body)).encode()))
        return self.core.receive(Request(environment, host, method, path, query, pairs, body))

    def call(self, method: str, target: str, token: str | None = None, payload: Any = None, **extra: Any) -> Response:
        headers = dict(extra.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = b""
        if payload is not None:
            headers.setdefault("Content-Type", "application/json")
            body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return response_of(self.exchange(method, target, headers=headers, body=body, **extra))

    def mint(
        self,
        client_id: str,
        client_secret: str,
        environment: Environment = SANDBOX,
        **fields: str,
    ) -> Response:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret, **fields}
        return self.token_request(urlencode(form).encode(), environment=environment)

    def token_request(self, body: bytes, **extra: Any) -> Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **extra.pop("headers", {})}
        return response_of(self.exchange("POST", "/oauth2/token", host="oauth", headers=headers, body=body, **extra))

    def token(self, kind: str = "merchant", environment: Environment = SANDBOX) -> str:
        key = getattr(self.core.environments[environment], kind)
        token: str = parsed(self.mint(key.client_id, key.client_secret, environment))["access_token"]
        return token

    def processor(self, kind: str = "SandboxCard", environment: Environment = SANDBOX) -> str:
        account = self.core.environments[environment].account
        return next(one.processor_id for one in account.processors(self.core.settings) if one.type == kind)

    def sale(self, token: str, card: str = "4111111111111111", base_amount: float = 10.5, **extra: Any) -> Response:
        payload = {
            "baseAmount": base_amount,
            "paymentProcessorId": self.processor(),
            "transactionDetails": card_data(card),
        }
        headers = extra.pop("headers", {})
        return self.call("POST", "/v2/transactions", token, {**payload, **extra}, headers=headers)


def card_data(number: str, capture: str = "Auto") -> dict[str, Any]:
    details = {"cardNumber": number, "securityCode": "123", "expirationMonth": 12, "expirationYear": 2030}
    return {"cardData": {"captureMethod": capture, "paymentMethodDetails": details}}


def response_of(exchange: Exchange) -> Response:
    assert exchange.played is not None
    return exchange.played.response


def parsed(response: Response) -> Any:
    return json.loads(response.body)


def header(response: Response, name: str) -> str | None:
    return next((value.decode() for key, value in response.headers if key == name.encode()), None)
