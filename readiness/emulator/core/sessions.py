"""Hosted payment sessions, under `/v2/payment-sessions` and under the older `/pay-int-api`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from readiness.emulator.core.binding import Dto, Guid, Money, guid_parameter
from readiness.emulator.core.errors import ApiError, BindingError
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.routing import NEW, Call, Route

PERMISSION = "Hosted Web Components"
MODES = {1: "Payment", 2: "SaveMethod", 3: "PaymentAndSave"}
STATUSES = {"Created": 1, "Cancelled": 2, "Completed": 3, "Failed": 4, "Expired": 5}
MAX_SESSIONS = 10_000
"""Sessions remembered; the oldest are forgotten first."""


class _SessionRequestDto(Dto):
    amount: Money | None = None
    customer_id: Guid | None = None
    skip_address_verification: bool | None = None
    reference_id: str | None = None
    tip_amount: Money | None = None
    return_url: str | None = None
    payment_method_types: list[Literal["card", "ach"]] | None = None
    metadata: dict[str, str | None] | None = None
    expires_at: str | None = None
    page_name: str | None = None
    payment_notes: str | None = None
    after_completion_message: str | None = None


class CreatePaymentSessionRequestDto(_SessionRequestDto):
    """Body of `POST /v2/payment-sessions`."""

    mode: Literal["Payment", "SaveMethod", "PaymentAndSave"] = "Payment"
    customer_handling: str | None = None


class CreateLegacySessionRequestDto(_SessionRequestDto):
    """Body of `POST /pay-int-api/payment-sessions`."""

    mode: Annotated[int, Field(ge=1, le=3)] = 1
    is_multi_use: bool | None = None


@dataclass(slots=True)
class _Session:
    session_id: str
    merchant_id: str
    mode: str
    body: _SessionRequestDto
    expires_at: float | None
    status: str = "Created"


class PaymentSessions:
    """Sessions of one environment. `emit` is told event type, id, resource type and time."""

    def __init__(self, randomness: Randomness, emit: Callable[[str, str, str, float], None]) -> None:
        self._randomness = randomness
        self._emit = emit
        self._sessions: dict[str, _Session] = {}

    def routes(self) -> tuple[Route, ...]:
        """Both families; the older one demands `x-api-version: 1`."""
        old, new = "/pay-int-api", "/v2/payment-sessions"
        return (
            Route("POST", new, self.create, PERMISSION, generations=NEW),
            Route("GET", f"{new}/{{paymentSessionId}}", self.show, PERMISSION, generations=NEW),
            Route("POST", f"{new}/{{paymentSessionId}}/cancel", self.cancel, PERMISSION, generations=NEW),
            Route("POST", f"{old}/payment-sessions", self.create_legacy),
            Route("GET", f"{old}/payment-sessions/{{paymentSessionId}}", self.show_legacy),
            Route("POST", f"{old}/payment-sessions/{{paymentSessionId}}/cancel", self.cancel_legacy),
            Route("GET", f"{old}/ping", lambda _: json_response({"status": "ok"})),
        )

    def create(self, call: Call) -> Response:
        """A new session."""
        body = call.bind(CreatePaymentSessionRequestDto, "session_request")
        return self._create(call, body, body.mode)

    def create_legacy(self, call: Call) -> Response:
        """A new session by the older contract, whose modes are numbers."""
        _require_version(call)
        body = call.bind(CreateLegacySessionRequestDto, "session_request")
        return self._create(call, body, MODES[body.mode])

    def _create(self, call: Call, body: _SessionRequestDto, mode: str) -> Response:
        if body.amount == 0 and mode != "SaveMethod":
            text = "'Amount' must be greater than '0'."
            raise ApiError(400, text, errors={"Amount": [text]})
        session = _Session(
            session_id=new_uuid(self._randomness),
            merchant_id=call.key.merchant_id,
            mode=mode,
            body=body,
            expires_at=_expiry(body.expires_at, call.now),
        )
        self._sessions[session.session_id] = session
        if len(self._sessions) > MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._emit("payment_session.created", session.session_id, "paymentSession", call.now)
        return json_response({"id": session.session_id})

    def show(self, call: Call) -> Response:
        """The session; the newest contract leaves out its id."""
        return json_response(self._shown(self._find(call)))

    def show_legacy(self, call: Call) -> Response:
        """The session by the older contract."""
        _require_version(call)
        session = self._find(call)
        return json_response({"id": session.session_id, **self._shown(session)})

    def cancel(self, call: Call) -> Response:
        """200 without a body; only a session in status Created can be cancelled."""
        session = self._find(call)
        if session.status != "Created":
            raise ApiError(400, "Payment Session can be canceled only in Created status")
        session.status = "Cancelled"
        return Response(200)

    def cancel_legacy(self, call: Call) -> Response:
        """The same by the older contract."""
        _require_version(call)
        return self.cancel(call)

    def _find(self, call: Call) -> _Session:
        session_id = guid_parameter("paymentSessionId", call.parameters["paymentSessionId"])
        session = self._sessions.get(session_id)
        if session is None:
            raise ApiError(404, f"Entity of type PaymentSession with id '{session_id}' was not found.")
        if session.merchant_id != call.key.merchant_id:
            raise ApiError(403, "You do not have permission to access this resource.")
        if session.status == "Created" and session.expires_at is not None and call.now >= session.expires_at:
            session.status = "Expired"
        return session

    def _shown(self, session: _Session) -> dict[str, Any]:
        body = session.body
        return {
            "achAccountLast2": None,
            "achRoutingLast2": None,
            "afterCompletionMessage": body.after_completion_message,
            "customerId": body.customer_id,
            "expiresAt": body.expires_at,
            "metadata": body.metadata,
            "mode": session.mode,
            "pageName": body.page_name,
            "paymentMethodTypes": body.payment_method_types,
            "paymentNotes": body.payment_notes,
            "referenceId": body.reference_id,
            "returnUrl": body.return_url,
            "skipAddressVerification": bool(body.skip_address_verification),
            "status": session.status,
            "statusId": STATUSES[session.status],
            "surchargeAmount": None,
            "tipAmount": body.tip_amount,
            "transactionDetails": None,
            "vaultedPaymentMethodId": None,
        }


def _require_version(call: Call) -> None:
    if call.request.header(b"x-api-version") != "1":
        raise BindingError({"x-api-version": ["An API version is required, but was not specified."]})


def _expiry(text: str | None, now: float) -> float | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        value = "The JSON value could not be converted to System.DateTime. Path: $.expiresAt."
        raise BindingError({"$.expiresAt": [value]}) from None
    expiry = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if expiry <= now:
        raise ApiError(400, "Validation failed", errors={"ExpiresAt": ["'Expires At' must be in the future."]})
    return expiry
