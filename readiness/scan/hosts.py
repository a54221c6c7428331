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
        labels = {name.split(".")[-2] for name in names if "." in name}
        self._hints = tuple(hint.encode() for label in sorted(labels) for hint in (label, label.upper()))
        alternatives = "|".join(re.escape(name) for name in names)
        self._pattern = re.compile(
            rf"(?<![\w.-])(?:[\w-]+\.){{0,8}}(?:{alternatives})(?![\w-])(?!\.[\w-])".encode(), re.IGNORECASE
        )

    def find(self, text: bytes) -> Iterator[tuple[int, str]]:
        """Offset and name, in lower case, of each; pages of documentation are no hosts of the API."""
        if not any(hint in text for hint in self._hints):
            return
        for match in self._pattern.finditer(text):
            host = match[0].decode().lower()
            if host not in DOCUMENTATION_HOSTS:
                yield match.start(), host
