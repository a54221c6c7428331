"""resilience/idempotency-key-on-mutations."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.api import (
    G4,
    BehaviourTrace,
    Call,
    EvidenceView,
    Kind,
    Lived,
    Severity,
    Verdict,
    all_lived,
    check,
    lived,
    place,
    plural,
    without_payments,
)


@check(
    title="Every change carries an idempotency key of its own",
    failing_title="A change is sent without an idempotency key of its own",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G4],
)
def idempotency_key_on_mutations(evidence: EvidenceView) -> Verdict:
    """Every mutating request carries `Idempotency-Key`, and each operation has its own.

    Why it matters: Without a key a repeated payment is a second payment. With one key for several payments all but
        the first are refused, or answered with the first one's result.
    How it is judged: In all scenarios every POST, PUT, PATCH and DELETE to the API is looked at (token requests and
        `calculate-amount` apart). Each needs the header, and no two payments of different amounts, or for different
        orders (`{reference}`), may share a key.
    How to fix: Make a key (UUID) where the operation is decided, store it with the order, and send it with every
        attempt of that operation.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application takes no payment.
    """
    if lack := without_payments(evidence):
        return lack

    count = 0
    for seen in all_lived(evidence):
        changes = [
            call for call in seen.trace.calls if call.mutates and not place(call)[1].endswith("/calculate-amount")
        ]
        if fault := _fault(seen, changes):
            return fault
        count += len(changes)
    seen_first = lived(evidence, "baseline")
    if isinstance(seen_first, Verdict):
        return seen_first
    if not count:
        return seen_first.unknown("the application sent no change.")
    return seen_first.passed(f"{plural(count, 'change')} in all scenarios, each operation with a key of its own.")


def _fault(seen: Lived, changes: Sequence[Call]) -> Verdict | None:
    """What is wrong with the keys of one scenario."""
    bare = [call for call in changes if not call.idempotency_key]
    if bare:
        return seen.failed(f"{len(bare)} of {plural(len(changes), 'change')} without `Idempotency-Key`.", *bare)
    for call in changes:
        twins = [each for each in changes if _shares(call, each)]
        if twins:
            return seen.failed("one `Idempotency-Key` for different payments.", call, *twins)
    if shared := _shared_by_twin(seen):
        return seen.failed("payments for two orders have one `Idempotency-Key`: their amounts are equal.", *shared)
    return None


def _shared_by_twin(seen: Lived) -> list[Call]:
    """Payments of the same amount for different orders that share a key."""
    keys = {call.idempotency_key for call in seen.trace.during(*seen.trace.steps("twin")) if call.mutates}
    twins = [call for call in seen.trace.calls if call.idempotency_key and call.idempotency_key in keys]
    first = seen.trace.during(*seen.trace.steps("healthy"))
    return twins if any(call in first for call in twins) else []


def _shares(one: Call, other: Call) -> bool:
    """Whether two payments of different amounts have one key."""
    return (
        one.idempotency_key == other.idempotency_key
        and None not in {one.amount, other.amount}
        and (one.amount != other.amount)
    )
