"""environment-separation/hosts-match-environment."""

from __future__ import annotations

from readiness.api import (
    G8,
    S3,
    Because,
    Configuration,
    Environment,
    EvidenceView,
    Finding,
    Kind,
    Missing,
    Severity,
    UrlFacts,
    Verdict,
    check,
    host_of,
    is_loopback,
    weigh,
)


@check(
    title="API and token hosts belong to the environment",
    failing_title="A host of the other environment is configured",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration],
    per_environment=True,
    requirements=[G8, S3],
)
def hosts_match_environment(evidence: EvidenceView) -> Verdict:
    """Every API and token host is known to belong to the environment that it is configured for.

    Why it matters: Production pointed at the sandbox takes orders that are never paid; the sandbox pointed at
        production charges real cards for tests.
    How it is judged: The hosts of `api_url` and `oauth_url` must be the vendor's for this environment, or be listed
        under `policy.known_hosts` for it. A host of the other environment fails. Loopback counts where the emulator
        serves the environment.
    How to fix: Use `preset: aurora`, or copy the hosts: api.flute.com and oauth.api.flute.com for production,
        sandbox.api.flute.com and sandbox.oauth.api.flute.com for the sandbox. Mind the irregular order of the last
        one: a search and replace of `sandbox.api.flute.com` misses it. List a gateway of your own under
        `policy.known_hosts.sandbox` or `policy.known_hosts.production`.
    When it is unknown: The environment has no API or no token URL, or a host is neither the vendor's nor listed under
        `policy.known_hosts`, or is listed for both environments.
    """
    facts = evidence[Configuration]
    environment = evidence.environment
    assert environment is not None
    urls = [url for url in facts.urls if url.environment is environment and url.role in {"api", "oauth"}]
    failures, undecided = [], []
    for role in sorted({"api", "oauth"} - {url.role for url in urls}):
        detail = f"The config gives no `environments.{environment}.{role}_url`."
        undecided.append(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    for url in urls:
        judged = _judge(facts, url, environment)
        if isinstance(judged, Missing):
            undecided.append(judged)
        elif judged:
            failures.append(judged)
    hosts = " and ".join(sorted({host_of(url.url) for url in urls}))
    return weigh(
        failures,
        undecided,
        failed=f"{environment} is configured with a host of the other environment.",
        passed=f"{hosts}: known hosts of {environment}.",
    )


def _judge(facts: Configuration, url: UrlFacts, environment: Environment) -> Finding | Missing | None:
    """What is wrong with one URL: None when its host is known to be this environment's, and only this one's."""
    host = host_of(url.url)
    known = {Environment.SANDBOX: facts.known_hosts.sandbox, Environment.PRODUCTION: facts.known_hosts.production}
    homes = {home for home, hosts in known.items() if host in hosts}
    settings = facts.environments.get(environment)
    emulated = settings is not None and (settings.emulated or settings.preset == "emulator")
    if homes == {environment} or (not homes and emulated and is_loopback(host)):
        return None
    if len(homes) == 1:
        return Finding(message=f"{host} belongs to {homes.pop()}, not to {environment}", location=url.location)
    if homes:
        return Missing(because=Because.NOT_CONFIGURED, detail=f"{host} is a known host of both environments.")
    fix = f"if it stands before the vendor's {environment}, add `policy: {{known_hosts: {{{environment}: [{host}]}}}}`"
    return Missing(because=Because.NOT_CONFIGURED, detail=f"{host} is not a known host of either environment: {fix}.")
