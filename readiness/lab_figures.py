"""The data behind the report's stories of the lab. Pure.

A story is bounded: of very many events the first and the last are kept, and the cut is stated in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from readiness.evidence import Missing
from readiness.traces import Absent, BehaviourTrace, Call, Moment, Outcome, OutputLine, ScenarioTrace, WebhookTry
from readiness.wording import plural

FIRST, LAST = 9, 6
"""Events of a story that are kept, where it has more."""
LONGEST_TEXT = 120
LONGEST_BODY = 70
"""Characters of what a caller got."""
MOST_CONTACTS = 40

Event = dict[str, Any]


def lab_figure(behaviour: BehaviourTrace) -> dict[str, Any]:
    """Every scenario, played or not, and whom the application asked for."""
    return {
        "duration": behaviour.duration,
        "scenarios": [_scenario(name, told) for name, told in behaviour.scenarios.items()],
        "contacts": [contact.model_dump(mode="json") for contact in (behaviour.contacts or ())[:MOST_CONTACTS]],
        "contacts_left_out": max(len(behaviour.contacts or ()) - MOST_CONTACTS, 0) + behaviour.contacts_dropped,
        "intercepted": behaviour.contacts is not None,
    }


def _scenario(name: str, told: ScenarioTrace | Missing | Absent) -> dict[str, Any]:
    if isinstance(told, Missing):
        return {"name": name, "why_not": told.detail}
    if isinstance(told, Absent):
        return {"name": name, "why_not": f"the application has no {told.what}"}
    numbers = _token_numbers(told.calls)
    return {
        "name": name,
        "story": told.story,
        "expected": told.expected,
        "did": _did(told),
        "began": told.began,
        "duration": told.duration,
        "waited": told.waited,
        "paused": told.paused,
        "events": _bounded(sorted(_events(told, numbers), key=lambda event: event["t"])),
    }


def _token_numbers(calls: Iterable[Call]) -> dict[str, int]:
    """Tokens in the order of their first use, from 1."""
    return {token: number for number, token in enumerate(dict.fromkeys(c.token for c in calls if c.token), start=1)}


def _bounded(events: list[Event]) -> list[Event]:
    left_out = len(events) - FIRST - LAST
    if left_out <= 0:
        return events
    cut = {"t": events[FIRST]["t"], "kind": "cut", "text": f"{plural(left_out, 'more event')} between these"}
    return [*events[:FIRST], cut, *events[-LAST:]]


def _events(trace: ScenarioTrace, numbers: dict[str, int]) -> Iterator[Event]:
    """In an order that is right for those of the same moment: an answer, what is arranged on it, the next action."""
    yield from (_call(call, numbers) for call in trace.calls)
    yield from (_webhook(tried) for tried in trace.webhooks)
    yield from (_line(line) for line in trace.output if line.holds)
    yield from (_answered(outcome) for outcome in trace.outcomes)
    yield from (_moment(moment) for moment in trace.moments)
    yield from (_asked(outcome) for outcome in trace.outcomes)


def _moment(moment: Moment) -> Event:
    return _event(moment.t, moment.kind, moment.text)


def _call(call: Call, numbers: dict[str, int]) -> Event:
    notes = [f"met {call.fault}"] if call.fault else []
    notes += [f"key {call.idempotency_key[:8]}…"] if call.idempotency_key else []
    notes += ["answered from the record"] if call.replayed else []
    notes += [f"carries {what}" for what in call.exposes]
    event = _event(call.t, "call", f"{call.method} {call.path.partition('?')[0]}", state=_call_state(call))
    event |= {"to": call.host, "answer": "no answer" if call.status is None else str(call.status)}
    if call.token:
        event |= {"token": numbers[call.token], "token_state": call.token_state}
    elif call.host == "api":
        notes.insert(0, "without a token")
    return event | ({"notes": _short(", ".join(notes))} if notes else {})


def _call_state(call: Call) -> str:
    if call.exposes:
        return "bad"
    return "good" if call.status is not None and call.status < 400 else "open"


def _asked(outcome: Outcome) -> Event:
    amount = "" if outcome.amount is None else f" {outcome.amount:.2f}"
    return _event(outcome.started, "asked", f"{outcome.action}{amount}")


def _answered(outcome: Outcome) -> Event:
    seen = f"HTTP {outcome.status}" if outcome.status is not None else f"exit code {outcome.exit_code}"
    answer = outcome.trouble or f"{outcome.action}: {seen}"
    event = _event(outcome.ended, "answered", answer, state="good" if outcome.success else "open")
    body = " ".join(outcome.body.split())
    return event | ({"notes": _short(body, LONGEST_BODY)} if body else {})


def _webhook(tried: WebhookTry) -> Event:
    answer = _short(tried.trouble or "no answer") if tried.status is None else str(tried.status)
    state = "good" if tried.accepted else "open"
    event = _event(tried.t, "webhook", tried.case, state=state) | {"answer": answer}
    return event | ({"notes": f"effects so far {tried.effect}"} if tried.effect is not None else {})


def _line(line: OutputLine) -> Event:
    return _event(line.t, "wrote", line.text, state="bad") | {"notes": _short(f"holds: {', '.join(line.holds)}")}


def _event(t: float, kind: str, text: str, **more: str) -> Event:
    return {"t": round(t, 4), "kind": kind, "text": _short(text), **more}


def _short(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _did(trace: ScenarioTrace) -> list[str]:
    """What the application did, in sentences."""
    said = [_calls(trace)]
    if trace.outcomes:
        good = sum(outcome.success for outcome in trace.outcomes)
        said.append(f"Of {plural(len(trace.outcomes), 'action')}, {good} succeeded for their callers.")
    if trace.webhooks:
        accepted = sum(tried.accepted for tried in trace.webhooks)
        said.append(f"Of {plural(len(trace.webhooks), 'webhook')}, it accepted {accepted}.")
    telling = sum(bool(line.holds) for line in trace.output)
    told = f", {telling} of them with what no output may hold" if telling else ""
    said.append(f"It wrote {plural(len(trace.output), 'line')}{told}.")
    return said


def _calls(trace: ScenarioTrace) -> str:
    calls = trace.calls
    if not calls:
        return "It sent no request."
    mints = sum(call.is_mint for call in calls)
    unfit = sum(call.host == "api" and call.token_state != "valid" for call in calls)  # noqa: S105 - a state
    payments = sum(call.method == "POST" and call.path.partition("?")[0] == "/v2/transactions" for call in calls)
    parts = [f"{mints} for a token"] if mints else []
    parts += [plural(payments, "payment")] if payments else []
    parts += [f"{unfit} without a valid token"] if unfit else []
    told = f": {', '.join(parts)}" if parts else ""
    return f"It sent {plural(len(calls) + trace.calls_dropped, 'request')}{told}."
