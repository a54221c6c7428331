"""resilience/declines-handled."""

from __future__ import annotations

import re

from readiness.api import (
    G5,
    Because,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Outcome,
    Severity,
    Verdict,
    check,
    lived,
    payments,
    plural,
)


@check(
    title="A declined payment is reported as not paid",
    failing_title="A declined payment is taken for paid",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G5],
)
def declines_handled(evidence: EvidenceView) -> Verdict:
    """A decline (HTTP 200, status Declined) is reported as not paid; a refusal by address verification too.

    Why it matters: Whoever looks at the HTTP status alone ships goods for which nobody pays.
    How it is judged: Payments with three documented declined cards, then one that address verification refuses. The
        emulator answers 200 each time, as the vendor does. The action's `success` must not be met.
    How to fix: Take a payment for made only if `transactionStatus` says so (Captured, or Authorized). Treat every
        other status as not paid, statuses that you do not know included.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or a payment
        did not reach the API, or `success` is told by the status alone, so that the lab cannot see what the
        customer is told.
    """
    seen = lived(evidence, "declines")
    if isinstance(seen, Verdict):
        return seen
    healthy = seen.trace.steps("prime")[0]
    for outcome in seen.trace.steps("declined"):
        calls = payments(seen.trace.during(outcome))
        if not any(call.status == 200 for call in calls):
            return seen.unknown("a payment did not reach the API.", *calls, outcome)
        if not outcome.answered:
            return seen.failed("a decline ends without an answer.", *calls, outcome)
        if outcome.success and outcome.by_status_alone and _plain(outcome) != _plain(healthy):
            told = "`success` names no part of the answer, so that paid cannot be told from not paid."
            return seen.unknown(told, healthy, outcome, because=Because.NOT_CONFIGURED)
        if outcome.success:
            return seen.failed(f"{outcome.step} is reported as paid.", *calls, outcome)
    return seen.passed(f"{plural(len(seen.trace.steps('declined')), 'decline')}, each reported as not paid.")


def _plain(outcome: Outcome) -> str:
    """An answer without what differs from payment to payment."""
    return re.sub(r"[0-9a-fA-F-]{8,}|\d+", "", outcome.body)
