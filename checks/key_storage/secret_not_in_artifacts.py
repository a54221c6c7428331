"""key-storage/secret-not-in-artifacts."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Artifacts,
    Configuration,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    declared_empty,
    secrets_absent,
)


@check(
    title="No configured secret stands in the artifacts",
    failing_title="A configured secret stands in an artifact",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Artifacts, Configuration],
    per_environment=True,
    requirements=[G7, S1],
)
def secret_not_in_artifacts(evidence: EvidenceView) -> Verdict:
    """No form of any secret of this environment occurs in a declared artifact, archives and images opened.

    Why it matters: A package, an image or a bundle goes to registries, customers and browsers, and each of them can be
        unpacked. Build steps copy .env files and bake variables in without anybody writing it into the sources.
    How it is judged: Every file that a glob of `artifacts` matches is searched for the secrets of the config in every
        form in which they are usually written; archives, packages and the layers of images are opened to
        `policy.archive_depth`. One occurrence fails; the finding gives the path within the archive and the form, never
        the value. `artifacts: []` declares that nothing is built. No comment excuses a secret.
    How to fix: Treat the secret as lost: make a new key, deploy it, delete the old one. Withdraw the artifact from
        where it was published, and give the secret to the process when it starts instead of when it is built: build
        secrets instead of ARG and ENV, .dockerignore for .env files. A lower layer of an image keeps what a higher one
        deletes.
    When it is unknown: No artifacts are declared (add `artifacts: [dist/**]`, or `artifacts: []` if nothing is built),
        a glob matches no file, an archive was too deep, too large or unreadable, or a secret has no value to search
        for.
    """
    artifacts = evidence[Artifacts]
    if declared_empty(artifacts):
        return Verdict.not_applicable("The config declares by `artifacts: []` that nothing is built.")
    return secrets_absent(artifacts, evidence[Configuration], evidence.environment, where="the artifacts")
