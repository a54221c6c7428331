"""The two clocks of a drill: how long a deleted key mints, and how long its token is accepted."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.aurora.drill_clock import Deletion, Watch, WatchLimits
from readiness.aurora.requests import TRIES, api_url, planned_mint, planned_read, token_url
from readiness.aurora.session import Session
from readiness.config.model import Config
from readiness.config.presets import KNOWN_HOSTS
from readiness.evidence import Attempt, Missing
from readiness.hosts import host_of, is_loopback
from readiness.model import Because, Environment
from readiness.probe import PlannedRequest
from readiness.reading import MintOutcome, mint_outcome, token_refused
from readiness.secret import Secret

SANDBOX = Environment.SANDBOX
MINT, READ = "mint-with-drill-key", "read-with-drill-token"


def not_a_sandbox(config: Config) -> Missing | None:
    """Why no key may die here: only hosts known as sandbox hosts, the emulator and loopback will do."""
    if config.environments[SANDBOX].preset == "emulator":
        return None  # its address is not known before it is started
    known = {*KNOWN_HOSTS[SANDBOX], *config.policy.known_hosts.get(SANDBOX, ())}
    for url in (api_url(config, SANDBOX, ""), token_url(config, SANDBOX)):
        host = host_of(url)
        if not is_loopback(host) and host not in known:
            detail = f"{host} is not known as a sandbox host, so no key is deleted there; see `policy.known_hosts`"
            return Missing(because=Because.NOT_PERMITTED, detail=detail)
    return None


def planned_polls(config: Config, polls: int) -> Sequence[PlannedRequest]:
    """Mints and reads with the drill's key, before and after its deletion."""
    return [
        planned_mint(config, SANDBOX, MINT, polls + TRIES),
        planned_read(config, SANDBOX, READ, at_most=polls + TRIES),
    ]


def mint_accepted(attempt: Attempt) -> bool | Missing:
    """Whether the token endpoint still takes the key."""
    outcome = mint_outcome(attempt)
    if outcome is MintOutcome.WRONG:
        return Missing(because=Because.UNREACHABLE, detail=f"{attempt}: neither a token nor `invalid_client`")
    return outcome is MintOutcome.ISSUED if isinstance(outcome, MintOutcome) else outcome


def token_accepted(attempt: Attempt) -> bool | Missing:
    """Whether the API still takes the token."""
    refused = token_refused(attempt)
    return refused if isinstance(refused, Missing) else not refused


def two_clocks(
    session: Session, key: tuple[str, Secret], token: Secret, deletion: Deletion, limits: WatchLimits
) -> tuple[Watch, Watch]:
    """Clock A, for the key, and clock B, for its token. Both are to be run side by side."""
    clock = session.transport.clock

    async def mint() -> Attempt:
        return (await session.mint_with(MINT, key, tries=1)).attempt

    async def read() -> Attempt:
        return await session.read(READ, token, tries=1)

    return Watch(mint, mint_accepted, deletion, clock, limits), Watch(read, token_accepted, deletion, clock, limits)
