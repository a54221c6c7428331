"""deleted-key/mint-refused-after-deletion."""

from __future__ import annotations

from readiness.api import (
    S4,
    Environment,
    EvidenceView,
    KeyDrill,
    Kind,
    MintOutcome,
    Missing,
    RetiredKeys,
    Severity,
    Status,
    Verdict,
    check,
    clock_text,
    drill_step,
    how_to_drill,
    mint_outcome,
    not_deleted,
    refused_in_time,
    unknown,
    without_token,
)

OTHERWISE = ", or declare a deleted key under `environments.sandbox.retired_keys`"


@check(
    title="A deleted key gets no more tokens",
    failing_title="A deleted key still gets tokens",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[],
    optional=[KeyDrill, RetiredKeys],
    concerns=[Environment.SANDBOX],
    requirements=[S4],
)
def mint_refused_after_deletion(evidence: EvidenceView) -> Verdict:
    """Once a key is deleted, the token endpoint refuses it.

    Why it matters: Deleting the key is the only thing that you can do when it was stolen. If it goes on minting
        tokens, the thief goes on taking and refunding payments, and you believe that it is over.
    How it is judged: The drill makes a key in the sandbox, mints a token with it, deletes it, and asks for tokens
        until the endpoint answers `invalid_client`. Clock A is the time from the deletion to the refusal, as an
        interval. It passes when the refusal comes within the watch (`policy.drill_watch`), and fails when the key is
        still accepted at its end. Without a drill, a retired key that is refused while the live key mints proves the
        same.
    How to fix: Nothing in your application: report it to the vendor with the request of the finding. Until it is
        solved, treat a stolen key as stolen for good: have the vendor block the merchant's account.
    When it is unknown: There are neither partner credentials with the permission `sandbox-writes`, nor a guided
        drill's file, nor a retired key; the new key never worked; it could not be deleted; or the endpoint gave no
        usable answer.
    """
    drill = evidence.get(KeyDrill)
    by_drill = unknown(how_to_drill(drill, OTHERWISE)) if isinstance(drill, Missing) else _by_drill(evidence, drill)
    if by_drill.status is not Status.UNKNOWN:
        return by_drill
    retired = evidence.get(RetiredKeys)
    if isinstance(retired, Missing):
        return by_drill
    by_retired = _by_retired(evidence, retired)
    return by_drill if by_retired.status is Status.UNKNOWN and not isinstance(drill, Missing) else by_retired


def _by_drill(evidence: EvidenceView, drill: KeyDrill) -> Verdict:
    clock, born = drill.mint_clock, drill_step(drill, "mint")
    for lack in (without_token(born), not_deleted(drill), clock if isinstance(clock, Missing) else None):
        if lack:
            return unknown(lack)
    assert not isinstance(clock, Missing)
    refused = refused_in_time(clock)
    if isinstance(refused, Missing):
        return unknown(refused)
    seen = evidence.cite(KeyDrill, "/mint_clock", f"{clock.accepted} tokens issued after the deletion")
    if not refused:
        return Verdict.failed(f"Clock A: {clock_text(clock)}; expected `invalid_client` at once.", seen)
    if mint_outcome(clock.refusal) is not MintOutcome.REFUSED:
        return Verdict.unknown("The refusal that ended the watch is not an `invalid_client`.", seen)
    return Verdict.passed(f"Clock A: {clock_text(clock)}.")


def _by_retired(evidence: EvidenceView, retired: RetiredKeys) -> Verdict:
    """What retired keys prove: one that is refused is enough, one that is not is too many."""
    outcomes = [mint_outcome(trial.mint) for trial in retired.trials]
    if MintOutcome.ISSUED in outcomes:
        index = outcomes.index(MintOutcome.ISSUED)
        seen = evidence.cite(RetiredKeys, f"/trials/{index}/mint", str(retired.trials[index].mint))
        return Verdict.failed("A key that is declared deleted still gets tokens; expected `invalid_client`.", seen)
    if lack := without_token(retired.control):
        return unknown(lack)
    if MintOutcome.REFUSED not in outcomes:
        undecided = [outcome for outcome in outcomes if isinstance(outcome, Missing)]
        return unknown(*undecided) if undecided else Verdict.unknown("No retired key got `invalid_client`.")
    trial = retired.trials[outcomes.index(MintOutcome.REFUSED)]
    return Verdict.passed(f"A retired key is refused where the live key gets a token: {trial.mint}. No clock was run.")
