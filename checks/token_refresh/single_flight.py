"""token-refresh/single-flight."""

from __future__ import annotations

from readiness.api import (
    G3,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
    mints,
    plural,
)

ROUNDS = (("rejected", "control 1"), ("due", "control 2"))
"""Where many callers act, and the action before that shows whether the token is kept."""
MOST = 2


@check(
    title="Concurrent callers share one new token",
    failing_title="Each concurrent caller gets a token of its own",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G3],
)
def single_flight(evidence: EvidenceView) -> Verdict:
    """When a token ends, many concurrent callers cause at most two mints.

    Why it matters: At the end of every lifetime a busy service otherwise asks for as many tokens as it has callers.
        The gateway throttles that, and payments fail at the busiest time.
    How it is judged: Twenty callers (`application.callers`) act at once, first when the vendor has ended the token,
        then when its lifetime is over by the application's own clock (the declared `refresh_margin` and three
        seconds). Answers are held back for 0.4 s, so that all are under way before the first new token comes. In
        each round at most two mints are right. It does not apply where each action gets a token of its own: nothing
        is shared there. A round in which the application's margin is longer than the token's life shows nothing and
        is left out.
    How to fix: Let one caller get the new token while the others wait for it: a lock with a second look inside, or
        one shared promise. Compare the rejected token with the one that is kept before you drop it.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or neither
        round makes the application get a token.
    """
    seen = lived(evidence, "herd")
    if isinstance(seen, Verdict):
        return seen
    counts = []
    for together, control in ROUNDS:
        outcomes = seen.trace.steps(together)
        calls = seen.trace.during(*outcomes)
        kept = not mints(seen.trace.during(*seen.trace.steps(control)))
        if not outcomes or not kept or not mints(calls):
            continue
        if len(mints(calls)) > MOST:
            told = f"{len(outcomes)} callers caused {len(mints(calls))} mints; expected {MOST} at most."
            return seen.failed(told, *mints(calls))
        counts.append(len(mints(calls)))
    if not counts:
        return seen.unknown("no round made the application get a new token.", *seen.trace.steps("rejected")[:3])
    return seen.passed(f"{plural(len(seen.trace.steps('rejected')), 'caller')} at once: {max(counts)} mint at most.")
