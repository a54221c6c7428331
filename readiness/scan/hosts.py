"""Hosts that nobody should use any more, in sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness.config.presets import DOCUMENTATION_HOSTS
from readiness.facts import KnownHosts
from readiness.scan.patterns import Found, Pattern

_LONGEST = 256
"""Bytes of a host's name (RFC 1035, 2.3.4)."""


def patterns(hosts: KnownHosts) -> tuple[Pattern, ...]:
    """One for the retired hosts, if there are any."""
    return (retired_hosts(hosts.retired),) if hosts.retired else ()


def retired_hosts(domains: Iterable[str]) -> Pattern:
    """Finds the names of retired domains, and of hosts below them, whatever their case."""
    names = sorted(domains)
    any_of = "|".join(re.escape(name) for name in names)
    pattern = re.compile(rf"(?<![\w.-])(?:[\w-]+\.){{0,8}}(?:{any_of})(?![\w-])(?!\.[\w-])".encode())

    def find(text: bytes, start: int, end: int) -> Iterator[Found]:
        low = max(0, start - _LONGEST)
        for match in pattern.finditer(text[low : end + _LONGEST].lower()):
            host = match[0].decode()
            if host not in DOCUMENTATION_HOSTS:  # pages of documentation are no hosts of the API
                yield Found(low + match.start(), low + match.end(), host, "raw")

    return Pattern("retired_hosts", any_of.encode(), find, hints=tuple(name.encode() for name in names))
