"""Asks the API's ping, as evidence of Acme's own kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from readiness.api import Attempt, Environment, Evidence, Missing
from readiness.config.model import Config
from readiness.probe import Effect, PlannedRequest, Probe, ProbeContext
from readiness.transport import Request

PURPOSE = "acme-ping"


class Ping(Evidence):
    """What the API answers to a ping without a token."""

    kind: ClassVar[str] = "acme-ping"

    answer: Attempt


class PingProbe(Probe):
    """One GET for each environment."""

    evidence: ClassVar[type[Evidence]] = Ping

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """The ping, once."""
        assert environment is not None
        return [PlannedRequest(PURPOSE, environment, "GET", _url(config, environment), Effect.READ)]

    async def gather(self, context: ProbeContext) -> Ping:
        """Send it."""
        assert context.environment is not None
        url = _url(context.config, context.environment)
        return Ping(answer=(await context.transport.send(Request(PURPOSE, context.environment, "GET", url))).exchange)


def _url(config: Config, environment: Environment) -> str:
    return f"{config.environments[environment].api_url}/v2/ping"
