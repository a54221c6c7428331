"""deleted-key/app-recovers-with-new-key."""

from __future__ import annotations

from readiness.api import (
    S5,
    Because,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Lived,
    Severity,
    Verdict,
    charges,
    check,
    lived,
    plural,
)


@check(
    title="The application works again with a new key",
    failing_title="The application does not work with its new key",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[S5],
)
def app_recovers_with_new_key(evidence: EvidenceView) -> Verdict:
    """With a new key the application works again, and the interrupted payment is neither lost nor doubled.

    Why it matters: Rotation is the answer to a leaked key. If it needs a new release, nobody dares to delete the
        old key; if it doubles a payment, a customer pays for it.
    How it is judged: After the deletion the application is given a new key by the `rekey` action, and the
        interrupted payment is made again. One of five attempts must succeed, and the vendor must hold exactly one
        charge of that amount.
    How to fix: Read the key from the secrets manager when it is refused, or restart on rotation (`rekey: {restart:
        true}`). Drop tokens of the old key. Do not queue failed payments without an idempotency key that their
        repetition shares.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no
        `rekey` action is declared (`has_no: [rekey]` says that there is none).
    """
    seen = lived(evidence, "deleted-key")
    if isinstance(seen, Verdict):
        return seen
    if "rekeyed" not in seen.trace.facts:
        if "rekey" in seen.declared.has_no:
            return Verdict.not_applicable("The application has no way to be given a new key.")
        told = "`application.actions.rekey` is not configured."
        return seen.unknown(told, because=Because.NOT_CONFIGURED)
    return _judge(seen)


def _judge(seen: Lived) -> Verdict:
    """Does it work, and what became of the interrupted payment."""
    tries = seen.trace.steps("with new key")
    since = seen.trace.number("rekeyed")
    calls = seen.trace.between(since, seen.trace.duration)
    if not any(outcome.success for outcome in tries):
        return seen.failed("it does not work with its new key.", *seen.trace.steps("rekey"), *calls, *tries)
    interrupted = seen.trace.steps("interrupted")
    made = [
        call
        for call in charges(seen.trace.between(interrupted[0].started, seen.trace.duration))
        if call.amount == interrupted[0].amount and call.status == 200
    ]
    if len(made) > 1:
        return seen.failed(f"the interrupted payment was charged {len(made)} times.", *made, *interrupted, *tries)
    if interrupted[0].amount is not None and not charges(calls) and not seen.trace.calls_dropped:
        return seen.failed("the interrupted payment is reported as made, and was not.", *calls, *interrupted, *tries)
    return seen.passed(f"it works again after {plural(len(tries), 'attempt')}; nothing lost or doubled.", *tries)
