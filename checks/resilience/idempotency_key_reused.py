"""resilience/idempotency-key-reused."""

from __future__ import annotations

from readiness.api import (
    G4,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    charges,
    check,
    lived,
    payments,
)


@check(
    title="A repeated payment keeps its idempotency key",
    failing_title="A payment whose answer is lost is charged again",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G4],
)
def idempotency_key_reused(evidence: EvidenceView) -> Verdict:
    """After a connection breaks between the charge and its answer, the repetition carries the same key: one charge.

    Why it matters: The most dangerous moment of a payment: the customer has been charged, and the application does
        not know. A repetition with a new key charges the customer twice.
    How it is judged: A payment takes effect at the emulator, then its connection is reset. Every further attempt
        must carry the same `Idempotency-Key`, and the customer must have been charged once. An application that
        does not repeat, or looks first whether the payment exists, passes too.
    How to fix: Make the key before the first attempt and keep it through all retries, also those of the HTTP
        library and after a restart.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        payment did not reach the API.
    """
    seen = lived(evidence, "lost-answer")
    if isinstance(seen, Verdict):
        return seen
    (outcome,) = seen.trace.steps("lost")
    attempts = payments(seen.trace.between(outcome.started, seen.trace.duration))
    if not any(call.fault == "reset" for call in attempts):
        return seen.unknown("the payment did not reach the API.", outcome)
    made = charges(attempts)
    if len(made) > 1:
        return seen.failed(f"the customer was charged {len(made)} times.", *attempts, outcome)
    if len({call.idempotency_key for call in attempts}) > 1:
        return seen.failed("the repetition carries another key.", *attempts, outcome)
    if len(attempts) == 1:
        return seen.passed("it does not repeat the payment by itself; one charge.", *attempts, outcome)
    return seen.passed(f"{len(attempts)} attempts with one key; one charge.", *attempts, outcome)
