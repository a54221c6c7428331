"""One environment of the vendor: its keys, tokens, account and records, and the way of a request through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readiness.emulator.core.account import Account
from readiness.emulator.core.api_keys import ApiKeys
from readiness.emulator.core.binding import require_body_length
from readiness.emulator.core.calculator import Calculator
from readiness.emulator.core.errors import ApiError, BareError, UnauthorizedError
from readiness.emulator.core.idempotency import IdempotencyRecords
from readiness.emulator.core.keys import ApiKey, KeyStore
from readiness.emulator.core.messages import Request, Response
from readiness.emulator.core.oauth import TokenEndpoint
from readiness.emulator.core.randomness import Randomness, new_hex, new_uuid
from readiness.emulator.core.routing import NEW, Call, Route, Router
from readiness.emulator.core.sessions import PaymentSessions
from readiness.emulator.core.tokens import Token, TokenState, TokenStore
from readiness.emulator.core.transactions import Transactions
from readiness.emulator.core.webhook_delivery import PendingDelivery
from readiness.emulator.core.webhook_log_routes import DeliveryLogRoutes
from readiness.emulator.core.webhook_logs import DeliveryLogs
from readiness.emulator.core.webhook_sender import WebhookSender
from readiness.emulator.core.webhooks import Webhooks
from readiness.emulator.settings import Settings
from readiness.model import Environment

REFUSALS = {"expired": "The access token is expired.", "revoked": "The access token is no longer valid."}


@dataclass(frozen=True, slots=True)
class Bearer:
    """The token of a request: what it is worth here, and the token itself if it is known."""

    state: TokenState
    value: str | None = None
    token: Token | None = None


@dataclass(slots=True)
class Answer:
    """A response, or a delivery that must be made before there is one."""

    response: Response | None
    waits_for: PendingDelivery | None = None
    replayed: bool = False


class EnvironmentState:
    """Everything that belongs to one environment; nothing of it is known to the other."""

    def __init__(
        self, environment: Environment, randomness: Randomness, now: float, wire_time: Callable[[], float]
    ) -> None:
        self.environment = environment
        self.keys = KeyStore(randomness)
        self.tokens = TokenStore(randomness)
        self.account = Account(environment, randomness)
        self.webhook_secret = new_hex(randomness)
        merchant_id = self.account.merchant_id
        self.merchant = self.keys.create("merchant", merchant_id, "Default key", now)
        self.partner = self.keys.create("partner", new_uuid(randomness), "Partner key", now)
        self.sender = WebhookSender(randomness, wire_time, DeliveryLogs())
        self.webhooks = Webhooks(randomness, self.sender)
        self.transactions = Transactions(self.account, randomness, self.webhooks.emit)
        self.sessions = PaymentSessions(randomness, self.webhooks.emit)
        self.idempotency = IdempotencyRecords()
        self._oauth = TokenEndpoint(self.keys, self.tokens)
        api_keys = ApiKeys(self.keys, frozenset({merchant_id}), self.webhooks.emit_key_event)
        logs = DeliveryLogRoutes(self.sender, self.webhooks.find)
        resources = (api_keys, self.account, Calculator(), self.transactions, self.sessions, self.webhooks, logs)
        routes = [route for resource in resources for route in resource.routes()]
        ping = Route("GET", "/v2/ping", lambda _: Response(200), "General Ping", generations=NEW)
        self._router = Router([*routes, ping])

    def bearer(self, request: Request, now: float) -> Bearer:
        """Judge the Authorization header."""
        header = request.header(b"authorization")
        if header is None or header[:7].lower() != "bearer ":
            return Bearer("none")
        value = header[7:].strip()
        token = self.tokens.get(value)
        return Bearer("unknown", value) if token is None else Bearer(token.state(now), value, token)

    def oauth(self, request: Request, settings: Settings, now: float) -> Answer:
        """A request to the OAuth host."""
        return Answer(self._oauth.handle(request, settings, now))

    def api(self, request: Request, bearer: Bearer, settings: Settings, now: float) -> Answer:
        """A request to the API host. Raises VendorError."""
        require_body_length(request)
        if not request.path.startswith(("/v2/", "/pay-int-api/")):
            raise BareError(_outside(request.path, bearer))
        key = authorized(bearer)
        found = self._router.match(request.method, request.path, settings.generation)
        if isinstance(found, list):
            if not found:
                raise BareError(404)
            raise BareError(405, headers=((b"allow", ", ".join(sorted(set(found))).encode()),))
        route, parameters = found
        _require_permission(route, key, settings)
        return self._perform(route, Call(request, key, parameters, settings, now))

    def _perform(self, route: Route, call: Call) -> Answer:
        owner = call.key.merchant_id
        if not call.settings.idempotency:
            return _answer(route.handler(call))
        replayed = self.idempotency.replay(owner, call.request, call.now)
        if replayed is not None:
            return Answer(replayed, replayed=True)
        answer = _answer(route.handler(call))
        if answer.response is not None:
            self.idempotency.record(owner, call.request, answer.response, call.now)
        return answer

    def is_secret(self, text: str) -> bool:
        """Whether this environment issued the text as a secret or a token."""
        return (
            text == self.webhook_secret
            or self.tokens.holds(text)
            or self.keys.holds_secret(text)
            or self.webhooks.holds_secret(text)
        )


def _answer(outcome: Response | PendingDelivery) -> Answer:
    return Answer(outcome) if isinstance(outcome, Response) else Answer(None, waits_for=outcome)


def authorized(bearer: Bearer) -> ApiKey:
    """The key behind a valid token. Raises UnauthorizedError."""
    if bearer.state == "none":
        raise UnauthorizedError(None)
    if bearer.token is None or bearer.state in REFUSALS:
        raise UnauthorizedError(REFUSALS.get(bearer.state, "The access token is invalid."))
    return bearer.token.key


def _outside(path: str, bearer: Bearer) -> int:
    """Paths beside the API: the `/isv-api` prefix answers 500 without a valid token and 404 with one."""
    if path.startswith("/isv-api/v2/") and bearer.state != "valid":
        return 500
    return 404


def _require_permission(route: Route, key: ApiKey, settings: Settings) -> None:
    if key.kind != route.audience:
        raise ApiError(403, f"This operation is not available to {key.kind} API keys.")
    if route.permission is not None and route.permission in settings.disabled_permissions:
        raise ApiError(403, f"The permission '{route.permission}' is not granted.")
