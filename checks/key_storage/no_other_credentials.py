"""key-storage/no-other-credentials."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Because,
    EvidenceView,
    Finding,
    Kind,
    Missing,
    Severity,
    SourceTree,
    Verdict,
    check,
    plural,
    weigh,
)


@check(
    title="No unknown credential stands in the sources",
    failing_title="A credential that the config does not know stands in the sources",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[SourceTree],
    requirements=[G7, S1],
)
def no_other_credentials(evidence: EvidenceView) -> Verdict:
    """No file of the sources holds an Aurora client secret or bearer token that the config does not name.

    Why it matters: A forgotten key of a colleague, a test or an old deployment opens the account just as well as
        yours, and nobody will think of deleting it.
    How it is judged: Every file of the declared sources is searched for what looks like Aurora credentials: values
        assigned to names such as client_secret near the vendor's hosts or SDK, Basic headers, and bearer tokens, JWT
        or opaque. Any that is not a secret of the config fails; the finding gives file, line and pattern, never the
        value.
    How to fix: If it was ever real, delete that key in the portal first, then remove it from the file. If it is an
        example, write an obvious placeholder such as `<your-client-secret>`. Take tests and documents that are not
        shipped out with `exclude` and a reason.
    When it is unknown: No sources are declared, or part of them could not be searched.
    """
    tree = evidence[SourceTree]
    hits = [Finding(message=f"{hit.what}, {hit.form}", location=hit.location) for hit in tree.credentials]
    undecided = [Missing(because=Because.UNREACHABLE, detail=f"Not searched: {gap}") for gap in tree.gaps]
    if not tree.files:
        undecided.append(Missing(because=Because.NOT_CONFIGURED, detail="The declared sources hold no file."))
    return weigh(
        hits,
        undecided,
        failed=f"{plural(len(hits), 'credential')} in the sources that the config does not know.",
        passed=f"{plural(tree.files, 'file')} searched: none holds a credential that the config does not know.",
    )
