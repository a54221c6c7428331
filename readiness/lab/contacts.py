"""Which hosts the application asked the intercepting proxy for, over the whole lab."""

from __future__ import annotations

from collections.abc import Callable

from readiness.config.presets import environment_of
from readiness.traces import Contact, Handling, Scheme

MOST = 200
"""Hosts that are not the vendor's of which each is kept; more are counted."""


class Contacts:
    """Collects over all scenarios; each scheme and host once, with how often."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: dict[tuple[str, str], Contact] = {}
        self.dropped = 0
        """Contacts of hosts that are not among those kept."""

    def note(self, scheme: Scheme, host: str, port: int, handling: Handling) -> None:
        """The application asked for this host."""
        environment = environment_of(host)
        known = self._found.get((scheme, host))
        if known is not None:
            self._found[scheme, host] = known.model_copy(update={"times": known.times + 1})
        elif environment is None and len(self._found) >= MOST:
            self.dropped += 1
        else:
            self._found[scheme, host] = Contact(
                t=round(self._clock(), 3),
                scheme=scheme,
                host=host[:253],
                port=port,
                environment=environment,
                handling=handling,
                times=1,
            )

    def facts(self) -> tuple[Contact, ...]:
        """In the order in which they were first seen."""
        return tuple(self._found.values())
