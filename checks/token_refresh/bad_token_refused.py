"""token-refresh/bad-token-refused."""

from __future__ import annotations

from readiness.api import (
    EvidenceView,
    Kind,
    Missing,
    Severity,
    TokenUse,
    Verdict,
    check,
    not_accepted,
    token_refused,
    weigh,
)


@check(
    title="Made-up and truncated tokens are refused",
    failing_title="The API accepts a token that nobody issued",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[TokenUse],
    per_environment=True,
)
def bad_token_refused(evidence: EvidenceView) -> Verdict:
    """The API answers 401 to a made-up token and to a real one that was cut.

    Why it matters: An API that does not look at the token lets anybody read customers' data and take payments; and an
        application that was tested against it has never seen a 401.
    How it is judged: The same read is sent with a real token, with a made-up one and with the real one cut short. It
        passes when the real token gets 200 with JSON and both others get 401: the real one is the control, because a
        gateway that answers 401 to everything proves nothing. Status 200 with JSON for a bad token fails, whatever
        the control.
    How to fix: Point `api_url` at the vendor's API itself, not at a stub, a cache, or a gateway that replaces the
        Authorization header. If it is the vendor's, report it at once and do not go live.
    When it is unknown: The real token was not accepted or not issued, or a bad token got neither 200 with JSON nor
        401.
    """
    use = evidence[TokenUse]
    trials = {"made_up_token": "A made-up token", "truncated_token": "A truncated token"}
    failures, undecided = [], []
    for field, name in trials.items():
        trial = getattr(use, field)
        refused = token_refused(trial)
        if isinstance(refused, Missing):
            undecided.append(refused)
        elif not refused:
            failures.append(evidence.cite(TokenUse, f"/{field}", f"{name} was accepted: {trial}"))
    if control := not_accepted(use.read):
        undecided.insert(0, control)
    return weigh(
        failures,
        undecided,
        failed="The API answered 200 to a token that it never issued; expected 401.",
        passed="A made-up and a truncated token got 401 where the real token got 200.",
    )
