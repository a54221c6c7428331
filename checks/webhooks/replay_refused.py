"""webhooks/replay-refused."""

from __future__ import annotations

from readiness.api import (
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
)


@check(
    title="Webhooks outside the time window are refused",
    failing_title="Old webhooks can be replayed",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
)
def replay_refused(evidence: EvidenceView) -> Verdict:
    """A timestamp more than 300 seconds in the past or the future is refused.

    Why it matters: Whoever has seen one webhook, in a log or on the way, can send it again for ever: its signature
        stays right.
    How it is judged: The lab delivers rightly signed webhooks whose timestamps lie 400 seconds in the past and in
        the future. Neither may get 2xx, while a present one does.
    How to fix: Refuse a webhook whose `Flute-Webhook-Timestamp` differs from your clock by more than 300 seconds,
        before or after. Keep that clock in step.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no
        `application.webhook` is declared, or a correct webhook is not accepted either.
    """
    seen = lived(evidence, "webhooks")
    if isinstance(seen, Verdict):
        return seen
    correct = next(each for each in seen.trace.webhooks if each.case == "correct")

    untimely = [each for each in seen.trace.webhooks if each.case in {"too old", "too new"}]
    accepted = [each for each in untimely if each.accepted]
    if accepted:
        return seen.failed(" and ".join(f"one {each.case}" for each in accepted) + " is accepted.", *accepted)
    if not correct.accepted:
        return seen.unknown("a correct webhook is not accepted either.", correct)
    return seen.passed("webhooks of 400 s ago and of 400 s ahead are refused.")
