"""environment-separation/no-sandbox-residue."""

from __future__ import annotations

from readiness.api import (
    BESIDE_PRODUCTION,
    G8,
    S3,
    Artifacts,
    Configuration,
    Environment,
    EvidenceView,
    Finding,
    Kind,
    Severity,
    SourceTree,
    Verdict,
    check,
    exclusions,
    finding_of,
    host_of,
    not_searched,
    parent_in,
    plural,
    sort_hits,
    weigh,
)

CHECK = "environment-separation/no-sandbox-residue"
KINDS = ("sandbox_hosts", "test_cards")


@check(
    title="Nothing of the sandbox is shipped to production",
    failing_title="Something of the sandbox is shipped to production",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration, SourceTree],
    optional=[Artifacts],
    concerns=[Environment.PRODUCTION],
    requirements=[G8, S3],
)
def no_sandbox_residue(evidence: EvidenceView) -> Verdict:
    """Neither production's settings nor what is shipped to it name a sandbox host or a sandbox test card.

    Why it matters: One forgotten address sends production's key to the sandbox, or customers' payments to where no
        money moves: orders are delivered that nobody has paid for.
    How it is judged: Production's URLs, every declared source (except those with `environment: sandbox`) and every
        artifact is searched for the sandbox's hosts, its token host apart, and for the documented test cards. Told, but
        not counted: packages of others (node_modules, site-packages), and in artifacts a host beside the same host of
        production, as in the table of an SDK. The audit's own config is left out.
    How to fix: Replace sandbox.api.flute.com by api.flute.com and sandbox.oauth.api.flute.com by oauth.api.flute.com:
        replacing the first does not change the second. Better, read hosts from the environment. Take what is not
        shipped out with `exclude` and a reason; where a name has to stay, say why in a comment on its line, or alone on
        the line before: `readiness: allow environment-separation/no-sandbox-residue REASON`.
    When it is unknown: No sources or no artifacts are declared (add `artifacts: [dist/**]`, or `artifacts: []` if
        nothing is built), a glob matches no file, or part of them could not be searched.
    """
    facts, tree, artifacts = evidence[Configuration], evidence[SourceTree], evidence.get(Artifacts)
    shipped = [
        hit for kind in KINDS for hit in tree.matches.get(kind, ()) if hit.environment is not Environment.SANDBOX
    ]
    tables: list[Finding] = []
    if isinstance(artifacts, Artifacts):
        built = [hit for kind in KINDS for hit in artifacts.matches.get(kind, ())]
        tables = [finding_of(hit) for hit in built if hit.form == BESIDE_PRODUCTION]
        shipped += [hit for hit in built if hit.form != BESIDE_PRODUCTION]
    # The audit's own config has to name the sandbox; of it, production's settings count.
    own = {settings.location.path for settings in facts.environments.values() if settings.location}
    shipped = [hit for hit in shipped if hit.location.path not in own]
    hits = sort_hits(shipped, CHECK, dependencies_count=False)
    hits.apart.extend(tables)
    failures = [*_settings(facts), *(finding_of(hit) for hit in hits.counted)]
    files = tree.files + (artifacts.files if isinstance(artifacts, Artifacts) else 0)
    return weigh(
        failures,
        [*not_searched(tree, *KINDS), *not_searched(artifacts, *KINDS)],
        failed=f"Production is given {plural(len(failures), 'trace')} of the sandbox: {_names(failures)}.",
        passed=f"{plural(files, 'file')} searched: nothing of the sandbox in them or in production's URLs{hits.aside}.",
        notes=[*hits.notes, *exclusions(tree)],
    )


def _settings(facts: Configuration) -> list[Finding]:
    """URLs of production that lead into the sandbox."""
    only_sandbox = set(facts.known_hosts.sandbox) - set(facts.known_hosts.production)
    return [
        Finding(message=f"{host_of(url.url)}, as production's {url.role} URL", location=url.location)
        for url in facts.urls
        if url.environment is Environment.PRODUCTION and parent_in(host_of(url.url), only_sandbox)
    ]


def _names(failures: list[Finding]) -> str:
    """The first few, each once."""
    names = sorted({finding.message.partition(",")[0] for finding in failures})
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
