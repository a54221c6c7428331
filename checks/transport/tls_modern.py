"""transport/tls-modern."""

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

MODERN = frozenset({"TLSv1.2", "TLSv1.3"})
OLD = ("TLSv1", "TLSv1.1")


@check(
    title="Only TLS 1.2 and later is spoken",
    failing_title="An old TLS version is spoken",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[Connection],
    per_environment=True,
    requirements=[G10],
)
def tls_modern(evidence: EvidenceView) -> Verdict:
    """Every host negotiates TLS 1.2 or 1.3, and the integrator's own hosts refuse 1.0 and 1.1.

    Why it matters: TLS 1.0 and 1.1 are broken: data of a payment can be read on the way. Card schemes forbid them
        (PCI DSS 4.0, 4.2.1), and acquirers scan for them.
    How it is judged: A handshake with each https host of this environment must end with TLS 1.2 or 1.3. At the hosts
        that are yours, handshakes with only TLS 1.0 and only TLS 1.1 are tried and must be refused.
    How to fix: In your web server or load balancer allow TLS 1.2 and 1.3 only: nginx `ssl_protocols TLSv1.2
        TLSv1.3;`, Apache `SSLProtocol -all +TLSv1.2 +TLSv1.3`, AWS load balancers with a policy such as
        `ELBSecurityPolicy-TLS13-1-2-2021-06`.
    When it is unknown: A handshake did not come about, or an old version could not be tried. Plain http on this
        machine has no TLS; where there is nothing else, the question does not arise.
    """
    connection = evidence[Connection]
    failures, undecided, seen = [], [], []
    for index, host in enumerate(connection.hosts):
        if host.tls is None and host.loopback:
            continue
        faults, unsure = _judge(host)
        failures += [evidence.cite(Connection, f"/hosts/{index}/tls", f"{host.host} {fault}") for fault in faults]
        undecided += unsure
        seen.append(host.host)
    if not connection.hosts:
        undecided.append(Missing(because=Because.NOT_CONFIGURED, detail="There is no host to look at."))
    elif not seen:
        return Verdict.not_applicable("All hosts are on this machine and speak plain http.")
    return weigh(
        failures,
        undecided,
        failed="A host speaks plain http or an old TLS version.",
        passed=f"{plural(len(seen), 'host')} negotiated TLS 1.2 or later: {', '.join(seen)}.",
    )


def _judge(host: HostFacts) -> tuple[list[str], list[Missing]]:
    """What one host does wrong, and what is not known of it."""
    if host.tls is None:
        return ["speaks plain http"], []
    if isinstance(host.tls, Missing):
        return [], [host.tls]
    faults, unsure = [], []
    if host.tls.version is None:
        detail = f"The version of TLS with {host.host} was not seen."
        unsure.append(Missing(because=Because.UNREACHABLE, detail=detail))
    elif host.tls.version not in MODERN:
        faults.append(f"negotiated {host.tls.version}; expected TLS 1.2 or later")
    if not host.own:
        return faults, unsure
    untried = Missing(because=Because.UNREACHABLE, detail=f"Old versions of TLS were not tried at {host.host}.")
    for version in OLD:
        answer = host.tls.old_versions.get(version, untried)
        if isinstance(answer, Missing):
            unsure.append(answer)
        elif answer == "accepted":
            faults.append(f"still accepts {version}")
    return faults, unsure
