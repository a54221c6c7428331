"""resilience/backs-off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

from readiness.api import (
    G11,
    BehaviourTrace,
    Call,
    EvidenceView,
    Kind,
    Lived,
    Severity,
    Verdict,
    check,
    lived,
    place,
    plural,
)

LEAST_PAUSE = 0.02
"""Seconds: attempts that follow each other faster have no pause between them."""
SHORT = 0.1
"""Seconds: the longest distance that is put down to a busy machine instead of a pause."""
STEEP = 1.7
"""Times the first pause that the last one is, where they grow clearly."""
EQUAL = 0.15
"""Pauses that differ less than that part from their mean are equal."""


@check(
    title="Retries are as many as declared, at growing distances",
    failing_title="Retries are not as declared, or come too fast",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G11],
)
def backs_off(evidence: EvidenceView) -> Verdict:
    """On 503 attempts are bounded by the declared retries and spaced increasingly.

    Why it matters: A vendor that is recovering is brought down again by clients that repeat at once; and retries
        that the declaration promises but nobody makes lose payments.
    How it is judged: The API answers 503 to payments. There may be one attempt more than `http_policy.retries`, and
        if retries are declared there must be any. Pauses must grow: equal ones, or none, fail. Where a machine is
        busy, pauses below 0.1 s and no longer than the application's own work count as none. Pauses at random are
        judged by their means over three payments.
    How to fix: Retry 502, 503 and 504 with exponential backoff and jitter (0.5 s, 1 s, 2 s), as often as declared,
        with the same idempotency key.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        request did not come, no retries are declared but several are made without end, or random pauses happened
        not to grow.
    """
    seen = lived(evidence, "unavailable")
    if isinstance(seen, Verdict):
        return seen
    series = _series(seen)
    if not series:
        return seen.unknown("the request that was to fail did not come.", *seen.trace.steps("unavailable"))
    calls = [call for attempts in series for call in attempts]
    most, declared = max(map(len, series)), seen.declared.retries
    if declared is not None and most > declared + 1:
        return seen.failed(f"{most} attempts; {plural(declared, 'retry', 'retries')} are declared.", *calls)
    if declared and most == 1:
        return seen.failed(f"no retry; {plural(declared, 'retry', 'retries')} are declared.", *calls)
    if most == 1:
        return seen.passed("one attempt; no retries are declared.")
    return _judge_pauses(seen, series, calls)


def _series(seen: Lived) -> list[list[Call]]:
    """The attempts of each operation, in order; payments are told apart by their keys, or else their amounts."""
    found = defaultdict(list)
    for call in seen.trace.during(*seen.trace.steps("unavailable")):
        if call.fault == "status" and not call.is_mint:
            found[call.amount if call.amount is not None else place(call)].append(call)
    return list(found.values())


def _judge_pauses(seen: Lived, series: Sequence[Sequence[Call]], calls: Sequence[Call]) -> Verdict:
    pauses = [[after.t - (before.ended or before.t) for before, after in pairwise(each)] for each in series]
    every = [pause for each in pauses for pause in each]
    if mean(every) < LEAST_PAUSE:
        return seen.failed("no pause between the attempts.", *calls)
    means = [mean(column) for column in _columns(pauses)]
    told = ", ".join(f"{pause:.2f} s" for pause in means)
    if len(means) == 1:
        return seen.passed(f"one retry, after {told}.")
    if all(abs(pause - mean(every)) < EQUAL * mean(every) for pause in every):
        return seen.failed(f"the pauses do not grow: {told}.", *calls)
    busy = min(_own_work(seen, series), SHORT)
    clear = mean(every) >= busy or all(each[-1] >= STEEP * each[0] for each in pauses if each)
    if clear and all(later > earlier for earlier, later in pairwise(means)):
        return seen.passed(f"{plural(len(means), 'retry', 'retries')}, after {told}.")
    if mean(every) < busy:
        return seen.failed(f"hardly any pause between the attempts, and none that grows: {told}.", *calls)
    return seen.unknown(f"the pauses are uneven, and did not grow this time: {told}.", *calls)


def _own_work(seen: Lived, series: Sequence[Sequence[Call]]) -> float:
    """Seconds that the application takes before its first attempt and after its last one.

    Attempts without any pause are no farther apart, however busy the machine is.
    """
    spans = []
    for outcome in seen.trace.steps("unavailable"):
        calls = [
            call
            for attempts in series
            for call in attempts
            if call.amount in {None, outcome.amount} and outcome.started <= call.t <= outcome.ended
        ]
        if calls:
            spans.append(calls[0].t - outcome.started + outcome.ended - (calls[-1].ended or calls[-1].t))
    return mean(spans) if spans else 0.0


def _columns(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """First pauses, second pauses, and so on."""
    return [[row[place] for row in rows if len(row) > place] for place in range(max(map(len, rows)))]
