"""deleted-key/drill-leaves-nothing."""

from __future__ import annotations

from readiness.api import (
    Environment,
    EvidenceView,
    KeyDrill,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    how_to_drill,
    unknown,
)


@check(
    title="The drill leaves no key behind",
    failing_title="A key of a drill was left behind",
    severity=Severity.MAJOR,
    kind=Kind.LIVE,
    needs=[],
    optional=[KeyDrill],
    concerns=[Environment.SANDBOX],
)
def drill_leaves_nothing(evidence: EvidenceView) -> Verdict:
    """No key that a drill made remains in the sandbox, and no drill is left open in the journal.

    Why it matters: A key that nobody remembers is a way into the account that nobody watches.
    How it is judged: After the drill the list of keys must hold none whose name begins with `readiness-drill-`, and
        the journal, which is written before each creation, must hold no open entry.
    How to fix: Run `readiness cleanup`: it deletes what interrupted drills left. If that fails, delete the named keys
        in the portal.
    When it is unknown: The drill did not run, or the list of keys could not be read after it.
    """
    drill = evidence.get(KeyDrill)
    if isinstance(drill, Missing):
        return unknown(how_to_drill(drill))
    leftovers = () if isinstance(drill.leftovers, Missing) else drill.leftovers
    findings = [evidence.cite(KeyDrill, "/leftovers", f"the key {name} remains") for name in leftovers]
    if not drill.journal_empty:
        findings.append(evidence.cite(KeyDrill, "/journal_empty", "the journal names a drill that was not finished"))
    if findings:
        return Verdict.failed("A drill was not cleaned up.", *findings)
    if drill.way == "guided":
        return Verdict.not_applicable("The drill was guided: it made no key of its own.")
    if isinstance(drill.leftovers, Missing):
        return unknown(drill.leftovers)
    return Verdict.passed("No `readiness-drill-` key is listed, and the journal is empty.")
