"""resilience/amounts-in-dollars."""

from __future__ import annotations

from readiness.api import (
    G5,
    Because,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
    payments,
    plural,
    without_payments,
)

HALF_A_CENT = 0.005


@check(
    title="The amount that arrives is the amount in dollars",
    failing_title="Another amount arrives than was to be charged",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G5],
)
def amounts_in_dollars(evidence: EvidenceView) -> Verdict:
    """The amount that arrives equals the amount that the action declares.

    Why it matters: The API takes decimal dollars. An application that sends cents charges a hundred times too much,
        one that rounds charges wrongly.
    How it is judged: The lab has payments made of amounts such as 21.37, and compares `baseAmount` as it arrives.
    How to fix: Send decimal dollars: 21.37, not 2137. Keep amounts as decimals or whole cents inside, and convert
        in one place.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        action says no amount (`{amount}`, `{dollars}` or `{cents}`), or no payment arrives.
    """
    if lack := without_payments(evidence):
        return lack

    seen = lived(evidence, "baseline")
    if isinstance(seen, Verdict):
        return seen
    if not seen.trace.facts.get("amount_declared"):
        told = "`application.actions.charge` says no amount; put `{amount}` where it belongs."
        return seen.unknown(told, because=Because.NOT_CONFIGURED)
    compared = 0
    for outcome in seen.trace.steps("healthy"):
        for call in payments(seen.trace.during(outcome)):
            if call.amount is None or outcome.amount is None:
                continue
            compared += 1
            if abs(call.amount - outcome.amount) > HALF_A_CENT:
                times = " (a hundred times)" if abs(call.amount - 100 * outcome.amount) < 1 else ""
                told = f"{call.amount:.2f} arrived{times}; {outcome.amount:.2f} was to be charged."
                return seen.failed(told, call, outcome)
    if not compared:
        return seen.unknown("no payment arrived.", *seen.trace.steps("healthy"))
    return seen.passed(f"{plural(compared, 'payment')} arrived with the right amount.")
