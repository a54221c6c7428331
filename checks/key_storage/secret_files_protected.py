"""key-storage/secret-files-protected."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    EvidenceView,
    Finding,
    Kind,
    Location,
    Missing,
    SecretFile,
    Severity,
    SourceTree,
    Verdict,
    check,
    not_searched,
    plural,
    weigh,
)


@check(
    title="Files that hold secrets are protected",
    failing_title="A file that holds secrets is exposed",
    severity=Severity.MAJOR,
    kind=Kind.STATIC,
    needs=[SourceTree],
    requirements=[G7, S1],
)
def secret_files_protected(evidence: EvidenceView) -> Verdict:
    """Files that hold secrets are untracked, ignored by git, closed to other users, and not shipped.

    Why it matters: A .env file that is committed once, packed into an image or readable by every user of a server
        gives the payment key to people who never needed it.
    How it is judged: Looked at are the files that the config refers to and every .env file in the declared sources.
        Each must not be tracked by git, must be ignored by it (files outside a repository are), must not be readable
        by other users, and must not lie in a declared artifact.
    How to fix: `git rm --cached FILE`, add the file's name to .gitignore, `chmod 600 FILE`, and exclude it from the
        build (.dockerignore, package settings). If it was ever committed or shipped, make a new key and delete the
        old one.
    When it is unknown: No sources are declared, git or the file system gave no answer for a file, or part of the
        sources could not be searched for such files.
    """
    tree = evidence[SourceTree]
    failures, undecided = [], []
    for file in tree.secret_files:
        place = Location(path=file.path)
        failures += [Finding(message=f"{file.path} {fault}", location=place) for fault in _faults(file)]
        undecided += [
            fact for fact in (file.tracked, file.ignored, file.readable_by_others) if isinstance(fact, Missing)
        ]
    if tree.gaps:
        undecided += not_searched(tree)
    if not tree.secret_files and not undecided:
        return Verdict.not_applicable(
            f"No file holds secrets: no file reference, no .env in {plural(tree.files, 'file')}."
        )
    exposed = len({finding.location for finding in failures})
    return weigh(
        failures,
        undecided,
        failed=f"{exposed} of {plural(len(tree.secret_files), 'file')} with secrets exposed.",
        passed=f"{plural(len(tree.secret_files), 'file')} with secrets: untracked, ignored, private and not shipped.",
    )


def _faults(file: SecretFile) -> list[str]:
    """What was seen that exposes a file."""
    faults = []
    if file.tracked is True:
        faults.append("is tracked by git")
    if file.ignored is False and file.tracked is not True:
        faults.append("is not ignored by git, so that the next `git add` takes it in")
    if file.readable_by_others is True:
        mode = f" (mode {file.mode:04o})" if file.mode is not None else ""
        faults.append(f"can be read by other users{mode}")
    if file.in_artifacts:
        faults.append("lies in a declared artifact")
    return faults
