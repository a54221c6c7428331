"""token-refresh/lifetime-is-short."""

from __future__ import annotations

from readiness.api import (
    S2,
    Configuration,
    EvidenceView,
    Kind,
    Missing,
    Severity,
    TokenUse,
    Verdict,
    check,
    lifetime_of,
    unknown,
)


@check(
    title="Tokens are short-lived",
    failing_title="Tokens live longer than the policy allows",
    severity=Severity.MAJOR,
    kind=Kind.LIVE,
    needs=[TokenUse, Configuration],
    per_environment=True,
    requirements=[S2],
)
def lifetime_is_short(evidence: EvidenceView) -> Verdict:
    """`expires_in` of an issued token is within the policy.

    Why it matters: Whoever steals a token can take payments and read customers' data with it until it expires; a
        short life bounds that loss without anybody having to notice.
    How it is judged: `expires_in` of the token that was just issued is compared with `policy.max_token_lifetime`,
        which is 24 hours unless the config says otherwise. The vendor documents 900 seconds.
    How to fix: If the vendor's lifetime is really longer and your risk owner accepts it, raise
        `policy.max_token_lifetime`. If a gateway of yours stands before the vendor, make it pass the vendor's
        `expires_in` on unchanged.
    When it is unknown: No token was issued, so that no lifetime was seen.
    """
    lifetime = lifetime_of(evidence[TokenUse].mint)
    if isinstance(lifetime, Missing):
        return unknown(lifetime)
    limit = evidence[Configuration].limits.max_token_lifetime_s
    if lifetime <= limit:
        return Verdict.passed(f"Tokens live {lifetime} s; the policy allows {limit:.0f} s.")
    seen = evidence.cite(TokenUse, "/mint/json_body/expires_in", str(evidence[TokenUse].mint))
    return Verdict.failed(f"Tokens live {lifetime} s; the policy allows {limit:.0f} s.", seen)
