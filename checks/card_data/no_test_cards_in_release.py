"""card-data/no-test-cards-in-release."""

from __future__ import annotations

from readiness.api import (
    Artifacts,
    Environment,
    EvidenceView,
    Kind,
    Severity,
    SourceTree,
    Verdict,
    check,
    exclusions,
    finding_of,
    not_searched,
    plural,
    sort_hits,
    weigh,
)

CHECK = "card-data/no-test-cards-in-release"


@check(
    title="No test card is shipped",
    failing_title="A test card is shipped",
    severity=Severity.MAJOR,
    kind=Kind.STATIC,
    needs=[SourceTree],
    optional=[Artifacts],
    requirements=[],
)
def no_test_cards_in_release(evidence: EvidenceView) -> Verdict:
    """No documented test card of the sandbox stands in what is shipped to production.

    Why it matters: A test card that was left in code is a payment that always works in the sandbox and never in
        production: a default in a form, a shortcut for testers, a health check that fails on the first day.
    How it is judged: Every declared source, except those with `environment: sandbox`, and every declared artifact is
        searched for the vendor's documented test cards, in one run or in groups. Packages of others (node_modules,
        site-packages) are told, but do not count.
    How to fix: Remove the number, or move it to tests that are not shipped. Take those out with `exclude` and a reason.
        Where it has to stay, say why in a comment on its line, or alone on the line before: `readiness: allow
        card-data/no-test-cards-in-release REASON`; the report lists it.
    When it is unknown: No sources or no artifacts are declared (add `artifacts: [dist/**]`, or `artifacts: []` if
        nothing is built), a glob matches no file, or part of them could not be searched.
    """
    tree, artifacts = evidence[SourceTree], evidence.get(Artifacts)
    cards = [hit for hit in tree.matches.get("test_cards", ()) if hit.environment is not Environment.SANDBOX]
    if isinstance(artifacts, Artifacts):
        cards += artifacts.matches.get("test_cards", ())
    hits = sort_hits(cards, CHECK, dependencies_count=False)
    files = tree.files + (artifacts.files if isinstance(artifacts, Artifacts) else 0)
    return weigh(
        [finding_of(hit) for hit in hits.counted],
        [*not_searched(tree, "test_cards"), *not_searched(artifacts, "test_cards")],
        failed=f"{plural(len(hits.counted), 'test card')} in what is shipped.",
        passed=f"{plural(files, 'file')} searched: none of what is shipped holds a test card{hits.aside}.",
        notes=[*hits.notes, *exclusions(tree)],
    )
