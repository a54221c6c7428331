"""key-storage/secret-not-in-logs."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Configuration,
    EvidenceView,
    Kind,
    Logs,
    Severity,
    Verdict,
    check,
    declared_empty,
    secrets_absent,
)


@check(
    title="No configured secret stands in the logs",
    failing_title="A configured secret stands in a log",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Logs, Configuration],
    per_environment=True,
    requirements=[G7, S1],
)
def secret_not_in_logs(evidence: EvidenceView) -> Verdict:
    """No form of any secret of this environment occurs in a declared log, compressed ones too.

    Why it matters: Logs are copied to collectors, tickets and laptops, are kept for years and are read by people who
        may not take payments. A client that logs its requests writes the key into every one of them.
    How it is judged: Every file that a glob of `logs` matches is searched for the secrets of the config in every form
        in which they are usually written; rotated and compressed ones are opened. One occurrence fails; the finding
        gives file, line and form, never the value. `logs: []` declares that no logs are kept. No comment excuses a
        secret.
    How to fix: Treat the secret as lost: make a new key, deploy it, delete the old one. Have the HTTP client log
        neither the Authorization header nor the body of token requests, then delete the value from the log files, from
        the collector and from its backups.
    When it is unknown: No logs are declared (add `logs: [var/log/*.log]`, or `logs: []` if none are kept), a glob
        matches no file, a file could not be read or opened, or a secret has no value to search for.
    """
    logs = evidence[Logs]
    if declared_empty(logs):
        return Verdict.not_applicable("The config declares by `logs: []` that no logs are kept.")
    return secrets_absent(logs, evidence[Configuration], evidence.environment, where="the logs")
