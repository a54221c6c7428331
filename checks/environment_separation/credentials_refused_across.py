"""environment-separation/credentials-refused-across."""

from __future__ import annotations

from readiness.api import (
    S3,
    Because,
    CrossEnvironment,
    Environment,
    EvidenceView,
    Kind,
    MintOutcome,
    Missing,
    Severity,
    Verdict,
    check,
    mint_outcome,
    weigh,
)

Place = tuple[Environment, Environment]
"""Whose key, at whose token endpoint."""
CELLS: tuple[Place, ...] = tuple((key, endpoint) for key in Environment for endpoint in Environment)
RISKY: Place = (Environment.PRODUCTION, Environment.SANDBOX)
"""The cell that takes the production secret out of production; it needs a permission of its own."""


@check(
    title="Each key works in its own environment only",
    failing_title="A key does not stay in its own environment",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[CrossEnvironment],
    concerns=[Environment.SANDBOX, Environment.PRODUCTION],
    requirements=[S3],
)
def credentials_refused_across(evidence: EvidenceView) -> Verdict:
    """Of four trials, each key at each token endpoint, only the two at home bring a token.

    Why it matters: If a sandbox key opens production, everybody who may test can move real money; if a production key
        is what you call your sandbox key, your tests already do.
    How it is judged: The sandbox key and the production key are each sent once to both token endpoints. It passes
        when each gets a token at home and `invalid_client` (400 or 401) abroad. A token abroad, or `invalid_client`
        at home, fails, whatever the other trials brought. The production secret goes to the sandbox host only with
        the permission `production-secret-to-sandbox`; without it the other three trials are judged, and the summary
        says so.
    How to fix: If a key works abroad, the two URLs lead to one environment, or the two keys are one: compare
        `oauth_url` and `client_id` of both with the two portals. If a key is refused at home, make a new one in the
        portal of that environment.
    When it is unknown: A key has no value, one environment is not configured, or a trial brought neither a token nor
        `invalid_client`: no answer, another error, 404, 5xx, throttling, a redirect, or a page that is not JSON.
    """
    cross = evidence[CrossEnvironment]
    trials = {(cell.key_of, cell.endpoint_of): (index, cell) for index, cell in enumerate(cross.cells)}
    failures, undecided, skipped = [], [], None
    for place in CELLS:
        key, endpoint = place
        if place not in trials:
            detail = f"The {key} key was not tried at the {endpoint} token endpoint."
            undecided.append(Missing(because=Because.UNREACHABLE, detail=detail))
            continue
        index, cell = trials[place]
        outcome = mint_outcome(cell.mint)
        expected = MintOutcome.ISSUED if key is endpoint else MintOutcome.REFUSED
        if isinstance(outcome, Missing):
            if place == RISKY and outcome.because is Because.NOT_PERMITTED:
                skipped = outcome
            else:
                undecided.append(outcome)
        elif outcome is MintOutcome.WRONG:
            detail = f"{cell.mint}: neither a token nor `invalid_client`"
            undecided.append(Missing(because=Because.REFUSED, detail=detail))
        elif outcome is not expected:
            message = f"{key} key at the {endpoint} token endpoint: {outcome}, expected {expected}. {cell.mint}"
            finding = evidence.cite(CrossEnvironment, f"/cells/{index}/mint", message)
            failures.append(finding.model_copy(update={"location": cell.location}))
    untried = f" The production key was not tried at the sandbox: {skipped.detail}" if skipped else ""
    return weigh(
        failures,
        undecided,
        failed=f"{len(failures)} of the four trials of keys and token endpoints came out wrong.",
        passed=f"Each key gets a token at home and `invalid_client` abroad.{untried}",
    )
