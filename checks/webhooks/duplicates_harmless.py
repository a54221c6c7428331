"""webhooks/duplicates-harmless."""

from __future__ import annotations

from readiness.api import (
    Because,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
)


@check(
    title="A webhook that comes twice takes effect once",
    failing_title="A webhook that comes twice takes effect twice",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
)
def duplicates_harmless(evidence: EvidenceView) -> Verdict:
    """The same id delivered twice, and out of order, has one effect.

    Why it matters: The vendor repeats webhooks whose answer it did not get. Whoever acts on each ships twice, or
        books twice.
    How it is judged: The lab delivers event A, A again, B, and A once more, and reads the declared effect probe
        (`application.webhook.effect`) after each. A and B must count once each.
    How to fix: Store `Flute-Webhook-ID` in the transaction in which the event takes effect, with a unique key;
        answer 200 to one that is known.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no
        `application.webhook` or no effect probe is declared, event A shows no effect, or a correct webhook is not
        accepted.
    """
    seen = lived(evidence, "webhooks")
    if isinstance(seen, Verdict):
        return seen
    correct = next(each for each in seen.trace.webhooks if each.case == "correct")

    events = [each for each in seen.trace.webhooks if each.case.startswith("event")]
    if not correct.accepted:
        return seen.unknown("a correct webhook is not accepted either.", correct)
    if not events:
        told = "`application.webhook.effect` is not configured, or gives no number."
        return seen.unknown(told, because=Because.NOT_CONFIGURED)
    before = seen.trace.number("effects_before")
    effects = [None if each.effect is None else each.effect - before for each in events]
    if None in effects or effects[0] == 0:
        return seen.unknown("the effect probe shows no effect of a first delivery.", *events)
    if effects != [1, 1, 2, 2]:
        return seen.failed(f"two events, four deliveries: {effects[-1]:g} effects; expected 2.", *events)
    return seen.passed("two events, four deliveries: 2 effects.")
