"""token-refresh/bad-secret-refused."""

from __future__ import annotations

from readiness.api import (
    Attempt,
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
    text,
    unknown,
    without_token,
)


@check(
    title="A wrong secret is refused",
    failing_title="A wrong secret is not refused cleanly",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[TokenUse],
    per_environment=True,
)
def bad_secret_refused(evidence: EvidenceView) -> Verdict:
    """The token endpoint refuses the right client id with a wrong secret, and repeats nothing of what was sent.

    Why it matters: The client id is public. If any secret opens the account, anybody can take and refund payments in
        your name; if the answer repeats the secret, it ends up in every log that records answers.
    How it is judged: The configured client id is sent with a made-up secret. It passes when the answer is status 400
        or 401 with the error `invalid_client`, without a token and without the secret that was sent, and the real
        secret did get a token. A token, or an echo of the secret in any answer, fails.
    How to fix: Point `oauth_url` at the vendor's token endpoint, not at a stub, a cache or a gateway that adds its
        own credentials. If it is the vendor's, report it to the vendor at once and do not go live.
    When it is unknown: The real secret got no token, so that a refusal proves nothing; or the answer to the wrong
        secret is neither a token nor `invalid_client`: no answer, another error, a page that is not JSON, 5xx or
        throttling.
    """
    use = evidence[TokenUse]
    trial = use.wrong_secret
    if fault := _fault(trial):
        return Verdict.failed(fault, evidence.cite(TokenUse, "/wrong_secret", str(trial)))
    outcome = mint_outcome(trial)
    if isinstance(outcome, Missing):
        return unknown(outcome)
    if outcome is MintOutcome.WRONG:
        return Verdict.unknown(f"{trial}: neither a token nor `invalid_client`, so it is not clear what was refused.")
    if lack := without_token(use.mint):
        return unknown(lack)
    assert isinstance(trial, Exchange)
    return Verdict.passed(f"A wrong secret got {trial.status} `invalid_client` and no token; the real one got a token.")


def _fault(trial: Attempt) -> str | None:
    """What must never come back for a wrong secret."""
    if isinstance(trial, Missing):
        return None
    if text(trial.fields, "access_token"):
        return "The token endpoint issued a token for a wrong secret; expected `invalid_client`."
    if trial.echoes:
        return f"The answer to a wrong secret repeats what was sent ({', '.join(trial.echoes)})."
    return None
