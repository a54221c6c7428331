"""token-refresh/expired-token-refused."""

from __future__ import annotations

from readiness.api import (
    S2,
    Because,
    EvidenceView,
    Exchange,
    Kind,
    Missing,
    Severity,
    TokenUse,
    Verdict,
    check,
    lifetime_of,
    not_accepted,
    token_refused,
    unknown,
)


@check(
    title="An expired token is refused",
    failing_title="An expired token is still accepted",
    severity=Severity.MINOR,
    kind=Kind.LIVE,
    needs=[TokenUse],
    per_environment=True,
    requirements=[S2],
)
def expired_token_refused(evidence: EvidenceView) -> Verdict:
    """A token that was accepted is refused once its lifetime is over.

    Why it matters: A token that outlives its `expires_in` can be abused for longer than anybody believes; and refresh
        logic that relies on the 401 is never exercised.
    How it is judged: A token that a read accepted is kept, unused, until the `expires_in` seconds of its mint are
        over; then the same read must answer 401. Status 200 with JSON fails.
    How to fix: Nothing in your application: report it to the vendor, with the times and the correlation id. Until
        then treat every token as valid until its key is deleted, and refresh by `expires_in`, not by waiting for a
        401.
    When it is unknown: The permission `wait-for-expiry` is not given, the token lives longer than the run may last,
        it was never accepted, or the last read gave neither 200 with JSON nor 401, or came before the end of the
        lifetime.
    """
    use = evidence[TokenUse]
    refused, lifetime = token_refused(use.after_expiry), lifetime_of(use.mint)
    if isinstance(refused, Missing):
        return unknown(refused)
    if isinstance(lifetime, Missing):
        return unknown(lifetime)
    if lack := not_accepted(use.read):
        return unknown(lack)
    assert isinstance(use.mint, Exchange)
    assert isinstance(use.after_expiry, Exchange)
    waited = use.after_expiry.sent - use.mint.received
    if waited < lifetime:
        early = f"{use.after_expiry}: sent {waited:.1f} s after the mint, before the {lifetime} s were over"
        return unknown(Missing(because=Because.TIMED_OUT, detail=early))
    if refused:
        return Verdict.passed(f"The token got 401, {waited:.1f} s after it was issued for {lifetime} s.")
    seen = evidence.cite(TokenUse, "/after_expiry", str(use.after_expiry))
    return Verdict.failed(
        f"The token got 200, {waited:.1f} s after it was issued for {lifetime} s; expected 401.", seen
    )
