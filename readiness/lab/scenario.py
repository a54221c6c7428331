"""What a scenario is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from readiness.lab.bench import TOKEN_LIFE, Bench

Need = Literal["charge", "read", "webhooks"]


class Scenario(ABC):
    """One situation into which the application is brought, from a clean emulator and a fresh start.

    `play` acts and waits; what happens meanwhile is recorded. It raises Unfit where nothing can be shown.
    """

    name: ClassVar[str]
    """By which checks find its trace: for ever."""
    needs: ClassVar[tuple[Need, ...]] = ()
    """What the application must be able to do."""
    story: ClassVar[str]
    """What is arranged, in words."""
    expected: ClassVar[str]
    """What a good application does."""
    settings: ClassVar[Mapping[str, Any]] = {"token_ttl": TOKEN_LIFE}
    """Of the emulator at the start."""
    limit: ClassVar[float] = 60.0
    """Seconds that it may take; then it shows nothing."""

    @abstractmethod
    async def play(self, bench: Bench) -> None:
        """Do it."""
