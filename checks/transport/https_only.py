"""transport/https-only."""

from __future__ import annotations

from readiness.api import (
    G10,
    Because,
    Configuration,
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
    plural,
    unknown,
)


@check(
    title="Every configured URL is https",
    failing_title="A configured URL is not https",
    severity=Severity.BLOCKER,
    kind=Kind.STATIC,
    needs=[Configuration],
    per_environment=True,
    requirements=[G10],
)
def https_only(evidence: EvidenceView) -> Verdict:
    """Every configured URL, the vendor's and the integrator's own, begins with https; loopback addresses apart.

    Why it matters: Over plain http everybody on the way reads the client secret, the token and the customer's data,
        and can change the amount.
    How it is judged: The API, token, webhook, callback and application URLs of the config are looked at. Each must be
        https, or lead to this machine (localhost, 127.0.0.0/8, ::1).
    How to fix: Change the named URL to https, get a certificate for the host if it has none, and make the http port
        redirect or refuse.
    When it is unknown: The config names no URL for this environment.
    """
    urls = [url for url in evidence[Configuration].urls if url.environment in {None, evidence.environment}]
    plain = [url for url in urls if not _fit(url)]
    if plain:
        findings = (
            Finding(message=f"{url.role}: {_scheme(url)}://{host_of(url.url)}", location=url.location) for url in plain
        )
        return Verdict.failed(f"{len(plain)} of {plural(len(urls), 'URL')} not https.", *findings)
    if not any(url.environment is evidence.environment for url in urls):
        detail = f"The config names no URL for {evidence.environment}."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    local = sum(_scheme(url) != "https" for url in urls)
    apart = f" {local} of them lead to this machine over http." if local else ""
    return Verdict.passed(f"{plural(len(urls), 'URL')}, none that sends plain http over a network.{apart}")


def _scheme(url: UrlFacts) -> str:
    return url.url.partition("://")[0].lower()


def _fit(url: UrlFacts) -> bool:
    return _scheme(url) == "https" or (_scheme(url) == "http" and is_loopback(host_of(url.url)))
