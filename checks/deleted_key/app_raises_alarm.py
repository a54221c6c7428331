"""deleted-key/app-raises-alarm."""

from __future__ import annotations

import re

from readiness.api import (
    S5,
    BehaviourTrace,
    EvidenceView,
    Kind,
    OutputLine,
    Severity,
    Verdict,
    check,
    lived,
)

ALARM = re.compile(
    r"\b(?:alarms?|alerts?|critical|fatal|emerg(?:ency)?|severe|err|errors?|exception|invalid_client|unauthori[sz]ed)\b"
    r"|\b(?:keys?|credentials?|client|tokens?)\b.{0,40}\b(?:deleted|dead|refused|revoked|rejected|invalid|denied|failed)\b"
    r"|\b(?:delet|refus|revok|reject|den[iy])(?:e[ds]?|ed|s|es)?\b.{0,40}\b(?:keys?|credentials?|client|tokens?)\b",
    re.IGNORECASE,
)
ACCESS_LOG = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) \S+\W{1,3}(?:HTTP/[\d.]+\W{1,3})?\d{3}\b")


@check(
    title="The application raises an alarm when its key is deleted",
    failing_title="Nobody hears that the application's key is dead",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[S5],
)
def app_raises_alarm(evidence: EvidenceView) -> Verdict:
    """After the deletion an error reaches the output or the declared alarm endpoint, without the secret in it.

    Why it matters: Payments fail until somebody gives the application a new key. Without an alarm the first to
        notice are the customers.
    How it is judged: After the deletion the application's output is searched for a line that speaks of an error
        (ERROR, ALARM, CRITICAL, invalid_client, a refused key …), access logs and lines of the healthy run apart;
        and the declared `application.alarm` for a change. One of them must come within `alarm.within` (ten
        seconds), and none may hold a secret.
    How to fix: Log at the level ERROR, or page somebody, when the token endpoint answers `invalid_client`: that
        does not mend itself. Never print the secret or the request.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application makes no call after the deletion.
    """
    seen = lived(evidence, "deleted-key")
    if isinstance(seen, Verdict):
        return seen
    deleted, within = seen.trace.number("deleted"), seen.trace.number("alarm_within")
    end = deleted + within
    if not seen.trace.between(deleted, end):
        return seen.unknown("it made no call after its key had been deleted.", *seen.trace.steps("interrupted"))
    usual = {_shape(line) for line in seen.trace.output if line.t < deleted}
    lines = [line for line in seen.trace.output if deleted <= line.t <= end]
    leaks = [line for line in lines if any("secret" in name or "token" in name for name in line.holds)]
    if leaks or seen.trace.facts.get("alarm_holds"):
        return seen.failed("a secret stands in what it says of the deletion.", *leaks)
    alarms = [line for line in lines if _alarms(line) and _shape(line) not in usual]
    after = seen.trace.facts.get("alarm_after")
    if alarms:
        return seen.passed(f"an error reached its output after {alarms[0].t - deleted:.1f} s.", alarms[0])
    if isinstance(after, int | float):
        return seen.passed(f"its alarm endpoint told after {after:.1f} s.")
    told = f"neither its output nor an alarm endpoint told of the dead key within {within:g} s."
    return seen.failed(told, *seen.trace.steps("interrupted"), *lines[:3])


def _alarms(line: OutputLine) -> bool:
    return ALARM.search(line.text) is not None and ACCESS_LOG.search(line.text) is None


def _shape(line: OutputLine) -> str:
    """A line without what differs each time."""
    return re.sub(r"[0-9a-f-]{8,}|\d+", "", line.text.lower())
