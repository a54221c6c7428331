"""key-storage/secret-not-in-history."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Configuration,
    EnvironmentFacts,
    EvidenceView,
    GitHistory,
    Kind,
    Severity,
    Status,
    Verdict,
    check,
    secrets_absent,
)


@check(
    title="No configured secret stands in the git history",
    failing_title="A configured secret stands in the git history",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration],
    optional=[GitHistory],
    per_environment=True,
    requirements=[G7, S1],
)
def secret_not_in_history(evidence: EvidenceView) -> Verdict:
    """No git object of the sources' repositories holds any form of a secret of this environment.

    Why it matters: What was committed once is in every clone, fork and backup for good, however soon the next commit
        took it out. Whoever may read the repository may then take and refund payments in your name.
    How it is judged: Every object of the repositories that hold the declared sources is searched: all branches, tags,
        notes, stashes, what only the reflog or nothing reaches any more, the messages of commits and tags, submodules;
        and what else git keeps in its own folder, such as hooks and messages of reflogs.
        The secrets of the config are looked for in every form in which they are usually written. One occurrence fails;
        the finding names commits, date, ref and form, never the value. No comment excuses it.
    How to fix: First make a new key, deploy it and delete the old one: the value is known. Only then purge it: `git
        filter-repo --replace-text FILE` (a line `VALUE==>removed`), or `git filter-repo --invert-paths --path FILE`
        for a whole file, then a forced push. What no ref reaches goes with `git reflog expire --expire=now --all` and
        `git gc --prune=now`. Clones, forks and the host's caches of pull requests keep the old objects: have them
        made again, or deleted.
    When it is unknown: No sources are declared or all say `history: false`, a source is in no git repository, the
        clone is shallow or partial (`git fetch --unshallow` completes it), an object cannot be read, or a secret has no
        value to search for.
    """
    facts, environment = evidence[Configuration], evidence.environment
    verdict = secrets_absent(evidence.get(GitHistory), facts, environment, where="the git history", unit="git object")
    settings = facts.environments.get(environment, EnvironmentFacts()) if environment else EnvironmentFacts()
    if settings.emulated and verdict.status is Status.UNKNOWN:
        reason = "The emulator made this environment's keys for this run: no history can hold them"
        return Verdict.not_applicable(f"{reason}, and none was searched to the end.")
    return verdict
