"""acme/ping-is-guarded."""

from __future__ import annotations

from acme_readiness.probes import Ping  # type: ignore[import-not-found] # known where it is installed

from readiness.api import EvidenceView, Kind, Missing, Severity, Verdict, check, token_refused, unknown


@check(
    title="The ping wants a token",
    failing_title="The ping answers anybody",
    severity=Severity.MINOR,
    kind=Kind.LIVE,
    needs=[Ping],
    per_environment=True,
)
def ping_is_guarded(evidence: EvidenceView) -> Verdict:
    """A ping without a token gets 401.

    Why it matters: Acme's gateway once answered pings from its cache, and hid an outage for an hour of payments.
    How it is judged: One GET without a token must get 401.
    How to fix: Let the gateway pass pings on.
    When it is unknown: The API gave neither 200 nor 401.
    """
    answer = evidence[Ping].answer
    refused = token_refused(answer)
    if isinstance(refused, Missing):
        return unknown(refused)
    if refused:
        return Verdict.passed(f"The ping got 401: {answer}.")
    return Verdict.failed("The ping got 200 without a token.", evidence.cite(Ping, "/answer", str(answer)))
