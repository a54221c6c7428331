"""transport/reachable."""

from __future__ import annotations

from readiness.api import (
    Because,
    Connection,
    EvidenceView,
    Exchange,
    HostFacts,
    Kind,
    Missing,
    Severity,
    Trouble,
    Verdict,
    check,
    plural,
    weigh,
)

OBSERVED = {
    Trouble.DNS: "its name does not resolve",
    Trouble.CONNECT: "it refuses the connection",
}
"""Troubles that are themselves the answer; a time-out may be anything."""


@check(
    title="API and token hosts can be reached",
    failing_title="An API or token host cannot be reached",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[Connection],
    per_environment=True,
)
def reachable(evidence: EvidenceView) -> Verdict:
    """The API host and the token host resolve, accept a connection and answer a request.

    Why it matters: A missing firewall rule or a misspelt host stops every payment on launch day, and is found in a
        minute before it.
    How it is judged: Each host is resolved, connected to, and sent one GET without credentials. Any HTTP answer
        passes but 429 and 5xx. A name that does not resolve, and a refused connection, fail.
    How to fix: Compare `api_url` and `oauth_url` with the vendor's hosts; then allow outgoing HTTPS (port 443) to
        both from the machine that takes payments, and run the audit there.
    When it is unknown: A host did not answer in time, the TLS handshake failed, the connection broke, or it answered
        with 429 or 5xx.
    """
    hosts = evidence[Connection].hosts
    failures, undecided, seen = [], [], []
    for index, host in enumerate(hosts):
        if not {"api", "oauth"} & set(host.roles):
            continue
        judged = _judge(host)
        if isinstance(judged, Missing):
            undecided.append(judged)
        elif judged:
            failures.append(evidence.cite(Connection, f"/hosts/{index}", f"{host.host}: {judged}"))
        seen.append(f"{host.host} ({host.answer.status})" if isinstance(host.answer, Exchange) else host.host)
    undecided += [
        Missing(because=Because.NOT_CONFIGURED, detail=f"There is no host of the role {role}.")
        for role in ("api", "oauth")
        if not any(role in host.roles for host in hosts)
    ]
    return weigh(
        failures,
        undecided,
        failed=f"{len(failures)} of {plural(len(seen), 'host')} of the vendor's API cannot be reached.",
        passed=f"All hosts answer: {', '.join(seen)}.",
    )


def _judge(host: HostFacts) -> str | Missing | None:
    """Why a host cannot be reached: None when it answers, perhaps through a proxy where it does not resolve here."""
    answer = host.answer
    if isinstance(answer, Exchange):
        redirect = answer.trouble is None and answer.status is not None and 300 <= answer.status < 400
        if redirect or answer.unusable() is None:
            return None
        if answer.trouble in OBSERVED:
            return f"{OBSERVED[answer.trouble]}. {answer}"
    if host.resolved is False:
        return OBSERVED[Trouble.DNS]
    if host.connected is False:
        return OBSERVED[Trouble.CONNECT]
    return answer if isinstance(answer, Missing) else answer.unusable()
