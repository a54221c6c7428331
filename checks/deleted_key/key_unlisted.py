"""deleted-key/key-unlisted."""

from __future__ import annotations

from readiness.api import (
    S4,
    Attempt,
    Because,
    Environment,
    EvidenceView,
    Exchange,
    KeyDrill,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    drill_step,
    how_to_drill,
    listed,
    not_accepted,
    not_deleted,
    text,
    unknown,
)


@check(
    title="A deleted key leaves the list of keys",
    failing_title="A deleted key is still listed",
    severity=Severity.MINOR,
    kind=Kind.LIVE,
    needs=[],
    optional=[KeyDrill],
    concerns=[Environment.SANDBOX],
    requirements=[S4],
)
def key_unlisted(evidence: EvidenceView) -> Verdict:
    """The list of keys holds the drill's key before its deletion, and no more afterwards.

    Why it matters: In an incident people read the list to see whether the stolen key is gone. A list that lies makes
        them delete the wrong key, or stop too early.
    How it is judged: The drill lists the merchant's keys before and after the deletion of its own key. The key must
        be in the first list, as a control, and not in the second.
    How to fix: Nothing in your application: report it to the vendor. Trust the token endpoint rather than the list: a
        key is dead when it gets `invalid_client`.
    When it is unknown: The drill did not run or went another way (a guided one has no list), the key could not be
        deleted, or one of the lists could not be read.
    """
    drill = evidence.get(KeyDrill)
    if isinstance(drill, Missing):
        return unknown(how_to_drill(drill))
    if isinstance(drill.unlisted, Missing):
        return unknown(drill.unlisted)
    before = _holds(drill_step(drill, "list"), drill.key_name)
    after = _holds(drill_step(drill, "list_after"), drill.key_name)
    for lack in (before, after, not_deleted(drill)):
        if isinstance(lack, Missing):
            return unknown(lack)
    if after or not drill.unlisted:
        seen = evidence.cite(KeyDrill, "/unlisted", str(drill_step(drill, "list_after")))
        return Verdict.failed("The deleted key still stands in the list of keys.", seen)
    if not before:
        return Verdict.unknown("The key was not in the list before its deletion: its absence says nothing.")
    return Verdict.passed("The key was listed before its deletion, and is not listed any more.")


def _holds(listing: Attempt, name: str) -> bool | Missing:
    """Whether a list of keys holds one of that name."""
    if lack := not_accepted(listing):
        return lack
    assert isinstance(listing, Exchange)
    keys = listed(listing.fields, "apiKeys", "tokens", "items", "data")
    if keys is None:
        return Missing(because=Because.UNREACHABLE, detail=f"{listing}: no list of keys")
    return any(text(key, "apiKeyName", "tokenName", "name") == name for key in keys)
