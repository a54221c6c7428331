"""key-storage/secret-is-a-reference."""

from __future__ import annotations

from readiness.api import (
    S1,
    Because,
    Configuration,
    EvidenceView,
    Finding,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    plural,
    unknown,
)


@check(
    title="Secrets are given by reference",
    failing_title="A secret is written in the config file",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration],
    per_environment=True,
    requirements=[S1],
)
def secret_is_a_reference(evidence: EvidenceView) -> Verdict:
    """No value of a secret stands in the config file: each is named by the place where it is kept.

    Why it matters: A config file is committed, mailed and pasted into tickets. A secret in it lets every reader take
        and refund payments in your name, for as long as the key lives.
    How it is judged: Every secret of this environment in the config must be a reference (env, file, command, keyring,
        vault, aws, or a plug-in's store): the key's, the webhook's, the partner's, and those of retired keys. A
        literal value fails.
    How to fix: Treat the secret as lost: make a new key in the portal and delete the old one. Put the new secret in a
        secrets manager and write, for instance, `client_secret: {vault: {path: payments/aurora, field: client_secret}}`
        or `client_secret: {env: AURORA_CLIENT_SECRET}`. Remove the old value from the history of the repository.
    When it is unknown: The config names no secret for this environment.
    """
    facts, environment = evidence[Configuration], evidence.environment
    secrets = [secret for secret in facts.secrets if secret.environment is environment]
    literals = [
        Finding(message=f"{secret.name} is written here as a value", location=secret.location)
        for secret in secrets
        if secret.source == "literal"
    ]
    if literals:
        return Verdict.failed(
            f"{len(literals)} of {plural(len(secrets), 'secret')} written in the config file itself.", *literals
        )
    if secrets:
        stores = ", ".join(sorted({secret.source for secret in secrets}))
        return Verdict.passed(f"{plural(len(secrets), 'secret')}, none written in the config; kept in: {stores}.")
    settings = facts.environments.get(environment) if environment else None
    if settings is not None and settings.emulated:
        return Verdict.not_applicable("The emulator makes this environment's key for the run; the config holds none.")
    detail = f"The config names no secret for {environment}: give `environments.{environment}.client_secret`."
    return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
