"""token-refresh/token-issued."""

from __future__ import annotations

from readiness.api import (
    EvidenceView,
    Exchange,
    Kind,
    MintOutcome,
    Missing,
    Severity,
    TokenUse,
    Verdict,
    check,
    mint_outcome,
    token_faults,
    unknown,
)


@check(
    title="The key gets an access token",
    failing_title="The key gets no usable access token",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[TokenUse],
    per_environment=True,
)
def token_issued(evidence: EvidenceView) -> Verdict:
    """The token endpoint answers the configured key with a token of the documented shape.

    Why it matters: Without a token not one request of the payments API works: every sale, capture and refund fails
        from the first second after launch.
    How it is judged: The configured client id and secret are sent once to the token endpoint (client_credentials). It
        passes on status 200 with a JSON object that holds a text `access_token`, the `token_type` Bearer and a whole
        number of seconds above 0 as `expires_in`. A refusal, another complete answer of status 4xx, or a complete
        payload of another shape fails.
    How to fix: On `invalid_client`, compare client id and secret with the key in the portal of this environment
        (Settings, API Keys): a sandbox key does not work in production, and a deleted key never works again. On 404,
        compare `oauth_url` with the vendor's: the sandbox is https://sandbox.oauth.api.flute.com/oauth2/token. On 401
        without `invalid_client`, replace hosts of the old `uat.arise` names, which are decommissioned.
    When it is unknown: No secret could be read, the endpoint gave no answer, or it answered with a redirect, a fault
        of its own (5xx), throttling (429), or something that is not complete JSON.
    """
    mint = evidence[TokenUse].mint
    outcome = mint_outcome(mint)
    if isinstance(outcome, Missing):
        return unknown(outcome)
    assert isinstance(mint, Exchange)
    if outcome is MintOutcome.ISSUED:
        return Verdict.passed(f"The token endpoint issued a token that lives {mint.fields['expires_in']} s.")
    seen = evidence.cite(TokenUse, "/mint", str(mint))
    if outcome is MintOutcome.REFUSED:
        return Verdict.failed("The token endpoint refused the key (`invalid_client`); expected a token.", seen)
    return Verdict.failed(_explain(mint), seen)


def _explain(mint: Exchange) -> str:
    """What was seen instead of a token."""
    if mint.status == 200:
        return f"The token endpoint answered 200, but {', '.join(token_faults(mint))}."
    seen = f"The token endpoint answered {mint.status}; expected 200 with a token."
    if mint.status == 401:
        return f"{seen} A 401 without `invalid_client` is how the vendor's decommissioned hosts answer."
    if mint.status == 404:
        return f"{seen} The host or the path of `oauth_url` is not a token endpoint."
    return seen
