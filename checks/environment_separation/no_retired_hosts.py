"""environment-separation/no-retired-hosts."""

from __future__ import annotations

from readiness.api import (
    G8,
    Artifacts,
    Because,
    Configuration,
    EvidenceView,
    Finding,
    Kind,
    Missing,
    Severity,
    SourceTree,
    Verdict,
    check,
    exclusions,
    host_of,
    not_searched,
    parent_in,
    plural,
    sort_hits,
    weigh,
)

CHECK = "environment-separation/no-retired-hosts"


@check(
    title="No retired or foreign host is used",
    failing_title="A retired or foreign host is used",
    severity=Severity.MAJOR,
    kind=Kind.STATIC,
    needs=[Configuration],
    optional=[SourceTree, Artifacts],
    per_environment=True,
    requirements=[G8],
)
def no_retired_hosts(evidence: EvidenceView) -> Verdict:
    """Neither the config nor what is shipped names a host that the vendor gave up, or that belongs to another product.

    Why it matters: The old hosts still resolve: they answer 401 as if the key were wrong, so that an outage after
        launch is hunted in the wrong place; and credentials sent to a foreign product are in a stranger's logs.
    How it is judged: Every URL of the config for this environment, every declared source file for it, and artifacts
        where they are declared, are searched for the vendor's decommissioned hosts (the `uat` names of arise and flute)
        and for hosts of other products (rwaapps.net). Packages of others (node_modules, site-packages) are told, but do
        not count.
    How to fix: Replace each named host: sandbox.api.flute.com and sandbox.oauth.api.flute.com for the sandbox,
        api.flute.com and oauth.api.flute.com for production. Take files that are not shipped out with `exclude` and a
        reason; where a name has to stay, say why in a comment on its line, or alone on the line before:
        `readiness: allow environment-separation/no-retired-hosts REASON`.
    When it is unknown: No sources are declared, or part of them, or of the artifacts, could not be searched.
    """
    facts, tree, artifacts = evidence[Configuration], evidence.get(SourceTree), evidence.get(Artifacts)
    failures = []
    for url in facts.urls:
        host = host_of(url.url)
        if url.environment in {None, evidence.environment} and (retired := parent_in(host, facts.known_hosts.retired)):
            reason = facts.known_hosts.retired[retired]
            failures.append(Finding(message=f"{host}: {reason}", location=url.location))
    searches = [search for search in (tree, artifacts) if not isinstance(search, Missing)]
    named = [
        hit for search in searches for hit in search.retired_hosts if hit.environment in {None, evidence.environment}
    ]
    hits = sort_hits(named, CHECK, dependencies_count=False)
    for hit in hits.counted:
        retired = parent_in(hit.what, facts.known_hosts.retired)
        reason = f": {facts.known_hosts.retired[retired]}" if retired else ""
        failures.append(Finding(message=f"{hit.what}{reason}", location=hit.location))
    # Whether artifacts should have been declared is another check's question.
    built = [lack for lack in not_searched(artifacts) if lack.because is not Because.NOT_CONFIGURED]
    hosts = sorted({finding.message.partition(":")[0] for finding in failures})
    files = plural(sum(search.files for search in searches), "file")
    return weigh(
        failures,
        [*not_searched(tree), *built],
        failed=f"Retired or foreign hosts are named: {', '.join(hosts)}.",
        passed=f"No retired or foreign host in the config's URLs and in {files}{hits.aside}.",
        notes=[*hits.notes, *exclusions(tree)],
    )
