"""key-storage/production-secret-in-manager."""

from __future__ import annotations

from readiness.api import (
    G7,
    S1,
    Because,
    Configuration,
    Environment,
    EvidenceView,
    Finding,
    Kind,
    Missing,
    SecretFacts,
    Severity,
    Verdict,
    check,
    unknown,
    weigh,
)


@check(
    title="Production secrets come from a secrets manager",
    failing_title="A production secret is kept outside a secrets manager",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration],
    concerns=[Environment.PRODUCTION],
    requirements=[G7, S1],
)
def production_secret_in_manager(evidence: EvidenceView) -> Verdict:
    """Each secret of production is kept by a secrets manager: the key's, the webhook's and the partner's.

    Why it matters: Whoever reads a plain file, a backup of it or a copy on a laptop can move your customers' money,
        and nobody can say afterwards who read it. A manager limits, records and revokes access.
    How it is judged: By the reference in the config. A vault, a cloud secret store, a keyring, a plug-in's store, a
        command of a known secrets manager, or a file that an orchestrator mounts (Docker, Kubernetes) passes; an
        environment variable passes when `injected_by` names the manager that fills it. A plain file, a .env file and
        a value in the config fail. Retired keys are left out.
    How to fix: Move the secret into the manager you already have and refer to it, such as `client_secret:
        {vault: {path: payments/aurora, field: client_secret}}` or `client_secret: {aws: {name: prod/aurora}}`. Then
        make a new key and delete the old one, because copies of the file may exist. If a manager fills the environment
        variable, say so: `client_secret: {env: AURORA_CLIENT_SECRET, injected_by: Doppler}`.
    When it is unknown: Production or its secret is not configured, an environment variable does not say who fills it,
        a command's program is not a known secrets manager, or a file cannot be looked at.
    """
    facts = evidence[Configuration]
    settings = facts.environments.get(Environment.PRODUCTION)
    if settings is not None and settings.emulated:
        return Verdict.not_applicable("Production is emulated: its key is made for this run and kept nowhere.")
    secrets = [
        secret
        for secret in facts.secrets
        if secret.environment is Environment.PRODUCTION and secret.role != "retired_client_secret"
    ]
    if not any(secret.role == "client_secret" for secret in secrets):
        detail = "The config does not give `environments.production.client_secret`."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    judged = [_judge(secret) for secret in secrets]
    homes = ", ".join(f"{secret.name} from {_home(secret)}" for secret in secrets)
    return weigh(
        [found for found in judged if isinstance(found, Finding)],
        [found for found in judged if isinstance(found, Missing)],
        failed="A secret of production is kept outside a secrets manager.",
        passed=f"Every secret of production is kept by a manager: {homes}.",
    )


def _judge(secret: SecretFacts) -> Finding | Missing | None:
    """What is wrong with where one secret is kept: None when a manager keeps it."""
    if secret.source == "literal":
        return Finding(message=f"{secret.name} is written in the config itself", location=secret.location)
    if secret.manager or (secret.source == "env" and secret.injected_by):
        return None
    if secret.source == "file" and secret.file is not None:
        if secret.file.mounted_secret:
            return None
        return Finding(message=f"{secret.name} is kept in a plain file: {secret.reference}", location=secret.location)
    reasons = {
        "env": "the config does not say who fills the variable: add `injected_by: <manager>`",
        "file": f"the file cannot be looked at ({secret.problem})",
        "command": "the program is not a known secrets manager",
    }
    reason = reasons.get(secret.source, "this store is not known to be a secrets manager")
    return Missing(because=Because.NOT_CONFIGURED, detail=f"{secret.name}, {secret.reference}: {reason}.")


def _home(secret: SecretFacts) -> str:
    return f"{secret.reference}, filled by {secret.injected_by}" if secret.injected_by else secret.reference
