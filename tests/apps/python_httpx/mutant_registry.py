"""The faults by name: which there are, and how one is put in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FAULTS: dict[str, Callable[[], None]] = {}


def fault(name: str) -> Callable[[Callable[[], None]], None]:
    """Register what puts the fault of that name in place."""

    def register(patch: Callable[[], None]) -> None:
        FAULTS[name] = patch

    return register


def put(owner: type, name: str, member: Any) -> None:
    """Put a faulty member in place of the right one."""
    setattr(owner, name, member)
