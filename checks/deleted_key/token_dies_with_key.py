"""deleted-key/token-dies-with-key."""

from __future__ import annotations

from readiness.api import (
    S4,
    Clock,
    Environment,
    EvidenceView,
    KeyDrill,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    clock_text,
    drill_step,
    expired_by_itself,
    how_to_drill,
    not_accepted,
    not_deleted,
    refused_in_time,
    token_refused,
    unknown,
    without_token,
)


@check(
    title="A deleted key's tokens stop working",
    failing_title="A deleted key's tokens go on working",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[],
    optional=[KeyDrill],
    concerns=[Environment.SANDBOX],
    requirements=[S4],
)
def token_dies_with_key(evidence: EvidenceView) -> Verdict:
    """Once a key is deleted, the API refuses the tokens that were issued for it.

    Why it matters: A thief who holds a token can take and refund payments until it ends. The vendor promises that it
        ends with its key; if it does not, an incident lasts as much longer as the token lives.
    How it is judged: The drill makes a key in the sandbox, has its token accepted by a read, deletes the key, and
        repeats the read until it gets 401. Clock B is the time from the deletion to the 401, as an interval. It
        passes when the refusal comes within the watch (`policy.drill_watch`), and fails when the token is still
        accepted at its end.
    How to fix: Nothing in your application: report it to the vendor with the request of the finding. Until it is
        solved, add the token's lifetime to the time that your incident plan counts for a stolen key.
    When it is unknown: There are neither partner credentials with the permission `sandbox-writes` nor a guided
        drill's file; the token was never accepted; the key could not be deleted; the token may have expired by
        itself; or the API gave no usable answer.
    """
    drill = evidence.get(KeyDrill)
    if isinstance(drill, Missing):
        return unknown(how_to_drill(drill))
    clock = drill.token_clock
    controls = (without_token(drill_step(drill, "mint")), not_accepted(drill_step(drill, "read")), not_deleted(drill))
    for lack in controls:
        if lack:
            return unknown(lack)
    return unknown(clock) if isinstance(clock, Missing) else _judge(evidence, drill, clock)


def _judge(evidence: EvidenceView, drill: KeyDrill, clock: Clock) -> Verdict:
    """Read clock B of a drill whose controls hold."""
    refused = refused_in_time(clock)
    if isinstance(refused, Missing):
        return unknown(refused)
    seen = evidence.cite(KeyDrill, "/token_clock", f"{clock.accepted} reads accepted after the deletion")
    if not refused:
        return Verdict.failed(f"Clock B: {clock_text(clock)}; expected 401 at once.", seen)
    if token_refused(clock.refusal) is not True:
        return Verdict.unknown("The refusal that ended the watch is not a 401.", seen)
    if expired := expired_by_itself(drill_step(drill, "mint"), clock.refusal):
        return unknown(expired)
    return Verdict.passed(f"Clock B: {clock_text(clock)}.")
