"""environment-separation/no-retired-hosts."""

from __future__ import annotations

from readiness.api import (
    G8,
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
    host_of,
    parent_in,
    plural,
    weigh,
)


@check(
    title="No retired or foreign host is used",
    failing_title="A retired or foreign host is used",
    severity=Severity.MAJOR,
    kind=Kind.STATIC,
    needs=[Configuration],
    optional=[SourceTree],
    per_environment=True,
    requirements=[G8],
)
def no_retired_hosts(evidence: EvidenceView) -> Verdict:
    """Neither the config nor the sources name a host that the vendor gave up, or that belongs to another product.

    Why it matters: The old hosts still resolve: they answer 401 as if the key were wrong, so that an outage after
        launch is hunted in the wrong place; and credentials sent to a foreign product are in a stranger's logs.
    How it is judged: Every URL of the config for this environment, and every declared source file for it, is searched
        for the vendor's decommissioned hosts (the `uat` names of arise and flute) and for hosts of other products
        (rwaapps.net).
    How to fix: Replace each named host: sandbox.api.flute.com and sandbox.oauth.api.flute.com for the sandbox,
        api.flute.com and oauth.api.flute.com for production. Take files that are not shipped out with `exclude` and a
        reason.
    When it is unknown: No sources are declared, or part of them could not be searched.
    """
    facts = evidence[Configuration]
    tree = evidence.get(SourceTree)
    failures = []
    for url in facts.urls:
        host = host_of(url.url)
        if url.environment in {None, evidence.environment} and (retired := parent_in(host, facts.known_hosts.retired)):
            reason = facts.known_hosts.retired[retired]
            failures.append(Finding(message=f"{host}: {reason}", location=url.location))
    if isinstance(tree, Missing):
        return _weigh(failures, [tree], 0)
    for hit in tree.retired_hosts:
        if hit.environment in {None, evidence.environment}:
            retired = parent_in(hit.what, facts.known_hosts.retired)
            reason = f": {facts.known_hosts.retired[retired]}" if retired else ""
            failures.append(Finding(message=f"{hit.what}{reason}", location=hit.location))
    undecided = [Missing(because=Because.UNREACHABLE, detail=f"Not searched: {gap}") for gap in tree.gaps]
    if not tree.files:
        undecided.append(Missing(because=Because.NOT_CONFIGURED, detail="The declared sources hold no file."))
    return _weigh(failures, undecided, tree.files)


def _weigh(failures: list[Finding], undecided: list[Missing], files: int) -> Verdict:
    hosts = sorted({finding.message.partition(":")[0] for finding in failures})
    return weigh(
        failures,
        undecided,
        failed=f"Retired or foreign hosts are named: {', '.join(hosts)}.",
        passed=f"No retired or foreign host in the config's URLs and in {plural(files, 'source file')}.",
    )
