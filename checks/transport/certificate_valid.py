"""transport/certificate-valid."""

from __future__ import annotations

from readiness.api import (
    G10,
    Because,
    Connection,
    EvidenceView,
    HostFacts,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    plural,
    weigh,
)

FEWEST_DAYS = 14


@check(
    title="Certificates are valid for two weeks and more",
    failing_title="A certificate is not valid or ends soon",
    severity=Severity.MAJOR,
    kind=Kind.LIVE,
    needs=[Connection],
    per_environment=True,
    requirements=[G10],
)
def certificate_valid(evidence: EvidenceView) -> Verdict:
    """Chain and name of every host's certificate verify, and 14 days or more are left.

    Why it matters: With an expired certificate customers cannot pay and webhooks are not delivered; with one that
        does not verify, somebody may sit in the middle and read the client secret.
    How it is judged: A handshake with each https host of this environment, the vendor's and yours, must verify
        against this machine's certificate authorities (or `ca_file`) for that host name, and the certificate must
        last 14 more days.
    How to fix: Renew the certificate and automate its renewal; install the intermediate certificates with it; for a
        private authority set `ca_file`. If the host is the vendor's, look for an intercepting proxy in your network
        first.
    When it is unknown: A handshake did not come about, or the certificate could not be read. Plain http on this
        machine has no certificate; where there is nothing else, the question does not arise.
    """
    connection = evidence[Connection]
    failures, undecided, seen = [], [], []
    for index, host in enumerate(connection.hosts):
        if host.tls is None and host.loopback:
            continue
        judged = _judge(host)
        if isinstance(judged, Missing):
            undecided.append(judged)
        elif judged:
            failures.append(evidence.cite(Connection, f"/hosts/{index}/tls", f"{host.host}: {judged}"))
        seen.append(host.host)
    if not connection.hosts:
        undecided.append(Missing(because=Because.NOT_CONFIGURED, detail="There is no host to look at."))
    elif not seen:
        return Verdict.not_applicable("All hosts are on this machine and speak plain http.")
    return weigh(
        failures,
        undecided,
        failed=f"{len(failures)} of {plural(len(seen), 'host')}: a certificate not valid, or near its end.",
        passed=f"{plural(len(seen), 'certificate')} verified, none ends within {FEWEST_DAYS} days: {', '.join(seen)}.",
    )


def _judge(host: HostFacts) -> str | Missing | None:
    """What is wrong with one host's certificate."""
    tls = host.tls
    if tls is None:
        return "speaks plain http, without a certificate"
    if isinstance(tls, Missing):
        return tls
    if tls.verify_error is not None:
        return f"the certificate does not verify ({tls.verify_error})"
    if not tls.verified or tls.days_left is None:
        detail = f"The certificate of {host.host} was not verified or not read."
        return Missing(because=Because.UNREACHABLE, detail=detail)
    if tls.days_left < FEWEST_DAYS:
        return f"the certificate ends in {tls.days_left:.1f} days, on {tls.not_after}; expected {FEWEST_DAYS} or more"
    return None
