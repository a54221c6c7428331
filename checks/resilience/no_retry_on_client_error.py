"""resilience/no-retry-on-client-error."""

from __future__ import annotations

from readiness.api import (
    G5,
    G11,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
)

CLIENT_ERRORS = (400, 403, 404, 409)


@check(
    title="Errors of the request itself are not retried",
    failing_title="A refused request is repeated unchanged",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G5, G11],
)
def no_retry_on_client_error(evidence: EvidenceView) -> Verdict:
    """400, 403, 404 and 409 are not tried again.

    Why it matters: What the vendor refuses it refuses again; repetitions only delay the customer's answer, and look
        like an attack.
    How it is judged: Payments get 400, 403, 404 and 409, one after the other. Each action may send its request
        once.
    How to fix: Retry by a list of statuses that repetition can mend (429, 502, 503, 504), not by everything that is
        no success.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or a request
        did not come.
    """
    seen = lived(evidence, "documented-errors")
    if isinstance(seen, Verdict):
        return seen
    missed = []
    for status in CLIENT_ERRORS:
        outcomes = seen.trace.steps(f"error {status}")
        refused = [call for call in seen.trace.during(*outcomes) if call.fault == "status"]
        if len(refused) > 1:
            return seen.failed(f"{len(refused)} attempts on {status}; expected 1.", *refused, *outcomes)
        if not refused:
            missed += [str(status)]
    if missed:
        return seen.unknown(f"the request that was to get {', '.join(missed)} did not come.")
    return seen.passed("one attempt each on 400, 403, 404 and 409.")
