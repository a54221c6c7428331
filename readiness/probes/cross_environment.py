"""Tries each environment's key and token at the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from readiness.aurora.requests import planned_mint, planned_read, shared_mint, shared_read, without_key
from readiness.config.model import Config
from readiness.evidence import Attempt, Evidence, Missing
from readiness.facts import CrossEnvironment, MatrixCell
from readiness.model import Because, Environment, Permission
from readiness.probe import PlannedRequest, Probe, ProbeContext

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
NOT_PERMITTED = Missing(
    because=Because.NOT_PERMITTED,
    detail="sending the production secret, or a production token, to the sandbox host "
    "needs the permission `production-secret-to-sandbox`",
)


class CrossEnvironmentProbe(Probe):
    """The four-cell matrix, one try per cell, and each token at the other API. Tokens are dropped at once."""

    evidence: ClassVar[type[Evidence]] = CrossEnvironment
    per_environment: ClassVar[bool] = False

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """The diagonal is shared with the other probes; what crosses is asked once."""
        del environment
        for each in Environment:
            if lack := without_key(config, each):
                return lack
        requests = [
            *(shared_mint(config, each) for each in Environment),
            *(shared_read(config, each) for each in Environment),
            planned_mint(config, PRODUCTION, "mint-with-sandbox-key", 1),
            planned_read(config, PRODUCTION, "read-with-sandbox-token", at_most=1),
        ]
        if Permission.PRODUCTION_SECRET_TO_SANDBOX in config.permissions:
            requests.append(planned_mint(config, SANDBOX, "mint-with-production-key", 1))
            requests.append(planned_read(config, SANDBOX, "read-with-production-token", at_most=1))
        return requests

    async def gather(self, context: ProbeContext) -> CrossEnvironment:
        """Both rows at once; within a row the token is tried abroad as soon as it is minted."""
        permitted = Permission.PRODUCTION_SECRET_TO_SANDBOX in context.config.permissions
        sandbox, production = await asyncio.gather(
            _row(context, SANDBOX, allowed=True), _row(context, PRODUCTION, allowed=permitted)
        )
        cells = {(row.key_of, row.endpoint_of): row for row in (*sandbox[0], *production[0])}
        return CrossEnvironment(
            cells=tuple(cells[key, endpoint] for key in (SANDBOX, PRODUCTION) for endpoint in (SANDBOX, PRODUCTION)),
            sandbox_token_at_production=sandbox[1],
            sandbox_token_at_home=sandbox[2],
            production_token_at_sandbox=production[1],
            production_token_at_home=production[2],
        )


async def _row(
    context: ProbeContext, home: Environment, *, allowed: bool
) -> tuple[tuple[MatrixCell, MatrixCell], Attempt, Attempt]:
    """One key at both token endpoints; its token abroad, and at home as control."""
    session = context.sessions[home]
    abroad = PRODUCTION if home is SANDBOX else SANDBOX
    mint_abroad, (mint_home, token_abroad), token_home = await asyncio.gather(
        _mint_abroad(context, home, abroad) if allowed else _not_permitted(),
        _token_abroad(context, home, abroad, allowed=allowed),
        session.payment_config(),
    )
    location = context.config.at("environments", home.value, "client_secret")
    cells = (
        MatrixCell(key_of=home, endpoint_of=home, mint=mint_home, location=location),
        MatrixCell(key_of=home, endpoint_of=abroad, mint=mint_abroad, location=location),
    )
    return cells, token_abroad, token_home


async def _not_permitted() -> Attempt:
    return NOT_PERMITTED


async def _mint_abroad(context: ProbeContext, home: Environment, abroad: Environment) -> Attempt:
    session = context.sessions[home]
    return (await session.mint_with(f"mint-with-{home}-key", session.key(), at=abroad, tries=1)).attempt


async def _token_abroad(
    context: ProbeContext, home: Environment, abroad: Environment, *, allowed: bool
) -> tuple[Attempt, Attempt]:
    """The mint at home, and what the other API says to its token."""
    session = context.sessions[home]
    minted = await session.mint()
    if not allowed:
        return minted.attempt, NOT_PERMITTED
    if minted.token is None:
        return minted.attempt, minted.lack
    return minted.attempt, await session.read(f"read-with-{home}-token", minted.token, at=abroad, tries=1)
