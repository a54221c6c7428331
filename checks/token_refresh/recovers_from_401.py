"""token-refresh/recovers-from-401."""

from __future__ import annotations

from readiness.api import (
    G3,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
    mints,
)


@check(
    title="A rejected token is replaced, and the caller sees no error",
    failing_title="The application fails when its token is rejected",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G3],
)
def recovers_from_401(evidence: EvidenceView) -> Verdict:
    """A token that is rejected in mid-session leads to a new token, one more try, and success.

    Why it matters: Tokens end early: a key is rotated, the vendor restarts, a clock is wrong. Without recovery
        every payment fails until the token's own time is over.
    How it is judged: After a first action all tokens are ended at the emulator's clock, while the application still
        believes in its own. The next action must succeed, with at most two mints. An application that gets a token
        for each action never uses the ended one and passes: in that style there is no session in the middle of
        which a token could be rejected.
    How to fix: On a 401 forget the token, get a new one, and repeat the request once with the same idempotency key.
        Share the new token with all other callers.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application makes no call in the second action.
    """
    seen = lived(evidence, "rejected-token")
    if isinstance(seen, Verdict):
        return seen
    renewed = 0
    for outcome in seen.trace.steps("rejected"):
        calls = seen.trace.during(outcome)
        if not calls:
            return seen.unknown("the application made no call after its token had been ended.", outcome)
        if not outcome.success:
            return seen.failed("its caller gets an error when a token is rejected.", *calls, outcome)
        if len(mints(calls)) > 2:
            return seen.failed(f"one rejected token led to {len(mints(calls))} mints; expected one.", *calls, outcome)
        renewed += any(call.late for call in calls)
    if renewed:
        return seen.passed("after a 401 it got a new token and repeated the call; the caller saw no error.")
    return seen.passed("it got a new token before it made the call, so that the ended one was not used.")
