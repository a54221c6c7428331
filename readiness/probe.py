"""What a probe is: it does I/O once, and brings one kind of evidence."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.facts import Configuration
from readiness.model import Environment, Permission

if TYPE_CHECKING:
    from readiness.aurora.session import Session
    from readiness.transport import Transport
from readiness.secret import SecretBook


class Effect(StrEnum):
    """What a request does at the other side."""

    READ = "read"
    MINT = "mint"
    """A POST to the token endpoint: it makes a short-lived token and changes nothing else."""
    WRITE = "write"
    HANDSHAKE = "handshake"
    """A TLS handshake, or a bare connection; no request is sent."""


@dataclass(frozen=True)
class PlannedRequest:
    """One kind of request that a run may send. `url` may hold `{placeholders}` for single path segments.

    `purpose` names it within its environment: two probes that announce the same purpose share one request.
    `at_most` counts every time that it may be sent, retries included. `environment` is the one whose host is asked.
    """

    purpose: str
    environment: Environment
    method: str
    url: str
    effect: Effect
    at_most: int = 1


class Progress(Protocol):
    """Tells the user what is being done, and for how many seconds more, where that is known."""

    def __call__(self, text: str, remaining: float | None = None) -> None:
        """Say it."""


@dataclass
class ProbeContext:
    """What a probe works with. Secrets are had from `secrets`; requests go through `transport` and nowhere else."""

    config: Config
    configuration: Configuration
    environment: Environment | None
    now: datetime
    run_id: str
    state_dir: Path
    transport: Transport
    secrets: SecretBook
    sessions: dict[Environment, Session]
    deadline: float
    """On the clock of `transport.clock()`: when the probe must have finished."""
    progress: Progress

    @property
    def session(self) -> Session:
        """The session of this probe's environment."""
        assert self.environment is not None
        return self.sessions[self.environment]


class Probe(ABC):
    """Gathers one kind of evidence: once for each environment, or once for the run.

    `permissions` must all be given, else the evidence is missing because not permitted.
    """

    evidence: ClassVar[type[Evidence]]
    per_environment: ClassVar[bool] = True
    permissions: ClassVar[tuple[Permission, ...]] = ()
    unhurried: ClassVar[bool] = False
    """Whether it works through something of any size, and so is bounded by limits of its own and by the run alone."""

    @abstractmethod
    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """Every kind of request that `gather` may send, or why it cannot gather. Sends nothing."""

    def time_limit(self, config: Config) -> float:
        """Seconds that `gather` may take; the run's deadline bounds it too. What waits by design says more."""
        del config
        return math.inf if self.unhurried else 60.0

    @abstractmethod
    async def gather(self, context: ProbeContext) -> Evidence | Missing:
        """Do the I/O. What it cannot learn is a `Missing` inside the evidence, not an exception."""
