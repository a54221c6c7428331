"""Mints tokens with the configured key, and uses them well and badly."""

from __future__ import annotations

import asyncio
import math
import secrets as randomness
from collections.abc import Sequence
from typing import ClassVar

from readiness.aurora.requests import planned_mint, planned_read, shared_mint, shared_read, without_key
from readiness.aurora.session import Minted, Session
from readiness.config.model import Config
from readiness.evidence import Attempt, Evidence, Missing
from readiness.facts import TokenUse
from readiness.model import Because, Environment, Permission
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.secret import Secret

AFTER_EXPIRY = 1.0
"""Seconds past `expires_in` at which an expired token is tried: clocks tick in whole seconds."""


class TokenUseProbe(Probe):
    """A good mint, a second one, reads with both; a wrong secret, a made-up and a truncated token; an expired token."""

    evidence: ClassVar[type[Evidence]] = TokenUse

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """Three mints at most, and a handful of reads of the payment configuration."""
        assert environment is not None
        if lack := without_key(config, environment):
            return lack
        reads = ["read-after-second-mint", "read-with-second-token", "read-with-truncated-token"]
        if Permission.WAIT_FOR_EXPIRY in config.permissions:
            reads.append("read-after-expiry")
        return [
            shared_mint(config, environment),
            shared_read(config, environment),
            planned_mint(config, environment, "second-mint"),
            planned_mint(config, environment, "mint-with-wrong-secret"),
            planned_read(config, environment, "read-with-made-up-token"),
            *(planned_read(config, environment, purpose) for purpose in reads),
        ]

    def time_limit(self, config: Config) -> float:
        """Waiting for a token to expire is bounded by the run alone."""
        return math.inf if Permission.WAIT_FOR_EXPIRY in config.permissions else super().time_limit(config)

    async def gather(self, context: ProbeContext) -> TokenUse:
        """Ask what does not depend on anything at once; what needs a token, as soon as it is there."""
        session = context.session
        main, wrong_secret, made_up = await asyncio.gather(
            self._tokens(context), self._wrong_secret(session, context), self._made_up(session, context)
        )
        return TokenUse(wrong_secret=wrong_secret, made_up_token=made_up, **main)

    async def _tokens(self, context: ProbeContext) -> dict[str, object]:
        session = context.session
        first = await session.mint()
        if first.token is None:
            names = (
                "second_mint",
                "read",
                "read_after_second_mint",
                "read_with_second",
                "truncated_token",
                "after_expiry",
            )
            return {"mint": first.attempt, **dict.fromkeys(names, first.lack)}
        minted_at = context.transport.clock()
        second, read, truncated = await asyncio.gather(
            session.mint_with("second-mint", session.key()),
            session.payment_config(),
            session.read("read-with-truncated-token", first.token.truncated()),
        )
        old, new = await asyncio.gather(
            self._read_with(session, "read-after-second-mint", first if second.token else second),
            self._read_with(session, "read-with-second-token", second),
        )
        return {
            "mint": first.attempt,
            "token": first.facts,
            "read": read,
            "second_mint": second.attempt,
            "second_token": second.facts,
            "read_after_second_mint": old,
            "read_with_second": new,
            "truncated_token": truncated,
            "after_expiry": await self._after_expiry(context, first, minted_at),
        }

    async def _read_with(self, session: Session, purpose: str, minted: Minted) -> Attempt:
        return await session.read(purpose, minted.token) if minted.token else minted.lack

    async def _wrong_secret(self, session: Session, context: ProbeContext) -> Attempt:
        """The same client id with a secret that nobody has."""
        key = session.key()
        if isinstance(key, Missing):
            return key
        made_up = Secret(randomness.token_urlsafe(32), "made-up secret")
        context.transport.redactor.add(made_up)
        return (await session.mint_with("mint-with-wrong-secret", (key[0], made_up))).attempt

    async def _made_up(self, session: Session, context: ProbeContext) -> Attempt:
        token = Secret(randomness.token_urlsafe(48), "made-up token")
        context.transport.redactor.add(token)
        return await session.read("read-with-made-up-token", token)

    async def _after_expiry(self, context: ProbeContext, first: Minted, minted_at: float) -> Attempt:
        """The read once the first token is over, if waiting is allowed and short enough."""
        if Permission.WAIT_FOR_EXPIRY not in context.config.permissions:
            detail = "waiting for a token to expire needs the permission `wait-for-expiry`"
            return Missing(because=Because.NOT_PERMITTED, detail=detail)
        assert first.token is not None
        assert first.facts is not None
        due = minted_at + first.facts.expires_in + AFTER_EXPIRY
        if due >= context.deadline:
            lifetime = f"the token lives {first.facts.expires_in:g} s, which is longer than the time left"
            return Missing(because=Because.TIMED_OUT, detail=f"{lifetime} for this run; raise `--deadline`")
        while (left := due - context.transport.clock()) > 0:
            context.progress("waiting for a token to expire", left)
            await asyncio.sleep(min(left, 1.0))
        return await context.session.read("read-after-expiry", first.token)
