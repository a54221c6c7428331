"""deleted-key/retired-keys-refused."""

from __future__ import annotations

from readiness.api import (
    S4,
    Because,
    Configuration,
    EvidenceView,
    Kind,
    MintOutcome,
    Missing,
    RetiredKeys,
    Severity,
    Verdict,
    check,
    mint_outcome,
    plural,
    unknown,
    weigh,
    without_token,
)


@check(
    title="Retired keys are dead",
    failing_title="A retired key still gets tokens",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[Configuration],
    optional=[RetiredKeys],
    per_environment=True,
    requirements=[S4],
)
def retired_keys_refused(evidence: EvidenceView) -> Verdict:
    """Every key that the config declares retired is refused by the token endpoint.

    Why it matters: A key is often retired because it leaked. If it was forgotten in the portal, whoever has it still
        takes and refunds payments in your name.
    How it is judged: Each key under `retired_keys` is sent once to the token endpoint of its environment. It passes
        when each gets `invalid_client` (400 or 401), and the live key gets a token, which shows that the endpoint
        does not simply refuse everything. A token for a retired key fails, whatever the live key got.
    How to fix: Delete the named key in the portal of this environment (Settings, API Keys) today, then look through
        the transactions since the day on which it was retired.
    When it is unknown: A retired key's secret has no value, the live key got no token, or the endpoint gave neither a
        token nor `invalid_client`.
    """
    environment = evidence.environment
    settings = evidence[Configuration].environments.get(environment) if environment else None
    if settings is None or not settings.retired_client_ids:
        return Verdict.not_applicable(f"The config declares no retired key for {environment}.")
    retired = evidence.get(RetiredKeys)
    if isinstance(retired, Missing):
        return unknown(retired)
    failures = []
    undecided = [lack] if (lack := without_token(retired.control)) else []
    for index, trial in enumerate(retired.trials):
        outcome = mint_outcome(trial.mint)
        if isinstance(outcome, Missing):
            undecided.append(outcome)
        elif outcome is MintOutcome.WRONG:
            detail = f"{trial.mint}: neither a token nor `invalid_client`"
            undecided.append(Missing(because=Because.REFUSED, detail=detail))
        elif outcome is MintOutcome.ISSUED:
            seen = evidence.cite(RetiredKeys, f"/trials/{index}/mint", f"{trial.client_id}: {trial.mint}")
            failures.append(seen.model_copy(update={"location": trial.location}))
    count = len(settings.retired_client_ids)
    if len(retired.trials) < count:
        detail = f"Tried were {len(retired.trials)} of {plural(count, 'retired key')}."
        undecided.append(Missing(because=Because.UNREACHABLE, detail=detail))
    return weigh(
        failures,
        undecided,
        failed=f"{len(failures)} of {plural(count, 'retired key')} still got a token; expected `invalid_client`.",
        passed=f"{plural(count, 'retired key')} got `invalid_client` where the live key got a token.",
    )
