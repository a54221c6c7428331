"""Refuses what the plan did not announce. As a plan holds no writes to production, none can be sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from readiness.model import Environment
from readiness.plan import GuardError
from readiness.probe import Effect, PlannedRequest


class Guard:
    """Knows every announced request, and counts. The plan holds nothing that would write to production."""

    def __init__(self, planned: Iterable[PlannedRequest]) -> None:
        self._planned = {
            (request.environment, request.purpose): request
            for request in planned
            if request.effect is not Effect.HANDSHAKE
        }
        self._sent: Counter[tuple[Environment, str]] = Counter()

    def admit(self, environment: Environment, purpose: str, method: str, url: str) -> None:
        """Count a request that is about to be sent. Raises GuardError if it must not be."""
        planned = self._planned.get((environment, purpose))
        address = url.partition("?")[0]
        if planned is None or planned.method != method or not _matches(planned.url, address):
            raise GuardError(
                f"A probe tried to send {method} {address} ({environment} {purpose}), which was not announced.",
                "This is a fault of the probe. Nothing was sent.",
            )
        if self._sent[environment, purpose] >= planned.at_most:
            raise GuardError(
                f"A probe tried to send {method} {address} to {environment} more than {planned.at_most} times.",
                "This is a fault of the probe. Nothing more was sent.",
            )
        self._sent[environment, purpose] += 1


def _matches(pattern: str, address: str) -> bool:
    """`{placeholders}` stand for one path segment each, but never for one that leads elsewhere (RFC 3986, 5.2.4)."""
    plain = _pattern(pattern).fullmatch(address) is not None
    return plain and not any(segment.lower().replace("%2e", ".") in {".", ".."} for segment in address.split("/"))


def _pattern(url: str) -> re.Pattern[str]:
    return re.compile("".join(r"[^/?#\\\s]+" if part.startswith("{") else re.escape(part) for part in _parts(url)))


def _parts(url: str) -> list[str]:
    return re.split(r"(\{[a-z_]+\})", url)
