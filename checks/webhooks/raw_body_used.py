"""webhooks/raw-body-used."""

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
    title="The signature is checked over the raw body",
    failing_title="Webhooks written in another way are refused",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
)
def raw_body_used(evidence: EvidenceView) -> Verdict:
    """A body with unusual white space and key order verifies.

    Why it matters: A receiver that parses the body and writes it again before it checks works until the vendor
        formats one differently. Then real events are refused, and orders stay unpaid.
    How it is judged: The lab delivers rightly signed webhooks whose JSON is written with blanks, with indentation,
        and with its members in another order. All must get 2xx; one that is changed after signing must not.
    How to fix: Take the bytes of the body as they come, before any parser: `express.raw()`, `request.get_data()`,
        `await request.body()`.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no
        `application.webhook` is declared, a correct webhook is not accepted, or changed bodies are accepted too.
    """
    seen = lived(evidence, "webhooks")
    if isinstance(seen, Verdict):
        return seen
    correct = next(each for each in seen.trace.webhooks if each.case == "correct")

    formatted = [each for each in seen.trace.webhooks if each.case.startswith("formatted")]
    refused = [each for each in formatted if not each.accepted]
    changed = [each for each in seen.trace.webhooks if each.case.startswith("body changed")]
    if not correct.accepted:
        return seen.unknown("a correct webhook is not accepted either.", correct)
    if refused:
        return seen.failed(f"{len(refused)} of {len(formatted)} ways to write the body are refused.", correct, *refused)
    if any(each.accepted for each in changed):
        return seen.unknown("a changed body is accepted, so that it is not known what is checked.", *changed)
    return seen.passed(f"{len(formatted)} ways to write the body are accepted, a changed body is not.")
