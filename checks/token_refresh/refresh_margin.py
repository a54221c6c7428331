"""token-refresh/refresh-margin."""

from __future__ import annotations

from readiness.api import (
    Because,
    Configuration,
    EvidenceView,
    Finding,
    Kind,
    Missing,
    Severity,
    TokenUse,
    Verdict,
    check,
    lifetime_of,
    unknown,
    weigh,
)

SMALLEST = 30
"""Seconds: a request of the recommended time-out (30 s) that starts with the old token must still end with it."""


@check(
    title="Tokens are renewed in good time",
    failing_title="The refresh margin does not fit the token's life",
    severity=Severity.MINOR,
    kind=Kind.STATIC,
    needs=[Configuration],
    optional=[TokenUse],
)
def refresh_margin(evidence: EvidenceView) -> Verdict:
    """The declared refresh margin is at least 30 s and shorter than a token's life.

    Why it matters: With too small a margin, tokens expire between being checked and being used, and customers meet a
        401 in the middle of a payment. With a margin as long as the token's life, every request mints a token, until
        the vendor's rate limit stops them all.
    How it is judged: `http_policy.refresh_margin` must be at least 30 s, and less than the `expires_in` that was seen
        in every environment of the run. The vendor's SDKs use 60 s.
    How to fix: Set your client's margin to 60 s and say so in the config: `http_policy: {refresh_margin: 60s}`.
    When it is unknown: The config does not declare a margin, or no token was issued, so that its lifetime is not
        known.
    """
    policy = evidence[Configuration].http_policy
    margin = policy.refresh_margin_s
    if margin is None:
        detail = "The config does not declare `http_policy.refresh_margin`: add `http_policy: {refresh_margin: 60s}`."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    if margin < SMALLEST:
        place = Finding(message=f"refresh_margin is {margin:g} s", location=policy.location)
        return Verdict.failed(f"The refresh margin is {margin:g} s; expected at least {SMALLEST} s.", place)
    lifetimes = {
        environment: use if isinstance(use, Missing) else lifetime_of(use.mint)
        for environment, use in evidence.each(TokenUse).items()
    }
    seen = {environment: life for environment, life in lifetimes.items() if not isinstance(life, Missing)}
    undecided = [life for life in lifetimes.values() if isinstance(life, Missing)]
    if not lifetimes:
        undecided.append(Missing(because=Because.NOT_CONFIGURED, detail="No token's lifetime was seen."))
    failures = [
        Finding(message=f"{environment}: tokens live {life} s", location=policy.location)
        for environment, life in seen.items()
        if margin >= life
    ]
    lives = ", ".join(f"{life} s in {environment}" for environment, life in seen.items())
    summary = f"The refresh margin is {margin:g} s; tokens live {lives}."
    return weigh(failures, undecided, failed=f"{summary} The margin must be shorter.", passed=summary)
