"""key-storage/secret-not-in-process-list."""

from __future__ import annotations

from readiness.api import (
    S1,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
    plural,
)


@check(
    title="No secret stands in a command line",
    failing_title="A secret stands in a command line",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[S1],
)
def secret_not_in_process_list(evidence: EvidenceView) -> Verdict:
    """While the application runs, no secret and no token stands in a command line of its processes.

    Why it matters: Every user of a machine can list the command lines of all processes, and monitoring stores them.
    How it is judged: While the application works under the lab, with slow answers so that short-lived helpers such
        as curl are seen, the command lines of all its processes are looked at a hundred times a second, and
        searched for the lab's client secret, the webhook secret and the tokens, in every usual form.
    How to fix: Hand secrets over in the environment, in a file that only the application may read, or on standard
        input: `curl --config -`, `curl -H @file`. Rotate a key that stood in a command line.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or command
        lines cannot be read on this system.
    """
    seen = lived(evidence, "command-lines")
    if isinstance(seen, Verdict):
        return seen
    if seen.trace.sightings:
        return seen.failed(f"{plural(len(seen.trace.sightings), 'secret')} in command lines.", *seen.trace.sightings)
    if not seen.trace.command_lines:
        return seen.unknown("no command line could be read.")
    return seen.passed(f"{plural(seen.trace.command_lines, 'command line')} seen, none with a secret.")
