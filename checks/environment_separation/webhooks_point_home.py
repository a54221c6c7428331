"""environment-separation/webhooks-point-home."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.api import (
    S3,
    TUNNELS,
    Attempt,
    Because,
    Configuration,
    Environment,
    EvidenceView,
    Exchange,
    JsonObject,
    Kind,
    Missing,
    Severity,
    Verdict,
    WebhookEndpoints,
    check,
    host_of,
    is_loopback,
    is_private,
    listed,
    not_accepted,
    parent_in,
    place_of,
    plural,
    text,
    weigh,
)


@check(
    title="Webhooks are delivered to this environment's receiver",
    failing_title="Webhooks are delivered to the wrong place",
    severity=Severity.MAJOR,
    kind=Kind.LIVE,
    needs=[WebhookEndpoints, Configuration],
    per_environment=True,
    requirements=[S3],
)
def webhooks_point_home(evidence: EvidenceView) -> Verdict:
    """Every registered webhook URL belongs to this environment.

    Why it matters: A production event that goes to the sandbox's receiver is lost: the order stays unpaid in your
        books. One that goes to a tunnel or a request bin shows customers' payments to whoever holds the link.
    How it is judged: All registered endpoints are listed. None may be the receiver that the config declares for the
        other environment; in production none may be localhost, a private address or name, a developer's tunnel or a
        request bin. An endpoint is known to be home when it is this environment's own `webhook_url`, or when the
        other environment's `webhook_url` is declared and differs.
    How to fix: Change or delete the named endpoint in the portal of this environment, or with `PATCH
        /v2/webhooks/endpoints/{id}`. Declare `webhook_url` under each environment of the config.
    When it is unknown: The list could not be read to its end, or the config declares no `webhook_url` to compare
        with.
    """
    facts, hooks = evidence[Configuration], evidence[WebhookEndpoints]
    assert evidence.environment is not None
    receivers = _Receivers.of(facts, evidence.environment)
    failures, undecided, count = [], [], 0
    for index, page in enumerate(hooks.pages):
        endpoints = _endpoints(page)
        if isinstance(endpoints, Missing):
            undecided.append(endpoints)
            continue
        for endpoint in endpoints:
            count += 1
            url = text(endpoint, "endpointUrl")
            judged = receivers.judge(url) if url else _unread(page, "an endpoint without `endpointUrl`")
            if isinstance(judged, Missing):
                undecided.append(judged)
            elif judged:
                failures.append(evidence.cite(WebhookEndpoints, f"/pages/{index}/json_body", judged))
    if not hooks.complete or not hooks.pages:
        undecided.append(Missing(because=Because.UNREACHABLE, detail="The list of endpoints was not read to its end."))
    if not count and not undecided:
        return Verdict.not_applicable(f"No webhook endpoint is registered in {evidence.environment}.")
    return weigh(
        failures,
        undecided,
        failed=f"{len(failures)} of {plural(count, 'webhook endpoint')} of {evidence.environment} elsewhere.",
        passed=f"{plural(count, 'webhook endpoint')} registered, none that is not this environment's.",
    )


@dataclass(frozen=True)
class _Receivers:
    """Where webhooks of one environment may go."""

    environment: Environment
    own: frozenset[str]
    foreign: frozenset[str]
    emulated: bool

    @classmethod
    def of(cls, facts: Configuration, environment: Environment) -> _Receivers:
        """As the config declares them."""
        hooks = [url for url in facts.urls if url.role == "webhook" and url.environment is not None]
        own = frozenset(place_of(url.url) for url in hooks if url.environment is environment)
        foreign = frozenset(place_of(url.url) for url in hooks if url.environment is not environment)
        settings = facts.environments.get(environment)
        return cls(environment, own, foreign, settings is not None and settings.emulated)

    def judge(self, url: str) -> str | Missing | None:
        """What is wrong with a registered URL: None when it is home."""
        host, place = host_of(url), place_of(url)
        if not host:
            return Missing(because=Because.UNREACHABLE, detail="A registered endpoint's URL cannot be read.")
        if place in self.foreign:
            return f"{place} is the receiver of the other environment"
        if self.environment is Environment.PRODUCTION and not (self.emulated and is_loopback(host)):
            if is_private(host):
                return f"{place} is not a public address"
            if tunnel := parent_in(host, TUNNELS):
                return f"{place} is a developer's tunnel or a request bin ({tunnel})"
        if place in self.own or self.foreign:
            return None
        fix = f"add `webhook_url` to `environments.{self.environment}` and to the other environment"
        return Missing(because=Because.NOT_CONFIGURED, detail=f"It is not declared whose receiver {place} is: {fix}.")


def _endpoints(page: Attempt) -> tuple[JsonObject, ...] | Missing:
    """The endpoints on one page, in any of the vendor's shapes."""
    if lack := not_accepted(page):
        return lack
    assert isinstance(page, Exchange)
    found = listed(page.fields, "items", "data")
    return _unread(page, "no list of endpoints") if found is None else found


def _unread(page: Attempt, what: str) -> Missing:
    return Missing(because=Because.UNREACHABLE, detail=f"{page}: {what}")
