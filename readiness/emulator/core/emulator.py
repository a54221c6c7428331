"""The whole vendor as a value: two environments, settings, clock, faults and journal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from readiness.emulator.core.clock import Clock
from readiness.emulator.core.environment import Answer, Bearer, EnvironmentState
from readiness.emulator.core.errors import ApiError, BareError, BindingError, ErrorContext, OAuthError, VendorError
from readiness.emulator.core.fault_effects import Played, commits, play
from readiness.emulator.core.faults import Fault, FaultPlan
from readiness.emulator.core.journal import Entry, Journal
from readiness.emulator.core.latency import latency_of
from readiness.emulator.core.messages import Request, Response
from readiness.emulator.core.oauth import TOKEN_PATH, claimed_client_id
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.redaction import Redaction
from readiness.emulator.core.webhook_delivery import DeliveryResult, PendingDelivery
from readiness.emulator.settings import Settings
from readiness.model import Environment

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Exchange:
    """One request with what the server must do about it.

    `waits_for` is to be made and given to `EmulatorCore.resume` before there is something to play; `deliveries` are
    made after the response.
    """

    request: Request
    entry: Entry
    fault: Fault | None
    played: Played | None = None
    waits_for: PendingDelivery | None = None
    deliveries: list[PendingDelivery] = field(default_factory=list)


class EmulatorCore:
    """Takes requests, gives exchanges. Not thread-safe: one event loop owns it."""

    def __init__(self, settings: Settings, real_time: Callable[[], float], randomness: Randomness) -> None:
        self.settings = settings
        self.clock = Clock(real_time)
        self.randomness = randomness
        self.faults = FaultPlan()
        self.journal = Journal()
        self.environments = {
            environment: EnvironmentState(environment, randomness, self.clock.now(), self.wire_time)
            for environment in Environment
        }
        self.redaction = Redaction(randomness(32), self._is_secret)

    def wire_time(self) -> float:
        """Seconds since the epoch as the other side gets to see them: the Date header, webhook timestamps."""
        return self.clock.real() + self.settings.date_skew

    def receive(self, request: Request) -> Exchange:
        """Judge a request and let it take effect, under the first fault that it meets."""
        now = self.clock.now()
        bearer = self._bearer(request, now)
        exchange = Exchange(request, self._entry(request, bearer, now), self.faults.strike(request))
        fault = exchange.fault
        if fault is not None:
            exchange.entry.fault = fault.kind
            if not commits(fault):
                exchange.entry.committed = False
                self._finish(exchange, Response(200))
                return exchange
        answer = self._answer(request, bearer, exchange.entry, now)
        exchange.deliveries = self.environments[request.environment].sender.take_pending()
        if answer.response is None:
            exchange.waits_for = answer.waits_for
        else:
            self._finish(exchange, answer.response)
        return exchange

    def resume(self, exchange: Exchange, result: DeliveryResult) -> None:
        """Go on with an exchange whose response waited for a delivery."""
        if exchange.waits_for is not None:
            self._finish(exchange, exchange.waits_for.finish(result))
            exchange.waits_for = None

    def refuse_unparsable(self, request: Request) -> None:
        """Put into the journal what was no HTTP."""
        entry = self._entry(request, Bearer("none"), self.clock.now())
        entry.status = 400
        entry.malformed = True
        entry.committed = False

    def _answer(self, request: Request, bearer: Bearer, entry: Entry, now: float) -> Answer:
        environment = self.environments[request.environment]
        try:
            if request.host == "oauth":
                return environment.oauth(request, self.settings, now)
            answer = environment.api(request, bearer, self.settings, now)
            entry.replayed = answer.replayed
        except VendorError as error:
            entry.malformed = _is_malformed(error)
            entry.committed = False
            return Answer(error.response(self._context(entry)))
        except Exception as error:
            target = self.redaction.text(request.path)
            what = (request.method, target, type(error).__name__)
            logger.error("The emulator failed to answer %s %s: %s", *what)  # noqa: TRY400 - the traceback is for debugging
            logger.debug("Where it failed", exc_info=error)
            entry.committed = False
            return Answer(ApiError(500, "The emulator failed.").response(self._context(entry)))
        return answer

    def _finish(self, exchange: Exchange, response: Response) -> None:
        fault = exchange.fault
        if fault is None:
            played = Played(response)
        else:
            played = play(fault, exchange.request, response, self._context(exchange.entry))
        played.seconds += latency_of(self.settings, exchange.request.path) if played.transmission != "hang" else 0.0
        exchange.played = played
        exchange.entry.status = None if played.transmission in {"reset", "hang"} else played.response.status

    def _bearer(self, request: Request, now: float) -> Bearer:
        bearer = self.environments[request.environment].bearer(request, now)
        if bearer.state != "unknown":
            return bearer
        for environment, state in self.environments.items():
            if environment is request.environment:
                continue
            other = state.bearer(request, now)
            if other.token is not None:
                return other if self.settings.accept_foreign_tokens else Bearer("other_environment", other.value)
        return bearer

    def _entry(self, request: Request, bearer: Bearer, now: float) -> Entry:
        redaction = self.redaction
        if bearer.token is not None:
            client_id: str | None = bearer.token.key.client_id
        else:
            client_id = claimed_client_id(request) if request.path == TOKEN_PATH else None
        entry = Entry(
            sequence=self.journal.next_sequence(),
            received_at=self.clock.real(),
            virtual_at=now,
            environment=request.environment,
            host=request.host,
            method=request.method,
            target=redaction.target(request.path, request.query),
            headers=redaction.headers(request.headers),
            body=redaction.body(request.body, request.header(b"content-type") or "") if request.body else None,
            token_state=bearer.state,
            token=redaction.fingerprint(bearer.value) if bearer.value is not None else None,
            client_id=client_id,
            size=len(request.body),
        )
        self.journal.add(entry)
        return entry

    def _context(self, entry: Entry) -> ErrorContext:
        if entry.correlation_id is None:
            entry.correlation_id = new_uuid(self.randomness)
        trace = entry.correlation_id.replace("-", "")
        return ErrorContext(
            correlation_id=entry.correlation_id,
            trace_id=f"00-{trace}-{trace[:16]}-00",
            style=self.settings.error_style,
            legacy=self.settings.generation != "G4",
        )

    def _is_secret(self, text: str) -> bool:
        return any(state.is_secret(text) for state in self.environments.values())


def _is_malformed(error: VendorError) -> bool:
    """Whether the request itself was wrong, apart from the state it met."""
    match error:
        case BindingError():
            return True
        case ApiError():
            return error.status == 400 and error.errors is not None
        case OAuthError():
            return error.status == 400
        case BareError():
            return error.status == 411
        case _:
            return False
