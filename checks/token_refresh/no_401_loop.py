"""token-refresh/no-401-loop."""

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
    place,
    plural,
)


@check(
    title="A permanent 401 ends after one new token",
    failing_title="A permanent 401 makes the application loop",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G3],
)
def no_401_loop(evidence: EvidenceView) -> Verdict:
    """When every token is refused, an operation ends after at most two mints and two calls.

    Why it matters: A key whose permissions were taken away answers 401 for ever. A client that renews and repeats
        until it works storms both hosts, is locked out, and blocks its own callers.
    How it is judged: The emulator answers 401 to every API request, whatever its token. One action follows. Each
        operation (method and path) may be called twice at most, with at most two mints, and the caller must get an
        error. What is still sent in the background shortly after counts too.
    How to fix: Allow one renewal for each operation: mark the request as repeated, and give a second 401 to the
        caller.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application makes no call.
    """
    seen = lived(evidence, "permanent-401")
    if isinstance(seen, Verdict):
        return seen
    (outcome,) = seen.trace.steps("refused")
    calls = seen.trace.between(outcome.started, seen.trace.duration)
    operations = {place(call) for call in calls if call.host == "api"}
    if not operations:
        return seen.unknown("the application made no call.", outcome)
    most = max(sum(place(call) == each for call in calls) for each in operations)
    if seen.trace.calls_dropped or most > 2 or len(mints(calls)) > 2 * len(operations):
        told = f"{len(calls) - len(mints(calls))} calls and {plural(len(mints(calls)), 'mint')}"
        return seen.failed(
            f"{told} for {plural(len(operations), 'operation')}; expected 2 and 2 at most.", *calls, outcome
        )
    if outcome.success or not outcome.answered:
        return seen.failed("the caller of a refused operation gets no error.", *calls, outcome)
    return seen.passed(f"it ended after {plural(len(mints(calls)), 'mint')} and {plural(most, 'call')}.")
