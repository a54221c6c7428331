"""Hosts that nobody should use any more, in sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness.config.presets import DOCUMENTATION_HOSTS


class RetiredHosts:
    """Finds the names of retired domains, and of hosts below them, whatever their case."""

    def __init__(self, domains: Iterable[str]) -> None:
        names = sorted(domains)
        # A host is rare in a file and its registered domain even more so: one quick search decides for most files.
        self._hints = sorted({name.split(".")[-2].encode() for name in names if "." in name})
        alternatives = "|".join(re.escape(name) for name in names)
        self._pattern = re.compile(rf"(?<![\w.-])(?:[\w-]+\.){{0,8}}(?:{alternatives})(?![\w-])(?!\.[\w-])".encode())

    def find(self, lowered: bytes) -> Iterator[tuple[int, str]]:
        """Offset and name of each in a text in lower case; pages of documentation are no hosts of the API."""
        if not any(hint in lowered for hint in self._hints):
            return
        for match in self._pattern.finditer(lowered):
            host = match[0].decode()
            if host not in DOCUMENTATION_HOSTS:
                yield match.start(), host
