"""Names of hosts: those that nobody should use any more, and those of the sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from readiness.config.presets import DOCUMENTATION_HOSTS
from readiness.facts import KnownHosts
from readiness.scan.patterns import Found, Pattern, Place, any_of
from readiness.searched import BESIDE_PRODUCTION

_LONGEST = 256
"""Bytes of a host's name (RFC 1035, 2.3.4)."""


_SHIPPED = frozenset({Place.TREE, Place.ARTIFACTS})
"""History and logs may tell of hosts that were in use once."""
_SANDBOX_LABELS = r"(?:[\w-]+\.){0,4}(?:sandbox|uat)\.(?:[\w-]+\.){0,3}(?:flute\.com|risewithaurora\.com)"
"""Whatever the vendor calls its sandbox: by the labels, for the order of the names is irregular."""
_SANDBOX_LABEL = re.compile(r"\b(?:sandbox|uat)\.")
_TABLE = 400
"""Bytes around a host in which a table of hosts would name the other one."""


def patterns(hosts: KnownHosts) -> tuple[Pattern, ...]:
    """One for the retired hosts, if there are any, and one for the sandbox's."""
    retired = (retired_hosts(hosts.retired),) if hosts.retired else ()
    return (*retired, sandbox_hosts(set(hosts.sandbox) - set(hosts.production)))


def retired_hosts(domains: Iterable[str]) -> Pattern:
    """Finds the names of retired domains, and of hosts below them, whatever their case."""
    names = sorted(domains)
    alternatives = "|".join(re.escape(name) for name in names)
    return Pattern(
        "retired_hosts",
        any_of(name.encode() for name in names),
        _finder(rf"(?:[\w-]+\.){{0,8}}(?:{alternatives})"),
        hints=tuple(name.encode() for name in names),
        places=_SHIPPED,
    )


def sandbox_hosts(hosts: Iterable[str]) -> Pattern:
    """Finds the sandbox's hosts in what is shipped: the vendor's, and gateways that `policy.known_hosts` names."""
    names = sorted(hosts)
    alternatives = "|".join([*(re.escape(name) for name in names), _SANDBOX_LABELS])
    domains = sorted({"flute.com", "risewithaurora.com", *(".".join(name.split(".")[-2:]) for name in names)})
    return Pattern(
        "sandbox_hosts",
        any_of(domain.encode() for domain in domains),
        _finder(alternatives),
        hints=tuple(domain.encode() for domain in domains),
        places=_SHIPPED,
    )


def _form(host: str, text: bytes, at: int) -> str:
    """Whether the same host of production stands close by: then it may be a table of both, chosen from later."""
    other = _SANDBOX_LABEL.sub("", host, count=1)
    around = text[max(0, at - _TABLE) : at + _TABLE].lower()
    if other == host or other.encode() not in around:
        return "raw"
    beside = re.search(rb"(?<![\w.-])" + re.escape(other.encode()) + rb"(?![\w-])", around)
    return BESIDE_PRODUCTION if beside else "raw"


def _finder(alternatives: str) -> Callable[[bytes, int, int], Iterator[Found]]:
    """Finds whole host names that match; pages of documentation are no hosts of the API."""
    pattern = re.compile(rf"(?<![\w.-])(?:{alternatives})(?![\w-])(?!\.[\w-])".encode())

    def find(text: bytes, start: int, end: int) -> Iterator[Found]:
        low = max(0, start - _LONGEST)
        for match in pattern.finditer(text[low : end + _LONGEST].lower()):
            host = match[0].decode()
            if host not in DOCUMENTATION_HOSTS and start <= low + match.start() < end:
                yield Found(low + match.start(), low + match.end(), host, _form(host, text, low + match.start()))

    return find
