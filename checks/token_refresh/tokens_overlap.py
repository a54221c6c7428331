"""token-refresh/tokens-overlap."""

from __future__ import annotations

from readiness.api import (
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
    without_token,
)


@check(
    title="A new token leaves the old one valid",
    failing_title="A new token breaks the old one",
    severity=Severity.MAJOR,
    kind=Kind.LIVE,
    needs=[TokenUse],
    per_environment=True,
)
def tokens_overlap(evidence: EvidenceView) -> Verdict:
    """After a second mint both tokens work, so that refreshing needs no downtime.

    Why it matters: Where each mint kills the token before it, two processes that share a key keep logging each other
        out, and payments that are under way during a refresh fail.
    How it is judged: A first token is accepted by a read; a second, different token is minted with the same key; then
        the same read must accept the first token again, and the second one.
    How to fix: If the old token is refused, let one process mint and hand the token to all others, or give every
        service a key of its own, and repeat a request once after a 401. Report it to the vendor, whose tokens are
        meant to overlap.
    When it is unknown: One of the two tokens was not issued, both mints brought the same token, the first token had
        reached its end by the second read, or a read gave neither 200 with JSON nor 401.
    """
    use = evidence[TokenUse]
    if missing := _unfit(use):
        return unknown(missing)
    first, second = token_refused(use.read_after_second_mint), token_refused(use.read_with_second)
    if first is True and (ended := _ended(use)):
        return unknown(ended)
    if first is True:
        seen = evidence.cite(TokenUse, "/read_after_second_mint", str(use.read_after_second_mint))
        return Verdict.failed("The first token got 200 before the second was minted, and 401 afterwards.", seen)
    if second is True:
        seen = evidence.cite(TokenUse, "/read_with_second", str(use.read_with_second))
        return Verdict.failed("The second token got 401 from the API; the first got 200.", seen)
    for refused in (first, second):
        if isinstance(refused, Missing):
            return unknown(refused)
    return Verdict.passed("After a second mint the API answered 200 to the first token and to the second.")


def _unfit(use: TokenUse) -> Missing | None:
    """Why the two tokens cannot be compared."""
    for lack in (without_token(use.mint), without_token(use.second_mint), not_accepted(use.read)):
        if lack:
            return lack
    if use.token is None or use.second_token is None:
        return Missing(because=Because.UNREACHABLE, detail="It was not recorded whether the two tokens differ.")
    if use.token.tag == use.second_token.tag:
        return Missing(
            because=Because.UNREACHABLE,
            detail="Both mints brought the same token, so that nothing is known of a token's successor.",
        )
    return None


def _ended(use: TokenUse) -> Missing | None:
    """Whether the first token may have expired by itself before it was read again."""
    lifetime, last = lifetime_of(use.mint), use.read_after_second_mint
    assert isinstance(use.mint, Exchange)
    assert isinstance(last, Exchange)
    if isinstance(lifetime, Missing) or last.received - use.mint.sent < lifetime:
        return None
    return Missing(because=Because.TIMED_OUT, detail=f"{last}: the first token's {lifetime} s were over by then")
