"""webhooks/signature-verified."""

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

FORGED = ("signed with", "body changed", "signature changed", "without its")
REFUSALS = frozenset({400, 401, 403})


@check(
    title="Webhooks with a wrong signature are refused",
    failing_title="Webhooks are not told from forged ones",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
)
def signature_verified(evidence: EvidenceView) -> Verdict:
    """A correct signature is accepted; a wrong secret, a changed body and a missing header are refused.

    Why it matters: Anybody can send a POST. Without the check a stranger marks orders as paid.
    How it is judged: The lab delivers a correct webhook, then forged ones: signed with another secret, body or
        signature changed after signing, without id, timestamp or signature. The correct one must get 2xx, all
        others must not. 2xx for a forged one counts as accepted even if nothing comes of it: that is what the
        sender learns.
    How to fix: Compute HMAC-SHA256 over id, dot, timestamp, dot and the raw body with the secret's text as it
        stands, compare it in constant time with what follows `v1,`, and answer 401 before anything else is done.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no
        `application.webhook` is declared, or the correct webhook gets 404, 5xx or no answer.
    """
    seen = lived(evidence, "webhooks")
    if isinstance(seen, Verdict):
        return seen
    correct = next(each for each in seen.trace.webhooks if each.case == "correct")

    forged = [each for each in seen.trace.webhooks if each.case.startswith(FORGED)]
    accepted = [each for each in forged if each.accepted]
    if accepted:
        return seen.failed(f"{len(accepted)} of {len(forged)} forged webhooks accepted.", correct, *accepted)
    if correct.status in REFUSALS:
        return seen.failed("a correct webhook is refused.", correct)
    if not correct.accepted:
        return seen.unknown("the correct webhook was not taken in: is `application.webhook.url` right?", correct)
    return seen.passed(f"the correct webhook is accepted, {len(forged)} forged ones are refused.")
