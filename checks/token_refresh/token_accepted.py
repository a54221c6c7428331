"""token-refresh/token-accepted."""

from __future__ import annotations

from readiness.api import EvidenceView, Kind, Missing, Severity, TokenUse, Verdict, check, token_refused, unknown


@check(
    title="The API accepts the token",
    failing_title="The API refuses a fresh token",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[TokenUse],
    per_environment=True,
)
def token_accepted(evidence: EvidenceView) -> Verdict:
    """A read of the API answers 200 to a token that was just issued.

    Why it matters: A token that the API refuses is worth nothing: the application mints tokens all day and every
        payment still fails with 401.
    How it is judged: The payment configuration is read once with the token that the configured key just got. Status
        200 with a JSON object passes; status 401 fails.
    How to fix: Check that `api_url` and `oauth_url` belong to the same environment: a sandbox token is refused by
        production, and the reverse. If they do, ask the vendor with the correlation id of the finding.
    When it is unknown: No token was issued, or the API answered with anything else than 200 with JSON or 401: no
        answer, 403 (a permission that is switched off), 404, 5xx, throttling, a redirect, or a page that is not JSON.
    """
    read = evidence[TokenUse].read
    refused = token_refused(read)
    if isinstance(refused, Missing):
        return unknown(refused)
    if refused:
        seen = evidence.cite(TokenUse, "/read", str(read))
        return Verdict.failed("The API answered 401 to a token that was just issued; expected 200.", seen)
    return Verdict.passed("The API answered 200 to a token that was just issued.")
