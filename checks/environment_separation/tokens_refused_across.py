"""environment-separation/tokens-refused-across."""

from __future__ import annotations

from readiness.api import (
    S3,
    Because,
    CrossEnvironment,
    Environment,
    EvidenceView,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    not_accepted,
    token_refused,
    weigh,
)


@check(
    title="Each token works in its own environment only",
    failing_title="A token is accepted in the other environment",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[CrossEnvironment],
    concerns=[Environment.SANDBOX, Environment.PRODUCTION],
    requirements=[S3],
)
def tokens_refused_across(evidence: EvidenceView) -> Verdict:
    """A sandbox token gets 401 from the production API and, where permitted, the reverse.

    Why it matters: Sandbox tokens lie in test logs, tickets and developers' terminals. If production accepts one,
        each of those places gives access to real customers and real money.
    How it is judged: A token of the sandbox is sent to the production API, and must get 401. As controls, the same
        token must be accepted by the sandbox API, and a production token by the production API: an API that refuses
        everything proves nothing. With the permission `production-secret-to-sandbox` the reverse is tried, too.
        Status 200 with JSON abroad fails.
    How to fix: Compare `api_url` of both environments: they probably lead to one API, or to one gateway that replaces
        the Authorization header. If both are the vendor's own hosts, report it to the vendor and do not go live.
    When it is unknown: A token could not be minted, a control was not accepted, or the API abroad gave neither 200
        with JSON nor 401. A reverse that is not permitted is left out, and the summary says so.
    """
    cross = evidence[CrossEnvironment]
    controls = (cross.sandbox_token_at_home, cross.production_token_at_home)
    undecided = [lack for control in controls if (lack := not_accepted(control))]
    failures = []
    untried = ""
    for field, name in (
        ("sandbox_token_at_production", "sandbox token at the production API"),
        ("production_token_at_sandbox", "production token at the sandbox API"),
    ):
        trial = getattr(cross, field)
        refused = token_refused(trial)
        if not isinstance(refused, Missing):
            if not refused:
                failures.append(evidence.cite(CrossEnvironment, f"/{field}", f"{name}: {trial}"))
        elif field == "production_token_at_sandbox" and refused.because is Because.NOT_PERMITTED:
            untried = f" The reverse was not tried: {refused.detail}"
        else:
            undecided.append(refused)
    return weigh(
        failures,
        undecided,
        failed="An API answered 200 to a token of the other environment; expected 401.",
        passed=f"A token gets 200 at home and 401 in the other environment.{untried}",
    )
