"""card-data/no-cvv-in-logs."""

from __future__ import annotations

from readiness.api import (
    G9,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Logs,
    Missing,
    Severity,
    Verdict,
    cards_in_output,
    check,
    declared_empty,
    finding_of,
    not_searched,
    plural,
    together,
    unknown,
    weigh,
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
    """No security code of a card (CVV, CVC) stands in a declared log.

    Why it matters: PCI DSS forbids to keep security codes after the authorisation at all, even encrypted. With one, a
        stolen card number can be spent on the internet.
    How it is judged: Every file that a glob of `logs` matches is searched for three or four digits under the name of a
        security code (securityCode, cvv, cvc, cvv2, cardSecurityCode and the like): in JSON, JSON in JSON, forms,
        queries, XML and printed objects. `logs: []` declares that no logs are kept. No comment excuses a line.
    How to fix: Never log the body of a payment request. Mask by field name in one place that every log line passes,
        with the vendor's own name `securityCode` on the list: its SDK's list lacks it. Then delete the codes from the
        files, from the collector and from its backups.
    When it is unknown: No logs are declared (add `logs: [var/log/*.log]`, or `logs: []` if none are kept), a glob
        matches no file, or a file could not be read or opened.
    """
    return together(_in_logs(evidence), cards_in_output(evidence, "security code"))


def _in_logs(evidence: EvidenceView) -> Verdict:
    """The declared log files."""
    logs = evidence.get(Logs)
    if isinstance(logs, Missing):
        return unknown(logs)
    if declared_empty(logs):
        return Verdict.not_applicable("The config declares by `logs: []` that no logs are kept.")
    hits = [finding_of(hit) for hit in logs.matches.get("security_codes", ())]
    return weigh(
        hits,
        not_searched(logs, "security_codes"),
        failed=f"{plural(len(hits), 'security code')} in the logs.",
        passed=f"{plural(logs.files, 'log file')} searched: none holds a security code.",
    )
