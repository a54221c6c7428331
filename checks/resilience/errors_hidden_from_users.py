"""resilience/errors-hidden-from-users."""

from __future__ import annotations

import re

from readiness.api import (
    CRASH,
    G5,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    all_lived,
    check,
    lived,
    plural,
)

RAW = {
    "an error code": re.compile(r"\b[A-Z]0000\b|\bDeclineBinNotFound\b"),
    "an exception's name": re.compile(r"\b[A-Z][A-Za-z0-9]*[a-z](?:Error|Exception|Timeout)\b"),
    "a correlation dump": re.compile(r"correlation_?-?id|trace_?-?id|\bIsvApiBff\b", re.IGNORECASE),
    "an OAuth error": re.compile(r"\binvalid_(?:client|token|request|grant|scope)\b"),
}
"""What gives a raw error away; a stack trace does, too."""


@check(
    title="Callers see none of the vendor's raw errors",
    failing_title="Callers see raw errors",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G5],
)
def errors_hidden_from_users(evidence: EvidenceView) -> Verdict:
    """What a caller sees of a failure holds no raw error code, exception type, stack trace or correlation dump.

    Why it matters: Raw errors confuse customers, and tell attackers what runs inside.
    How it is judged: Every failing action of every scenario is looked at: documented errors, declines, odd answers,
        outages, refused tokens. Its answer (of a command, its standard output) is searched for the vendor's codes
        (V0000), names of exceptions, stack traces, fields such as `correlationId`, and `invalid_client`.
    How to fix: Map errors to a few sentences of your own in one place, and give the customer one of them. Log the
        code and the correlation id.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no action
        failed with an answer.
    """
    failing = 0
    for seen in all_lived(evidence):
        for outcome in seen.trace.outcomes:
            if outcome.success or not outcome.answered or outcome.action == "rekey":
                continue
            failing += 1
            raw = [what for what, sign in RAW.items() if sign.search(outcome.body)]
            if CRASH.search(outcome.body):
                raw.append("a stack trace")
            if raw:
                return seen.failed(f"the caller sees {' and '.join(raw)}.", outcome)
    seen_first = lived(evidence, "baseline")
    if isinstance(seen_first, Verdict):
        return seen_first
    if not failing:
        return seen_first.unknown("no action failed with an answer.")
    return seen_first.passed(f"{plural(failing, 'failing action')}, none with a raw error.")
