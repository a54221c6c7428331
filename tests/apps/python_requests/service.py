"""The service's routes."""

from __future__ import annotations

import json
import os

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .aurora import PaymentFailedError, Payments
from .session import AuroraSession
from .webhooks import Receiver


class Service:
    """Payments and webhooks over HTTP."""

    def __init__(self) -> None:
        given = os.environ
        session = AuroraSession(
            given["AURORA_OAUTH_URL"],
            given["AURORA_CLIENT_ID"],
            given["AURORA_CLIENT_SECRET"],
        )
        self.payments = Payments(given["AURORA_API_URL"], session)
        self.receiver = Receiver(given["AURORA_WEBHOOK_SECRET"])

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
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
        return JSONResponse({})

    async def pay(self, request: Request) -> Response:
        form = await request.json()
        try:
            transaction = await run_in_threadpool(self.payments.pay, form)
        except PaymentFailedError as failure:
            return JSONResponse({"paid": False, "message": failure.message}, failure.status)
        return JSONResponse({"paid": True, "id": transaction})

    async def transactions(self, _: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(self.payments.latest))
        except PaymentFailedError:
            return JSONResponse({"message": "The list cannot be shown right now."}, 502)

    async def rekey(self, request: Request) -> Response:
        new = await request.json()
        await run_in_threadpool(self.payments.rekey, new["client_id"], new["client_secret"])
        return JSONResponse({})

    async def webhook(self, request: Request) -> Response:
        body = await request.body()
        if not self.receiver.is_genuine(request.headers, body):
            return Response(status_code=401)
        try:
            json.loads(body)
        except ValueError:
            return Response(status_code=400)
        self.receiver.take(request.headers["flute-webhook-id"])
        return Response(status_code=200)

    async def effects(self, _: Request) -> Response:
        return JSONResponse({"count": self.receiver.effects})

    async def alarms(self, _: Request) -> Response:
        return JSONResponse({"alarms": self.payments.alarms})
