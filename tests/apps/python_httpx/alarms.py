"""What the people on duty must hear of."""

from __future__ import annotations

import sys
import threading


class Alarms:
    """Each alarm is raised once, until it is settled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self.raised: list[str] = []

    def sound(self, text: str) -> None:
        """Tell the people on duty, unless they were told."""
        with self._lock:
            if text in self._open:
                return
            self._open.add(text)
            self.raised.append(text)
        sys.stderr.write(f"ALARM {text}\n")
        sys.stderr.flush()

    def settle(self) -> None:
        """From now on, the same alarm would be news."""
        with self._lock:
            self._open.clear()
