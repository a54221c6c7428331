"""transport/clock-in-sync."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from readiness.api import (
    Attempt,
    Because,
    Connection,
    Environment,
    EvidenceView,
    Exchange,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    plural,
    unknown,
)

TOLERANCE = 30.0
"""Seconds. Webhook signatures are refused beyond 300 s, and tokens are renewed 60 s before their end."""


@check(
    title="The clock of this machine is right",
    failing_title="The clock of this machine is wrong",
    severity=Severity.MAJOR,
    kind=Kind.LIVE,
    needs=[],
    optional=[Connection],
)
def clock_in_sync(evidence: EvidenceView) -> Verdict:
    """The clock of the machine that runs the audit is within 30 s of the vendor's.

    Why it matters: With a wrong clock, good webhooks are refused as replays (the window is 300 s), old ones are taken
        for new, and tokens are used after their end, so that payments fail at random.
    How it is judged: The Date header of each of the vendor's answers is compared with this machine's clock at the
        time of the request. The header counts whole seconds and the answer takes time, so the difference is an
        interval: wholly within 30 s passes, wholly outside fails.
    How to fix: Switch time synchronisation on: `timedatectl set-ntp true`, or chrony, or your cloud's time service.
        Run the audit on the machine that takes payments: it is that clock which matters.
    When it is unknown: No usable answer carried a Date header, or the difference is too close to 30 s to tell.
    """
    offsets, reasons = _offsets(evidence)
    wrong = [offset for offset in offsets if offset.least > TOLERANCE]
    if wrong:
        findings = (
            evidence.cite(Connection, f"/hosts/{offset.index}/answer", str(offset), offset.environment)
            for offset in wrong
        )
        return Verdict.failed(f"This machine's clock is off by {wrong[0].least:.0f} s or more.", *findings)
    if not offsets:
        nothing = Missing(because=Because.NOT_CONFIGURED, detail="No host of the vendor's was asked.")
        return unknown(*(reasons or [nothing]))
    most = max(offset.most for offset in offsets)
    if most > TOLERANCE:
        return Verdict.unknown(f"The clock may be off by up to {most:.0f} s; the limit is {TOLERANCE:.0f} s.")
    return Verdict.passed(
        f"This machine's clock is within {most:.1f} s of the Date in {plural(len(offsets), 'answer')}."
    )


def _offsets(evidence: EvidenceView) -> tuple[list[_Offset], list[Missing]]:
    """What every answer of the vendor's hosts says of our clock, and why others say nothing."""
    offsets: list[_Offset] = []
    reasons: list[Missing] = []
    for environment, connection in evidence.each(Connection).items():
        if isinstance(connection, Missing):
            reasons.append(connection)
            continue
        for index, host in enumerate(connection.hosts):
            if host.own:  # nothing is sent to the integrator's own hosts
                continue
            read = _offset(environment, index, host.answer)
            if isinstance(read, Missing):
                reasons.append(read)
            else:
                offsets.append(read)
    return offsets, reasons


@dataclass(frozen=True)
class _Offset:
    """How far the clock is off, by one answer: seconds, as bounds of the absolute difference."""

    environment: Environment
    index: int
    least: float
    most: float
    answer: Exchange

    def __str__(self) -> str:
        return f"off by {self.least:.1f} s to {self.most:.1f} s. {self.answer}"


def _offset(environment: Environment, index: int, answer: Attempt) -> _Offset | Missing:
    """Compare an answer's Date (RFC 9110, 6.6.1) with our clock; a cached one tells of another time."""
    if isinstance(answer, Missing):
        return answer
    if unusable := answer.unusable():
        return unusable
    headers = {name.lower(): value for name, value in answer.headers.items()}
    undated = Missing(because=Because.UNREACHABLE, detail=f"{answer}: no fresh Date header")
    if headers.get("age", "0").strip() != "0":
        return undated
    try:
        sent = (answer.at - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return undated
    # They wrote the Date between our sending and our receiving, and cut its fraction of a second off.
    low, high = sent - 1.0, sent + max(0.0, answer.received - answer.sent)
    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return _Offset(environment, index, least, max(abs(low), abs(high)), answer)
