"""environment-separation/only-expected-hosts."""

from __future__ import annotations

from readiness.api import (
    G8,
    G10,
    S3,
    Because,
    BehaviourTrace,
    Environment,
    EvidenceView,
    Finding,
    Kind,
    Severity,
    Verdict,
    check,
    plural,
)


@check(
    title="The application contacts production hosts only, over https",
    failing_title="The application contacts a sandbox host, or one over plain http",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G8, G10, S3],
)
def only_expected_hosts(evidence: EvidenceView) -> Verdict:
    """With its production settings, the application asks for no sandbox host and for no plain http.

    Why it matters: One forgotten sandbox host, such as the token endpoint's, stops every payment on the first day of
        production; and what is sent over plain http can be read and changed on the way.
    How it is judged: The lab runs the application behind a proxy that notes every host it is asked for, in all
        scenarios together. None may be the sandbox's, and none of the vendor's may be asked for by http. Requests to
        hosts that are not the vendor's are refused and listed; they do not fail the check.
    How to fix: Look for the named host in code, settings, environment variables and SDK defaults. Mind that the
        sandbox's token host, sandbox.oauth.api.flute.com, survives a search for sandbox.api.flute.com.
    When it is unknown: `application.intercept` is not true, the application does not work behind the proxy, or it
        asks the proxy for none of the vendor's hosts because its HTTP client does not read HTTPS_PROXY.
    """
    behaviour = evidence[BehaviourTrace]
    if behaviour.contacts is None:
        detail = "Emulated API: nobody watched whom the application contacts; set `application.intercept: true`."
        return Verdict.unknown(detail, because=Because.NOT_CONFIGURED)
    wrong, strange, home = [], [], False
    for index, contact in enumerate(behaviour.contacts):
        finding = evidence.cite(BehaviourTrace, f"/contacts/{index}", str(contact))
        if contact.environment is None:
            strange.append(finding)
        elif contact.environment is Environment.SANDBOX or contact.scheme == "http":
            wrong.append(finding)
        else:
            home = home or contact.handling == "emulated"
    if wrong:
        count = plural(len(wrong), "host")
        return Verdict.failed(f"Emulated API: {count} asked for that production must not know.", *wrong)
    if not home:
        detail = "the proxy was asked for none of the vendor's hosts: the HTTP client may not read HTTPS_PROXY."
        return Verdict.unknown(f"Emulated API: {detail}", *strange, because=Because.UNREACHABLE)
    if behaviour.habits is None:
        detail = "the application does not work behind the proxy, so that it did not contact all that it would."
        return Verdict.unknown(f"Emulated API: {detail}", *strange, because=Because.UNREACHABLE)
    return _passed(len(behaviour.contacts) - len(strange), strange)


def _passed(count: int, strange: list[Finding]) -> Verdict:
    apart = f" {plural(len(strange), 'host')} besides that are not the vendor's." if strange else ""
    return Verdict.passed(f"Emulated API: {plural(count, 'production host')} asked for, over https.{apart}", *strange)
