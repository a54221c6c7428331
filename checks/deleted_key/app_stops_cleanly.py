"""deleted-key/app-stops-cleanly."""

from __future__ import annotations

from readiness.api import (
    S5,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Lived,
    Outcome,
    Severity,
    Verdict,
    check,
    lived,
    plural,
)

MOST_CALLS = 12
MOST_IDLE = 3


@check(
    title="The application stops cleanly when its key is deleted",
    failing_title="The deletion of its key makes the application run wild",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[S5],
)
def app_stops_cleanly(evidence: EvidenceView) -> Verdict:
    """When its key is deleted while it works, the application makes few calls, does not crash, and gives clear errors.

    Why it matters: A key is deleted because it leaked, or by mistake. In that hour the last thing that you need is
        a service that storms the token endpoint, restarts in a circle, or tells customers that they have paid.
    How it is judged: After a first action the key and its tokens are deleted at the emulator. Two more actions
        follow, then a second of idleness. Each action may make twelve calls at most (or four for each attempt that
        the declared retries allow), three may come while nobody asks for anything, every caller must get an answer
        that is no success, and the server must still run.
    How to fix: Treat `invalid_client` as final: no retries, an error to the caller, an alarm. Do not end the
        process.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application makes no call after the deletion.
    """
    seen = lived(evidence, "deleted-key")
    if isinstance(seen, Verdict):
        return seen
    outcomes = seen.trace.steps("interrupted", "without key")
    if not seen.trace.during(*outcomes):
        return seen.unknown("it made no call after its key had been deleted.", *outcomes)
    for outcome in outcomes:
        if fault := _fault(seen, outcome):
            return seen.failed(fault, *seen.trace.during(outcome), outcome)
    idle = seen.trace.between(seen.trace.number("idle_from"), seen.trace.number("idle_to"))
    if len(idle) > MOST_IDLE:
        return seen.failed(f"{len(idle)} calls while nobody asked for anything.", *idle)
    if not seen.trace.facts["alive"]:
        return seen.failed("the application has ended.", *outcomes)
    calls = seen.trace.during(*outcomes)
    return seen.passed(f"{plural(len(calls), 'call')} in {len(outcomes)} actions, a clear error each.", *outcomes)


def _fault(seen: Lived, outcome: Outcome) -> str | None:
    """What is wrong with one action without a key."""
    most = max(MOST_CALLS, 4 * ((seen.declared.retries or 0) + 1))
    calls = seen.trace.during(outcome)
    if len(calls) > most:
        return f"{len(calls)} calls in one action; expected {most} at most."
    return "its caller gets no clear error." if outcome.success or not outcome.answered else None
