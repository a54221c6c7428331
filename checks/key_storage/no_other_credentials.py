"""key-storage/no-other-credentials."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Artifacts,
    Because,
    Configuration,
    EvidenceView,
    Finding,
    GitHistory,
    Hit,
    Kind,
    Logs,
    Missing,
    Severity,
    SourceTree,
    Verdict,
    check,
    exclusions,
    excused_since,
    finding_of,
    not_searched,
    plural,
    sort_hits,
    weigh,
)

CHECK = "key-storage/no-other-credentials"


@check(
    title="No unknown credential stands in what was searched",
    failing_title="A credential that the config does not know was found",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[SourceTree],
    optional=[Configuration, GitHistory, Artifacts, Logs],
    requirements=[G7, S1],
)
def no_other_credentials(evidence: EvidenceView) -> Verdict:
    """No source, commit, artifact or log holds an Aurora client secret or bearer token that the config does not name.

    Why it matters: A forgotten key of a colleague, a test or an old deployment opens the account just as well as
        yours, and nobody will think of deleting it.
    How it is judged: The declared sources, their git history, and artifacts and logs where they are declared, are
        searched for what looks like Aurora credentials: values assigned to names such as client_secret near the
        vendor's hosts or SDK, Basic headers, and bearer tokens, JWT or opaque; in logs whatever stands near. Any that
        is not a secret of the config fails; the finding gives place and pattern, never the value.
    How to fix: If it was ever real, delete that key in the portal first, then remove it. A token in a log dies by
        itself; have the client log no Authorization header. If it is an example, write an obvious placeholder such as
        `<your-client-secret>`, take the file out with `exclude` and a reason, or say why it is harmless in a comment on
        its line, or alone on the line before: `readiness: allow key-storage/no-other-credentials REASON`. It counts for
        older commits that hold the same value, too.
    When it is unknown: No sources are declared, or part of the sources, of their git history (unless they all say
        `history: false`), of the artifacts or the logs could not be searched. Where the emulator plays every
        environment, gaps in the history are only told.
    """
    tree, history = evidence[SourceTree], evidence.get(GitHistory)
    others = [each for each in (evidence.get(Artifacts), evidence.get(Logs)) if not isinstance(each, Missing)]
    found: list[Hit] = [hit for search in (tree, *others) for hit in search.credentials]
    searched = plural(tree.files, "file")
    if isinstance(history, GitHistory):
        found += excused_since(history.credentials, tree.credentials, CHECK)
        searched += f" and {plural(history.files, 'git object')}"
    in_history = not_searched(history)
    counts = not _is_demonstration(evidence.get(Configuration))
    undecided = [
        *not_searched(tree),
        *(lack for lack in in_history if counts and lack.because is not Because.NOT_CONFIGURED),
        *(lack for search in others for lack in not_searched(search)),
    ]
    told = [Finding(message=f"the git history: {lack.detail}") for lack in in_history if lack not in undecided]
    if tree.not_searched:
        names = ", ".join(tree.not_searched)
        told.append(Finding(message=f"without a value, so that what was found may be one of these: {names}"))
    hits = sort_hits(found, CHECK)
    values = {hit.fingerprint or hit.location for hit in hits.counted}
    return weigh(
        [finding_of(hit) for hit in hits.counted],
        undecided,
        failed=f"{plural(len(values), 'credential')} found that the config does not know.",
        passed=f"{searched} searched: no credential that the config does not know{hits.aside}.",
        notes=[*hits.notes, *exclusions(tree), *told],
    )


def _is_demonstration(facts: Configuration | Missing) -> bool:
    """Whether the emulator plays every environment: then nothing is proved about real keys, in the history or not."""
    if isinstance(facts, Missing):
        return False
    return bool(facts.environments) and all(each.emulated for each in facts.environments.values())
