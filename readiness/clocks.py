"""How the evidence of the deleted-key drill is read: its steps, its controls and its two clocks."""

from __future__ import annotations

from readiness.evidence import Attempt, Exchange, Missing
from readiness.facts import Clock, KeyDrill
from readiness.model import Because
from readiness.reading import lifetime_of

GONE = frozenset({200, 204, 404})
"""Statuses of a deletion that took place; 404 where a repeated request finds the key gone."""


def drill_step(drill: KeyDrill, name: str) -> Attempt:
    """What came of one act of the drill; where it was not reached, the act at which the drill ended."""
    for step in drill.steps:
        if step.name == name:
            return step.attempt
    reached = [step for step in drill.steps if step.name not in {"list_after", "cleanup"}]
    last = reached[-1] if reached else None
    ended = f", but ended at `{last.name}`: {_told(last.attempt)}" if last else ""
    return Missing(because=Because.UNREACHABLE, detail=f"The drill did not reach its step `{name}`{ended}")


def _told(attempt: Attempt) -> str:
    return attempt.detail if isinstance(attempt, Missing) else str(attempt)


def not_deleted(drill: KeyDrill) -> Missing | None:
    """Why it is not known that the key was deleted. In a guided drill its owner deletes it, and nothing is sent."""
    if drill.way == "guided":
        return None
    deletion = drill_step(drill, "delete")
    if isinstance(deletion, Missing) or deletion.status in GONE:
        return deletion if isinstance(deletion, Missing) else None
    unusable = deletion.unusable()
    return unusable or Missing(because=Because.REFUSED, detail=f"{deletion}: the key was not deleted")


def refused_in_time(clock: Clock) -> bool | Missing:
    """True: refused within the watch. False: still accepted when it ended. Missing: the answers do not say."""
    if clock.first_refused is not None:
        return True
    # Where answers stayed away, an acceptance early in the watch says nothing of its end.
    if clock.accepted and (not clock.undecided or clock.last_accepted * 2 >= clock.watched):
        return False
    tried = clock.accepted + clock.refused + clock.undecided
    detail = f"{clock.undecided} of {tried} attempts in {clock.watched:.2f} s after the deletion had no usable answer."
    return Missing(because=Because.UNREACHABLE, detail=detail)


def clock_text(clock: Clock) -> str:
    """The clock in words: an interval that holds the truth."""
    if clock.first_refused is None:
        return f"still accepted at the end of the watch, {clock.watched:.2f} s after the deletion"
    return f"refused between {clock.last_accepted:.2f} s and {clock.first_refused:.2f} s after the deletion"


def expired_by_itself(mint: Attempt, refusal: Attempt) -> Missing | None:
    """Whether a token's own end may explain its refusal."""
    lifetime = lifetime_of(mint)
    if isinstance(lifetime, Missing):
        return lifetime
    if isinstance(mint, Exchange) and isinstance(refusal, Exchange) and refusal.received - mint.sent < lifetime:
        return None
    detail = f"The token's own lifetime of {lifetime} s may have ended it before the deletion did."
    return Missing(because=Because.TIMED_OUT, detail=detail)


def how_to_drill(missing: Missing, otherwise: str = "") -> Missing:
    """The same reason, with the lines of the config that would enable the drill where it is not configured.

    Where it is not permitted, the reason itself names what would permit it.
    """
    if missing.because is not Because.NOT_CONFIGURED:
        return missing
    lines = (
        "To enable the drill, give `environments.sandbox.partner` and `permissions: [sandbox-writes]`, "
        f"or run `readiness drill CONFIG --guided` and name its file under `evidence`{otherwise}."
    )
    return missing.model_copy(update={"detail": f"{missing.detail.rstrip('.')}. {lines}"})
