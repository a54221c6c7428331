"""key-storage/secret-not-in-tree."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Configuration,
    EvidenceView,
    Kind,
    Severity,
    SourceTree,
    Verdict,
    check,
    secrets_absent,
)


@check(
    title="No configured secret stands in the sources",
    failing_title="A configured secret stands in the sources",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[SourceTree, Configuration],
    per_environment=True,
    requirements=[G7, S1],
)
def secret_not_in_tree(evidence: EvidenceView) -> Verdict:
    """No form of any secret of this environment occurs in a file of the declared sources, tracked by git or not.

    Why it matters: Everybody who can read the code, its backups and its build logs can then take and refund payments
        in your name. Most stolen payment keys were read in a repository.
    How it is judged: Every file of the declared sources is searched for each secret of the config in every form in
        which it is usually written: as it is, base64 at any alignment, percent-encoded, hex, JSON-escaped, UTF-16,
        inside a Basic header, and wrapped over lines. One occurrence fails; the finding gives file, line and form,
        never the value. No comment excuses a secret.
    How to fix: Treat the secret as lost. Make a new key in the portal, put it in your secrets manager, deploy it,
        delete the old key, then remove the value from the file. Removing it alone helps nobody: copies exist.
    When it is unknown: No sources are declared, a secret has no value to search for, or part of the sources could not
        be searched.
    """
    return secrets_absent(evidence[SourceTree], evidence[Configuration], evidence.environment, where="the sources")
