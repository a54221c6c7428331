"""The lab's evidence as literals: a good application in each scenario, and the pieces to disturb it with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from readiness.model import Verdict
from readiness.traces import (
    BehaviourTrace,
    Call,
    Declared,
    Habits,
    Moment,
    Outcome,
    OutputLine,
    Scenario,
    ScenarioTrace,
    WebhookTry,
)
from tests.checks.judging import judge

HABITS = Habits(calls_per_action=1, mints_per_action=0, one_shot=False)
PER_CALL = Habits(calls_per_action=1, mints_per_action=1, one_shot=False)
DECLARED = Declared(timeout=2, retries=2, backoff="exponential", refresh_margin=1)
PAID, NOT_PAID = '{"paid": true, "id": "5b59b2ee-4d37"}', '{"paid": false, "message": "Please try again later."}'


def pay(t: float, status: int | None = 200, **kwargs: Any) -> Call:
    """A payment as it arrives."""
    given: dict[str, Any] = {
        "t": t,
        "ended": t,
        "environment": "sandbox",
        "host": "api",
        "method": "POST",
        "path": "/v2/transactions",
        "status": status,
        "token_state": "valid",
        "idempotency_key": f"key-{t:.0f}",
        "amount": 21.37,
        "committed": status == 200,
    }
    return Call.model_validate({**given, **kwargs})


def read(t: float, status: int = 200, **kwargs: Any) -> Call:
    """A read as it arrives."""
    return pay(t, status, **{"method": "GET", "idempotency_key": None, "amount": None, **kwargs})


def mint(t: float, status: int = 200, **kwargs: Any) -> Call:
    """A token request as it arrives."""
    given = {"host": "oauth", "path": "/oauth2/token", "token_state": "none", "idempotency_key": None, "amount": None}
    return pay(t, status, **{**given, **kwargs})


def did(step: str, start: float, end: float, *, success: bool = True, **kwargs: Any) -> Outcome:
    """What a caller saw of a payment."""
    given: dict[str, Any] = {
        "step": step,
        "action": "charge",
        "started": start,
        "ended": end,
        "status": 200 if success else 503,
        "body": PAID if success else NOT_PAID,
        "success": success,
        "amount": 21.37,
    }
    return Outcome.model_validate({**given, **kwargs})


def failed(step: str, start: float, end: float, **kwargs: Any) -> Outcome:
    """A clean failure."""
    return did(step, start, end, success=False, **kwargs)


def line(t: float, text: str, *holds: str) -> OutputLine:
    return OutputLine(t=t, text=text, holds=holds)


def lived(
    calls: Sequence[Call] = (), outcomes: Sequence[Outcome] = (), *, facts: dict[str, Any] | None = None, **kwargs: Any
) -> ScenarioTrace:
    """A scenario that was played."""
    given: dict[str, Any] = {
        "story": "Something happens.",
        "expected": "It is borne.",
        "began": 0.0,
        "duration": 10.0,
        "waited": 9.5,
        "facts": facts or {},
        "calls": tuple(calls),
        "outcomes": tuple(outcomes),
    }
    return ScenarioTrace(**{**given, **kwargs})


def webhooks(**statuses: int) -> ScenarioTrace:
    """All deliveries; `statuses` by the first word of a case."""
    cases = {
        "correct": 200,
        "signed with another secret": 401,
        "body changed after signing": 401,
        "signature changed": 401,
        "without its id": 400,
        "without its timestamp": 400,
        "without its signature": 400,
        "too old": 401,
        "too new": 401,
        "formatted: spaced": 200,
        "formatted: indented": 200,
        "formatted: reordered": 200,
    }
    tries = [
        WebhookTry(t=number, case=case, status=statuses.get(case.split()[0].strip(":"), status))
        for number, (case, status) in enumerate(cases.items())
    ]
    return lived(webhooks=tuple(tries), facts={"effects_before": 4})


def events(*effects: int | None) -> tuple[WebhookTry, ...]:
    """Events A, A, B, A, with what the effect probe read after each."""
    names = ("event A", "event A again", "event B", "event A after event B")
    return tuple(
        WebhookTry(t=20.0 + number, case=name, status=200, effect=effect)
        for number, (name, effect) in enumerate(zip(names, effects, strict=True))
    )


def good() -> dict[str, Scenario]:
    """A good application in every scenario."""
    fault = {"fault": "status", "committed": False}
    hooks = webhooks()
    return {
        "baseline": lived(
            [mint(0.1), pay(1), pay(3, amount=22.38), pay(5, amount=23.39)],
            [did("healthy 1", 0, 2), did("healthy 2", 2.5, 4, amount=22.38), did("healthy 3", 4.5, 6, amount=23.39)],
            facts={"amount_declared": True},
            output=(line(1, "paid"),),
        ),
        "expiry": lived(
            [mint(0), pay(0.1), pay(2.5, 401, token_state="expired"), mint(2.6), pay(2.7)],
            [did("prime", 0, 1), did("work 1", 2.4, 3)],
            facts={"token_ttl": 2},
        ),
        "rejected-token": lived(
            [mint(0), pay(0.1), pay(1.1, 401, token_state="expired"), mint(1.2), pay(1.3)],
            [did("prime", 0, 0.5), did("rejected", 1, 2)],
        ),
        "herd": lived(
            [mint(0), *(pay(2 + n / 10, 401) for n in range(5)), mint(2.6), mint(5)],
            [
                *(did("prime 1", 0, 0.5), did("control 1", 1, 1.5), *(did("rejected", 2, 3) for _ in range(5))),
                *(did("prime 2", 3.5, 3.6), did("control 2", 4, 4.1), *(did("due", 5, 6) for _ in range(5))),
            ],
        ),
        "token-outage": lived(
            [mint(1, 503), mint(1.2, 503), mint(1.6, 503), mint(4)],
            [did("prime", 0, 0.5), failed("outage 1", 1, 2), failed("outage 2", 2, 3), did("after 1", 4, 5)],
        ),
        "permanent-401": lived(
            [pay(1, 401, fault="expired_token"), mint(1.1), pay(1.2, 401, fault="expired_token")],
            [did("prime", 0, 0.5), failed("refused", 1, 2)],
        ),
        "unavailable": lived(
            [pay(1, 503, **fault), pay(1.2, 503, **fault), pay(1.6, 503, **fault)],
            [did("prime", 0, 0.5), failed("unavailable", 1, 2)],
        ),
        "throttled": lived(
            [pay(1, 429, fault="throttle", committed=False), pay(3)],
            [did("prime", 0, 0.5), did("throttled", 1, 4)],
            facts={"retry_after": 2},
        ),
        "hanging": lived([pay(1, None, ended=3.0, fault="hang")], [failed("hanging", 1, 3)], facts={"timeout": 2}),
        "documented-errors": lived(
            [pay(n + 0.1, status, **fault) for n, status in enumerate((400, 403, 404, 409, 402, 500))],
            [failed(f"error {status}", n, n + 0.5) for n, status in enumerate((400, 403, 404, 409, 402, 500))],
        ),
        "odd-answers": lived(
            [pay(1, 200, fault="empty_body"), pay(3)],
            [did("prime", 0, 0.5), failed("odd empty 200", 1, 2), did("afterwards", 3, 4)],
            facts={"alive": True},
        ),
        "lost-answer": lived(
            [
                pay(1, None, fault="reset", committed=True, idempotency_key="k"),
                pay(2, replayed=True, idempotency_key="k"),
            ],
            [did("prime", 0, 0.5), did("lost", 1, 3)],
        ),
        "declines": lived(
            [pay(0.1), pay(1), pay(2)],
            [did("prime", 0, 0.5), failed("declined: a", 0.9, 1.5), failed("declined: address verification", 1.9, 2.5)],
        ),
        "redirect": lived(
            [pay(1, 307, fault="redirect"), mint(2, 307, fault="redirect")],
            [did("prime", 0, 0.5), failed("redirected", 1, 1.5), failed("redirected mint", 2, 2.5)],
        ),
        "command-lines": lived(command_lines=2),
        "deleted-key": lived(
            [pay(1.1, 401), mint(1.2, 401), pay(2.1, 401), mint(2.2, 401), mint(6), pay(6.1, amount=58.13)],
            [
                *(did("prime", 0, 0.5), failed("interrupted", 1, 1.5, amount=58.13), failed("without key", 2, 2.5)),
                *(did("rekey", 5, 5.1, action="rekey"), did("with new key 1", 6, 6.5, amount=58.13)),
            ],
            facts={
                "deleted": 0.9,
                "idle_from": 2.5,
                "idle_to": 3.5,
                "alive": True,
                "alarm_within": 10.0,
                "alarm_after": None,
                "rekeyed": 5.0,
            },
            output=(line(0.4, "INFO paid"), line(1.3, "ERROR the key was refused")),
            moments=(Moment(t=0.9, kind="arranged", text="the application's key is deleted"),),
        ),
        "webhooks": hooks.model_copy(update={"webhooks": (*hooks.webhooks, *events(5, 5, 6, 6))}),
    }


def judged(
    check: str,
    scenario: str = "",
    changed: Scenario | None = None,
    *,
    habits: Habits = HABITS,
    declared: Declared = DECLARED,
) -> Verdict:
    """The verdict on a good application, with one scenario changed."""
    scenarios = good() | ({scenario: changed} if changed is not None else {})
    return judge(check, BehaviourTrace(scenarios=scenarios, habits=habits, declared=declared, duration=60.0))
