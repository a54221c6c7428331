"""card-data/no-pan-in-logs."""

from __future__ import annotations

from readiness.api import (
    G9,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Logs,
    Severity,
    Verdict,
    cards_in_logs,
    cards_in_output,
    check,
    together,
)


@check(
    title="No card number stands in the logs",
    failing_title="A card number stands in a log",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[],
    optional=[Logs, BehaviourTrace],
    requirements=[G9],
)
def no_pan_in_logs(evidence: EvidenceView) -> Verdict:
    """No card number stands in a declared log, or in what the application prints.

    Why it matters: PCI DSS forbids to store a full card number readably. One in a log puts the log's machine, its
        collector and its backups into the scope of the assessment, and each of them is worth a theft.
    How it is judged: Every file that a glob of `logs` matches is searched for numbers with a card brand's prefix and
        length and a right check digit (Luhn), in one run or in groups. What the log calls an order, a telephone or
        another number does not count; a number of 13, 17, 18 or 19 digits counts beside a word of payments only. The
        documented test cards count always. `logs: []` declares that no logs are kept. No comment excuses a line.
        What the application prints while the lab makes it take payments is searched for the lab's own cards.
    How to fix: Log transaction ids and the last four digits only. Mask in one place that every log line passes, not at
        each call; switch the bodies of requests off in the HTTP client's log. Then delete the numbers from the files,
        from the collector and from its backups, and tell whoever answers for PCI DSS.
    When it is unknown: No logs are declared (add `logs: [var/log/*.log]`, or `logs: []` if none are kept), a glob
        matches no file, or a file could not be read or opened; or no `application` is declared, or the permission
        `run-application` not given, so that nobody saw what it prints.
    """
    return together(cards_in_logs(evidence, "card number"), cards_in_output(evidence, "card number"))
