"""resilience/no-credentials-on-redirect."""

from __future__ import annotations

from readiness.api import (
    S1,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    check,
    lived,
    plural,
)


@check(
    title="A redirect to another host gets no credentials",
    failing_title="A redirect takes credentials to another host",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[S1],
)
def no_credentials_on_redirect(evidence: EvidenceView) -> Verdict:
    """A redirect to another host receives neither token nor secret.

    Why it matters: Whoever can redirect one answer, by a wrong DNS entry or a captive network, would be handed a
        token, or the client secret itself.
    How it is judged: First the API, then the token endpoint answers 307 with an address on another host, which
        records what comes. It may be contacted; no token and no secret may arrive there, in a header, the URL or
        the body. A card number that arrives is told, too.
    How to fix: Do not follow redirects when you call the vendor: it uses none. In requests that is
        `allow_redirects=False`, in fetch `redirect: 'error'`, in axios `maxRedirects: 0`.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or no
        request was redirected.
    """
    seen = lived(evidence, "redirect")
    if isinstance(seen, Verdict):
        return seen
    redirected = [call for call in seen.trace.calls if call.fault == "redirect"]
    elsewhere = [call for call in seen.trace.calls if call.host == "elsewhere"]
    given = [call for call in elsewhere if any("card number" not in what for what in call.exposes)]
    if given:
        return seen.failed("another host got credentials.", *redirected, *given)
    if not redirected:
        return seen.unknown("no request was redirected.", *seen.trace.steps("redirected"))
    if elsewhere:
        return seen.passed("the other host was contacted, without token and secret.", *elsewhere)
    return seen.passed(f"{plural(len(redirected), 'redirect')}, none followed.")
