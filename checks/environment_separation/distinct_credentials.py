"""environment-separation/distinct-credentials."""

from __future__ import annotations

from itertools import product

from readiness.api import (
    S3,
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
    plural,
    unknown,
    weigh,
)

NO_REFERENCE = frozenset({"literal", "emulator"})
"""Sources that name no place: a value in the config, or a key made for the run."""


@check(
    title="Sandbox and production share no credentials",
    failing_title="Sandbox and production share credentials",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration],
    concerns=[Environment.SANDBOX, Environment.PRODUCTION],
    requirements=[S3],
)
def distinct_credentials(evidence: EvidenceView) -> Verdict:
    """Client ids, secrets, webhook secrets and the places they come from all differ between the environments.

    Why it matters: With one key for both worlds, a test run charges real customers, and a developer who may see the
        sandbox can refund live payments. With one environment variable for both, a deployment picks the wrong key by
        accident.
    How it is judged: Every secret of the sandbox is compared with every secret of production by a keyed fingerprint,
        never by value in a report; client ids and references likewise. Any two that are equal fail. A retired key may
        stand under both environments.
    How to fix: Make a key and a webhook secret for each environment in its portal, and keep each in a place of its
        own, such as `env: AURORA_SANDBOX_CLIENT_SECRET` and a vault path for production.
    When it is unknown: One of the environments is not configured, or a client id or a secret has no value, so that it
        cannot be compared.
    """
    facts = evidence[Configuration]
    absent = [environment for environment in Environment if environment not in facts.environments]
    if absent:
        detail = f"The config has no `environments.{absent[0]}`, so there is nothing to compare."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    failures = [*_same_client_ids(facts), *_same_secrets(facts)]
    undecided = [*_without_client_id(facts), *_without_secret(facts)]
    count = len(facts.secrets)
    return weigh(
        failures,
        undecided,
        failed="Sandbox and production share credentials or the place they come from.",
        passed=f"Client ids, {plural(count, 'secret')} and their references differ between sandbox and production.",
    )


def _same_client_ids(facts: Configuration) -> list[Finding]:
    sandbox, production = (facts.environments[environment] for environment in Environment)
    failures = []
    for ours, theirs in product(("client_id", "partner_client_id"), repeat=2):
        value = getattr(sandbox, ours)
        if value is not None and value == getattr(production, theirs):
            message = f"sandbox {ours} and production {theirs} are the same client id"
            failures.append(Finding(message=message, location=production.location))
    # Literal ids and the emulator's name no place, and are compared by value.
    reference = sandbox.client_id_reference
    if reference == production.client_id_reference and reference.partition(" ")[0] not in {"", *NO_REFERENCE}:
        message = f"both client ids come from {reference}"
        failures.append(Finding(message=message, location=production.location))
    return failures


def _same_secrets(facts: Configuration) -> list[Finding]:
    sandbox = [secret for secret in facts.secrets if secret.environment is Environment.SANDBOX]
    production = [secret for secret in facts.secrets if secret.environment is Environment.PRODUCTION]
    return [
        Finding(message=f"{ours.name} and {theirs.name} {same}", location=theirs.location)
        for ours, theirs in product(sandbox, production)
        if (same := _same(ours, theirs))
    ]


def _same(ours: SecretFacts, theirs: SecretFacts) -> str | None:
    """How two secrets of different environments are alike."""
    if ours.role == theirs.role == "retired_client_secret":
        return None
    if ours.tag is not None and ours.tag == theirs.tag:
        return "are the same secret"
    if ours.source not in NO_REFERENCE and (ours.source, ours.reference) == (theirs.source, theirs.reference):
        return f"come from the same place: {ours.reference}"
    return None


def _without_client_id(facts: Configuration) -> list[Missing]:
    return [
        Missing(
            because=Because.NOT_CONFIGURED,
            detail=settings.client_id_problem or f"`environments.{environment}.client_id` has no value.",
        )
        for environment, settings in facts.environments.items()
        if settings.client_id is None
    ]


def _without_secret(facts: Configuration) -> list[Missing]:
    undecided = [
        Missing(because=Because.NOT_CONFIGURED, detail=f"{secret.name}: {secret.problem or 'it has no value'}")
        for secret in facts.secrets
        if not secret.available
    ]
    for environment in Environment:
        if not any(secret.environment is environment and secret.role == "client_secret" for secret in facts.secrets):
            detail = f"The config does not give `environments.{environment}.client_secret`."
            undecided.append(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    return undecided
