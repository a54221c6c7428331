"""Tries the keys that were deleted and must be dead."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from readiness.aurora.requests import TRIES, planned_mint, shared_mint, without_key
from readiness.config.model import Config
from readiness.evidence import Attempt, Evidence, Missing
from readiness.facts import RetiredKeys, RetiredKeyTrial
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext


class RetiredKeysProbe(Probe):
    """One mint per retired key; the live key's mint is the control."""

    evidence: ClassVar[type[Evidence]] = RetiredKeys

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """As many mints as there are retired keys."""
        assert environment is not None
        if lack := without_key(config, environment):
            return lack
        keys = config.environments[environment].retired_keys
        if not keys:
            detail = f"the config declares no `environments.{environment}.retired_keys`"
            return Missing(because=Because.NOT_CONFIGURED, detail=detail)
        mint = planned_mint(config, environment, "mint-with-retired-key", len(keys) * TRIES)
        return [shared_mint(config, environment), mint]

    async def gather(self, context: ProbeContext) -> RetiredKeys:
        """All at once."""
        assert context.environment is not None
        keys = context.config.environments[context.environment].retired_keys
        control, *trials = await asyncio.gather(
            self._control(context), *(self._trial(context, index) for index in range(len(keys)))
        )
        return RetiredKeys(trials=tuple(trials), control=control)

    async def _control(self, context: ProbeContext) -> Attempt:
        return (await context.session.mint()).attempt

    async def _trial(self, context: ProbeContext, index: int) -> RetiredKeyTrial:
        assert context.environment is not None
        key = context.session.retired_key(index)
        minted = await context.session.mint_with("mint-with-retired-key", key)
        return RetiredKeyTrial(
            client_id=context.configuration.environments[context.environment].retired_client_ids[index],
            mint=minted.attempt,
            location=context.config.at("environments", context.environment.value, "retired_keys", index),
        )
