"""resilience/honours-retry-after."""

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
    place,
)

MEASURING = 0.05
"""Seconds that may be missing, for clocks that round."""


@check(
    title="Retry-After is honoured",
    failing_title="A throttled request is repeated too early",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G11],
)
def honours_retry_after(evidence: EvidenceView) -> Verdict:
    """After 429 with Retry-After there is no earlier attempt.

    Why it matters: A client that does not wait is throttled longer, and all merchants behind the same gateway with
        it.
    How it is judged: One request gets 429 with `Retry-After: 2`. Its next attempt must come two seconds later or
        not at all.
    How to fix: Read `Retry-After` (seconds or an HTTP date) and wait at least so long; a backoff of your own counts
        only where it is longer.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        request did not come.
    """
    seen = lived(evidence, "throttled")
    if isinstance(seen, Verdict):
        return seen
    wait = seen.trace.number("retry_after")
    throttled = next((call for call in seen.trace.calls if call.fault == "throttle"), None)
    if throttled is None:
        return seen.unknown("the request that was to be throttled did not come.", *seen.trace.steps("throttled"))
    later = [call for call in seen.trace.calls if call.t > throttled.t and place(call) == place(throttled)]
    if not later:
        return seen.passed("it was not tried again.", throttled)
    pause = later[0].t - throttled.t
    if pause < wait - MEASURING:
        return seen.failed(f"tried again after {pause:.2f} s; {wait:g} s were asked for.", throttled, *later)
    return seen.passed(f"tried again after {pause:.2f} s; {wait:g} s were asked for.", throttled, *later)
