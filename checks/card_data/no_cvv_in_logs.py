"""card-data/no-cvv-in-logs."""

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
    title="No security code stands in the logs",
    failing_title="A card's security code stands in a log",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[],
    optional=[Logs, BehaviourTrace],
    requirements=[G9],
)
def no_cvv_in_logs(evidence: EvidenceView) -> Verdict:
    """No security code of a card (CVV, CVC) stands in a declared log, or in what the application prints.

    Why it matters: PCI DSS forbids to keep security codes after the authorisation at all, even encrypted. With one, a
        stolen card number can be spent on the internet.
    How it is judged: Every file that a glob of `logs` matches is searched for three or four digits under the name of a
        security code (securityCode, cvv, cvc, cvv2, cardSecurityCode and the like): in JSON, JSON in JSON, forms,
        queries, XML and printed objects. `logs: []` declares that no logs are kept. No comment excuses a line.
        What the application prints while the lab makes it take payments is searched for the lab's own cards.
    How to fix: Never log the body of a payment request. Mask by field name in one place that every log line passes,
        with the vendor's own name `securityCode` on the list: its SDK's list lacks it. Then delete the codes from the
        files, from the collector and from its backups.
    When it is unknown: No logs are declared (add `logs: [var/log/*.log]`, or `logs: []` if none are kept), a glob
        matches no file, or a file could not be read or opened; or no `application` is declared, or the permission
        `run-application` not given, so that nobody saw what it prints.
    """
    return together(cards_in_logs(evidence, "security code"), cards_in_output(evidence, "security code"))
