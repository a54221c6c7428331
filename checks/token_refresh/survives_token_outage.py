"""token-refresh/survives-token-outage."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.api import (
    G3,
    BehaviourTrace,
    Call,
    EvidenceView,
    Kind,
    Lived,
    Outcome,
    Severity,
    Verdict,
    check,
    lived,
    mints,
    plural,
)

USUAL_RETRIES = 3
LEAST_PAUSE = 0.02
"""Seconds; attempts that follow each other faster, on average, are a burst."""


@check(
    title="An outage of the token endpoint is survived",
    failing_title="An outage of the token endpoint is not survived",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G3],
)
def survives_token_outage(evidence: EvidenceView) -> Verdict:
    """While no token can be had, attempts are few and spaced; afterwards work resumes by itself.

    Why it matters: A token endpoint that is down for a minute becomes an outage of an hour where clients storm it,
        or where they need a restart to work again.
    How it is judged: All tokens are ended and the token endpoint answers 503. Two actions follow. Each may ask for
        a token at most twice as often as the declared retries allow (three if none are declared), not in one burst,
        and must end with an answer. Then the endpoint works again, and one of the next five actions must succeed
        without a restart.
    How to fix: Treat 503 from the token endpoint like 503 from the API: a few attempts at growing distances, then a
        clean error. Never keep a failed token or a failed promise of one.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application asks for no token in the outage.
    """
    seen = lived(evidence, "token-outage")
    if isinstance(seen, Verdict):
        return seen
    asked = 0
    for outcome in seen.trace.steps("outage"):
        attempts = mints(seen.trace.during(outcome))
        asked += len(attempts)
        if fault := _fault(seen, outcome, attempts):
            return seen.failed(fault, *attempts, outcome)
    if not asked:
        return seen.unknown("the application asked for no token in the outage.", *seen.trace.steps("outage"))
    after = seen.trace.steps("after")
    if not any(outcome.success for outcome in after):
        return seen.failed("it does not work again after the outage.", *seen.trace.during(*after), *after)
    return seen.passed(f"{plural(asked, 'mint')} in the outage, then it worked again by itself.")


def _fault(seen: Lived, outcome: Outcome, attempts: Sequence[Call]) -> str | None:
    """What is wrong with the attempts of one action."""
    retries = USUAL_RETRIES if seen.declared.retries is None else seen.declared.retries
    most = 2 * (retries + 1)
    if len(attempts) > most:
        return f"{len(attempts)} mints in one action; expected {most} at most."
    if len(attempts) > 2 and attempts[-1].t - attempts[0].t < LEAST_PAUSE * (len(attempts) - 1):
        return f"{len(attempts)} mints without a pause between them."
    return None if outcome.answered else "an action got no answer in the outage."
