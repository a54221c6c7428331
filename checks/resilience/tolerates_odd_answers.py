"""resilience/tolerates-odd-answers."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.api import (
    CRASH,
    G5,
    BehaviourTrace,
    Call,
    EvidenceView,
    Kind,
    Lived,
    Outcome,
    OutputLine,
    Severity,
    Verdict,
    check,
    lived,
    plural,
)

SLACK = 0.4
"""Seconds after an action within which its lines still come."""


@check(
    title="Odd answers end in a clean failure",
    failing_title="An odd answer breaks the application",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G5],
)
def tolerates_odd_answers(evidence: EvidenceView) -> Verdict:
    """A PascalCase error, an empty 401, an empty 200, HTML with 502 and malformed JSON each end in a clean failure.

    Why it matters: All of these have been seen live. An application that dies of one takes no more payments, or
        takes a payment for made of which it knows nothing.
    How it is judged: Payments get each of these answers. The caller must get an answer that is no success (unless a
        repetition brought a good one), not an unhandled error (status 500 or a failed command, with a stack trace),
        and the application must work afterwards.
    How to fix: Read bodies in one place that expects anything: check the content type, catch errors of parsing, and
        treat what cannot be read as a payment of unknown outcome.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or a request
        did not come.
    """
    seen = lived(evidence, "odd-answers")
    if isinstance(seen, Verdict):
        return seen
    for outcome in seen.trace.steps("odd"):
        calls = seen.trace.during(outcome)
        if not any(call.fault for call in calls):
            return seen.unknown("the request that was to get an odd answer did not come.", outcome)
        if fault := _fault(seen, outcome, calls):
            lines = [line for line in _lines(seen, outcome) if CRASH.search(line.text)]
            return seen.failed(f"{outcome.step.removeprefix('odd ')}: {fault}", *calls, *lines[:2], outcome)
    after = seen.trace.steps("afterwards")
    if not seen.trace.facts["alive"] or not any(outcome.success for outcome in after):
        return seen.failed("it does not work any more afterwards.", *after)
    return seen.passed(f"{plural(len(seen.trace.steps('odd')), 'odd answer')}, each a clean failure.")


def _fault(seen: Lived, outcome: Outcome, calls: Sequence[Call]) -> str | None:
    """What is wrong with how one odd answer ended."""
    if not outcome.answered:
        return "the caller gets no answer."
    good = any(call.status == 200 and not call.fault and not call.is_mint for call in calls)
    if outcome.success and not good:
        return "it is reported as a success, which the answer does not say."
    crashed = any(CRASH.search(line.text) for line in _lines(seen, outcome))
    if crashed and not outcome.success and (outcome.status == 500 or outcome.exit_code is not None):
        return "an unhandled error."
    return None


def _lines(seen: Lived, outcome: Outcome) -> list[OutputLine]:
    return [line for line in seen.trace.output if outcome.started <= line.t <= outcome.ended + SLACK]
