"""The service's routes."""

from __future__ import annotations

import logging
import os
import ssl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .aurora import Aurora, PaymentError
from .tokens import Key, Tokens
from .webhooks import WebhookError, Webhooks

log = logging.getLogger("service")


def http_client() -> httpx.AsyncClient:
    """The client for everything that goes to Aurora."""
    context = ssl.create_default_context(cafile=os.environ.get("AURORA_CA_FILE") or None)
    return httpx.AsyncClient(timeout=2.0, verify=context)


class Service:
    """The ASGI application and what it shares."""

    def __init__(self) -> None:
        client = http_client()
        key = Key(os.environ["AURORA_CLIENT_ID"], os.environ["AURORA_CLIENT_SECRET"])
        self.tokens = Tokens(client, os.environ["AURORA_OAUTH_URL"], key)
        self.aurora = Aurora(client, os.environ["AURORA_API_URL"], self.tokens)
        self.webhooks = Webhooks(os.environ["AURORA_WEBHOOK_SECRET"])
        self.app = Starlette(
            routes=[
                Route("/healthz", self.health),
                Route("/pay", self.pay, methods=["POST"]),
                Route("/transactions", self.transactions),
                Route("/rekey", self.rekey, methods=["POST"]),
                Route("/aurora/webhooks", self.webhook, methods=["POST"]),
                Route("/orders/effects", self.effects),
                Route("/alarms", self.alarms),
            ]
        )

    async def health(self, _: Request) -> Response:
        return Response()

    async def pay(self, request: Request) -> Response:
        order = await request.json()
        try:
            identifier = await self.aurora.pay(order)
        except PaymentError as error:
            log.warning("order %s: %s: %s", order.get("reference"), type(error).__name__, error)
            return JSONResponse({"paid": False, "message": self.excuse(error)}, error.status)
        return JSONResponse({"paid": True, "id": identifier})

    def excuse(self, error: PaymentError) -> str:
        """What the customer reads."""
        return error.message

    async def transactions(self, _: Request) -> Response:
        try:
            return JSONResponse(await self.aurora.transactions())
        except PaymentError as error:
            log.warning("transactions: %s", error)
            return JSONResponse({"message": "Sorry, there is nothing to show right now."}, 502)

    async def rekey(self, request: Request) -> Response:
        new = await request.json()
        self.tokens.use(Key(new["client_id"], new["client_secret"]))
        return Response()

    async def webhook(self, request: Request) -> Response:
        try:
            self.webhooks.handle(request.headers, await request.body())
        except WebhookError as error:
            return Response(status_code=error.status)
        return Response()

    async def effects(self, _: Request) -> Response:
        return JSONResponse({"count": self.webhooks.effects})

    async def alarms(self, _: Request) -> Response:
        return JSONResponse({"alarms": self.tokens.alarms})
