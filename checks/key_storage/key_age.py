"""key-storage/key-age."""

from __future__ import annotations

from datetime import UTC

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
    unknown,
)

DAY = 86_400


@check(
    title="The key is renewed in time",
    failing_title="The key is older than the policy allows",
    severity=Severity.MINOR,
    kind=Kind.STATIC,
    needs=[Configuration],
    per_environment=True,
    requirements=[S1],
)
def key_age(evidence: EvidenceView) -> Verdict:
    """The key's day of creation is declared, and is no longer ago than the policy allows.

    Why it matters: People leave and backups spread. A key that is never renewed is known to more and more of them,
        and the day on which it must be renewed in a hurry is the first time that anybody tries.
    How it is judged: `created_on` of this environment is compared with the day of the run (UTC) and with
        `policy.max_key_age`, which is 365 days unless the config says otherwise. A day in the future fails.
    How to fix: Make a new key in the portal, deploy it, check that payments work, delete the old key, and write the
        day into `created_on`. List the old one under `retired_keys` to prove that it is dead.
    When it is unknown: The config does not give `created_on`.
    """
    facts, environment = evidence[Configuration], evidence.environment
    settings = facts.environments.get(environment) if environment else None
    if settings is not None and settings.emulated:
        return Verdict.not_applicable("The emulator makes this environment's key for the run.")
    if settings is None or settings.created_on is None:
        detail = f"The config does not give `environments.{environment}.created_on`, the day on which the key was made."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    days = (evidence.now.astimezone(UTC).date() - settings.created_on).days
    limit = facts.limits.max_key_age_s / DAY
    place = Finding(message=f"created_on is {settings.created_on}", location=settings.location)
    if days < 0:
        return Verdict.failed(f"The key is said to be made on {settings.created_on}, which is in the future.", place)
    if days > limit:
        return Verdict.failed(f"The key is {days} days old; the policy allows {limit:g}.", place)
    return Verdict.passed(f"The key is {days} days old; the policy allows {limit:g}.")
