"""resilience/times-out."""

from __future__ import annotations

from readiness.api import (
    G11,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
)

OVER = 1.2
MEASURING = 0.2
"""Seconds allowed beyond that, for a busy machine."""


@check(
    title="A request without an answer is given up in time",
    failing_title="A request without an answer is waited for too long",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G11],
)
def times_out(evidence: EvidenceView) -> Verdict:
    """A hanging API is abandoned within the declared timeout.

    Why it matters: A call that waits for ever holds a thread and a customer. A few of them stop the whole service.
    How it is judged: One request gets no answer while its connection stays open. The application must close it
        within `http_policy.timeout` and a fifth more, measured at the emulator.
    How to fix: Set a timeout for the whole request in the HTTP client, at the value that the config declares; many
        clients have none by default.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or
        `http_policy.timeout` is not declared, or longer than a minute.
    """
    seen = lived(evidence, "hanging")
    if isinstance(seen, Verdict):
        return seen
    timeout = seen.trace.number("timeout")
    hung = [call for call in seen.trace.calls if call.fault == "hang"]
    if not hung:
        return seen.unknown("the request that was to hang did not come.", *seen.trace.steps("hanging"))
    if hung[0].ended is None:
        waited = seen.trace.duration - hung[0].t
        return seen.failed(f"it still waited after {waited:.1f} s; {timeout:g} s are declared.", *hung)
    waited = hung[0].ended - hung[0].t
    if waited > timeout * OVER + MEASURING:
        return seen.failed(f"it waited {waited:.1f} s; {timeout:g} s are declared.", *hung)
    return seen.passed(f"given up after {waited:.1f} s; {timeout:g} s are declared.")
