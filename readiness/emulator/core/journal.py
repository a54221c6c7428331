"""What arrived and what was answered, without a secret and in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from readiness.emulator.core.clock import timestamp
from readiness.emulator.core.messages import Host
from readiness.emulator.core.tokens import TokenState
from readiness.model import Environment

MAX_ENTRIES = 10_000
"""Entries kept; the oldest go first, and `dropped` counts them."""
MAX_BYTES = 32 * 1_048_576
"""Bytes of bodies kept, likewise."""


@dataclass(slots=True)
class Entry:
    """One vendor request. `received_at` is real time, `virtual_at` the vendor's clock, both seconds since the epoch."""

    sequence: int
    received_at: float
    virtual_at: float
    environment: Environment
    host: Host
    method: str
    target: str
    headers: dict[str, str]
    body: Any
    token_state: TokenState
    token: str | None
    client_id: str | None
    size: int = 0
    """Bytes of the body as it arrived."""
    correlation_id: str | None = None
    status: int | None = None
    fault: str | None = None
    malformed: bool = False
    replayed: bool = False
    committed: bool = True
    ended_at: float | None = None
    """Real time at which the answer had been sent, or the client was gone."""

    def to_json(self) -> dict[str, Any]:
        """The entry as `GET /journal` shows it."""
        return {
            "sequence": self.sequence,
            "time": timestamp(self.received_at),
            "virtual_time": timestamp(self.virtual_at),
            "environment": self.environment.value,
            "host": self.host,
            "method": self.method,
            "path": self.target,
            "headers": self.headers,
            "body": self.body,
            "size": self.size,
            "token_state": self.token_state,
            "token": self.token,
            "client_id": self.client_id,
            "correlation_id": self.correlation_id,
            "status": self.status,
            "fault": self.fault,
            "malformed": self.malformed,
            "replayed": self.replayed,
            "committed": self.committed,
        }


class Journal:
    """The latest requests, oldest first."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._entries: deque[Entry] = deque()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._last = 0
        self._watchers: list[Callable[[Entry], None]] = []
        self.dropped = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def next_sequence(self) -> int:
        """The number of the next entry; numbers are never used twice."""
        self._last += 1
        return self._last

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Have each entry told from now on: when its request has arrived, and again when `ended_at` is known.

        The watcher is called in the server's thread, before the request is answered: it must not wait.
        """
        self._watchers.append(watcher)

    def end(self, entry: Entry, now: float) -> None:
        """Note that a request is over: answered, or given up by the client."""
        entry.ended_at = now
        self._tell(entry)

    def _tell(self, entry: Entry) -> None:
        for watcher in self._watchers:
            watcher(entry)

    def add(self, entry: Entry) -> None:
        """Append an entry, forgetting the oldest if need be."""
        self._entries.append(entry)
        self._bytes += entry.size
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._bytes -= self._entries.popleft().size
            self.dropped += 1
        self._tell(entry)

    def clear(self) -> int:
        """Forget everything; how many entries there were."""
        count = len(self._entries)
        self._entries.clear()
        self._bytes = 0
        self.dropped = 0
        return count
