"""What a lab may have seen, as the reports' sample shows it: three scenarios played, two not."""

from __future__ import annotations

from typing import Any

from readiness.evidence import Missing
from readiness.lab_figures import lab_figure
from readiness.model import Because, Environment
from readiness.traces import (
    Absent,
    BehaviourTrace,
    Call,
    Contact,
    Declared,
    Habits,
    Moment,
    Outcome,
    OutputLine,
    ScenarioTrace,
    WebhookTry,
)
from tests.report.rows import HOSTILE, PRODUCTION, SANDBOX


def mint(t: float) -> Call:
    """A token that is issued."""
    return call(t, "oauth", "POST", "/oauth2/token", token_state="none")


def call(t: float, host: str, method: str, path: str, status: int | None = 200, **more: Any) -> Call:
    """One request to the emulator."""
    fields = {"t": t, "ended": t + 0.01, "environment": Environment.SANDBOX, "host": host, "method": method}
    return Call.model_validate(fields | {"path": path, "status": status, "token_state": "valid"} | more)


def charge(t: float, status: int | None = 200, token: str = "hmac:one", **more: Any) -> Call:
    """A payment."""
    more = {"token": token, "idempotency_key": f"{t:.2f}0a1b2c", **more}
    return call(t, "api", "POST", "/v2/transactions", status, **more)


def outcome(started: float, ended: float, *, success: bool = True, **more: Any) -> Outcome:
    """A payment as its caller saw it."""
    seen = {"status": 200 if success else 503, "success": success, "body": '{"paid": true}' if success else HOSTILE}
    fields = {"step": "pay", "action": "charge", "started": started, "ended": ended, "amount": 21.37}
    return Outcome.model_validate(fields | seen | more)


def lost_answer() -> ScenarioTrace:
    """A payment that is charged twice, because its second try has another key."""
    return ScenarioTrace(
        story="A payment takes effect, then the connection breaks before its answer.",
        expected="If it is tried again, then with the same idempotency key: one charge.",
        began=0.6,
        duration=1.4,
        waited=1.35,
        paused=0.5,
        calls=(mint(0.21), charge(0.23), charge(0.31, None, fault="reset"), charge(0.52, 200, "hmac:two")),
        outcomes=(outcome(0.2, 0.25), outcome(0.3, 0.55)),
        moments=(
            Moment(t=0.0, kind="process", text="the application was started"),
            Moment(t=0.28, kind="arranged", text="one payment's answer is lost"),
        ),
        output=(OutputLine(t=0.56, text=f"paid {HOSTILE}", holds=("card number",)), OutputLine(t=0.6, text="ready")),
    )


def expiry() -> ScenarioTrace:
    """A token that dies in use, and so many calls that the middle is left out."""
    late = tuple(charge(0.5 + number / 20, 401, token_state="expired") for number in range(30))
    return ScenarioTrace(
        story="Tokens live 2 s.",
        expected="It gets a new token in time, or after a 401, and its callers see no error.",
        began=0.6,
        duration=2.5,
        waited=2.4,
        paused=2.0,
        calls=(mint(0.1), charge(0.2), *late, mint(2.1), charge(2.2, 200, "hmac:three")),
        calls_dropped=7,
        outcomes=(outcome(0.05, 0.3), outcome(0.4, 2.3, success=False)),
    )


def webhooks() -> ScenarioTrace:
    """Webhooks, one of which is not answered."""
    return ScenarioTrace(
        story="Webhooks come, right and wrong ones.",
        expected="The right ones are accepted.",
        began=2.0,
        duration=0.4,
        waited=0.3,
        webhooks=(
            WebhookTry(t=0.1, case="correct", status=200, effect=1),
            WebhookTry(t=0.2, case="wrong secret", status=None, trouble=f"no answer {HOSTILE}"),
        ),
    )


def behaviour() -> BehaviourTrace:
    """All of it."""
    home: dict[str, Any] = {"t": 0.2, "scheme": "https", "port": 443, "times": 4}
    return BehaviourTrace(
        scenarios={
            "lost-answer": lost_answer(),
            "expiry": expiry(),
            "webhooks": webhooks(),
            "declines": Absent(what="charge"),
            "herd": Missing(because=Because.TIMED_OUT, detail=f"it took longer than 60 s: {HOSTILE}"),
        },
        habits=Habits(calls_per_action=1, mints_per_action=0, one_shot=False),
        declared=Declared(),
        duration=3.2,
        contacts=(
            Contact(host="api.flute.com", environment=PRODUCTION, handling="emulated", **home),
            Contact(host="sandbox.oauth.api.flute.com", environment=SANDBOX, handling="emulated", **home),
            Contact(host=HOSTILE, environment=None, handling="refused", **home),
        ),
        contacts_dropped=3,
    )


def lab() -> dict[str, Any]:
    """Its figure."""
    return lab_figure(behaviour())
