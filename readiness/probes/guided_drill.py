"""The drill for those whose key cannot make keys: the user deletes a throw-away key in the portal, the tool watches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from readiness.aurora.drill_clock import Deletion, WatchLimits, most_polls
from readiness.aurora.requests import api_url, token_url
from readiness.config.model import Config
from readiness.evidence import Evidence, Missing
from readiness.facts import DrillStep, KeyDrill
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.probes.drill_watch import (
    MINT,
    READ,
    SANDBOX,
    not_a_sandbox,
    planned_polls,
    token_accepted,
    two_clocks,
)

SECRET_PATH = ("guided", "client_secret")
"""Where the secret book keeps the throw-away key's secret."""
PATIENCE = 900.0
"""Seconds that the user has for the deletion."""
POLL_INTERVAL = 0.5
"""Seconds between polls at the start."""

Ask = Callable[[str], Awaitable[None]]
"""Shows a text to the user, and returns when they confirm."""


class GuidedDrillProbe(Probe):
    """Mints and reads with the key, then keeps trying both while the user deletes it."""

    evidence: ClassVar[type[Evidence]] = KeyDrill
    per_environment: ClassVar[bool] = False

    def __init__(self, client_id: str, ask: Ask) -> None:
        self._client_id = client_id
        self._ask = ask

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """Mints and reads for as long as the user may take; nothing is created or deleted by us."""
        del environment
        if SANDBOX not in config.environments:
            return Missing(because=Because.NOT_CONFIGURED, detail="the config has no `environments.sandbox`")
        length = PATIENCE + config.policy.drill_watch.total_seconds()
        return not_a_sandbox(config) or planned_polls(config, most_polls(length, POLL_INTERVAL))

    def time_limit(self, config: Config) -> float:
        """The user's patience, the watch, and as much again as other probes have."""
        return super().time_limit(config) + PATIENCE + config.policy.drill_watch.total_seconds()

    async def gather(self, context: ProbeContext) -> KeyDrill | Missing:
        """The deletion happened between the question and the user's answer; both clocks are kept to that."""
        secret = context.secrets.secret(SECRET_PATH)
        if secret is None:
            return Missing(because=Because.NOT_CONFIGURED, detail=context.secrets.problem(SECRET_PATH))
        session, key = context.sessions[SANDBOX], (self._client_id, secret)
        minted = await session.mint_with(MINT, key)
        if minted.token is None:
            return minted.lack
        read = await session.read(READ, minted.token)
        if token_accepted(read) is not True:
            return Missing(
                because=Because.REFUSED, detail=f"{read}: the key's token is not accepted before the deletion"
            )
        clock = context.transport.clock
        deletion = Deletion(earliest=clock())
        length = context.config.policy.drill_watch.total_seconds()
        limits = WatchLimits(interval=POLL_INTERVAL, length=length, limit=clock() + PATIENCE + length)
        watches = two_clocks(session, key, minted.token, deletion, limits)
        watching = asyncio.gather(*(watch.run() for watch in watches))
        context.progress("waiting for the deletion", PATIENCE)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ask(f"Delete the key {self._client_id} in the portal now, then confirm here at once.")
            deletion.latest = clock()
            context.progress("watching the deleted key and its token", length)
            await watching
        finally:
            watching.cancel()
        mint_clock, token_clock = (watch.result() for watch in watches)
        attempts = (("mint", minted.attempt), ("read", read), ("mint_after", mint_clock.refusal))
        steps = [DrillStep(name=name, attempt=attempt) for name, attempt in attempts]
        unseen = Missing(because=Because.NOT_CONFIGURED, detail="without a partner's key the keys cannot be listed")
        return KeyDrill(
            way="guided",
            hosts=tuple(
                urlsplit(url).netloc
                for url in (api_url(context.config, SANDBOX, ""), token_url(context.config, SANDBOX))
            ),
            key_name=self._client_id,
            steps=(*steps, DrillStep(name="read_after", attempt=token_clock.refusal)),
            mint_clock=mint_clock,
            token_clock=token_clock,
            poll_interval=POLL_INTERVAL,
            unlisted=unseen,
            leftovers=unseen,
            journal_empty=True,
        )
