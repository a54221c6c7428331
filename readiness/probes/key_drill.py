"""The deleted-key drill: a key's birth, use and death in the sandbox, with two clocks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from readiness.aurora.api_keys import ApiKeys, planned_key_requests
from readiness.aurora.drill_clock import Deletion, most_polls, watch
from readiness.aurora.drill_journal import PREFIX, DrillJournal, JournalEntry
from readiness.aurora.key_cleanup import remove_keys
from readiness.aurora.requests import (
    TRIES,
    api_url,
    partner_mint,
    planned_mint,
    planned_read,
    token_url,
    without_partner,
)
from readiness.aurora.session import Minted, Session
from readiness.config.model import Config
from readiness.config.presets import KNOWN_HOSTS
from readiness.evidence import Attempt, Evidence, Missing
from readiness.facts import Clock, DrillStep, KeyDrill
from readiness.hosts import host_of, is_loopback
from readiness.model import Because, Environment, Permission
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.reading import MintOutcome, mint_outcome, token_refused
from readiness.secret import Secret

SANDBOX = Environment.SANDBOX
POLL_INTERVAL = 0.1
"""Seconds between polls at the start of the watch: the resolution of both clocks."""
CLEANUP_TIME = 15.0
"""Seconds that removing the key may take when the run is cut short."""

StepName = Literal[
    "partner_mint", "create", "mint", "read", "list", "delete", "mint_after", "read_after", "list_after", "cleanup"
]


class KeyDrillProbe(Probe):
    """Creates a key, proves that it lives, deletes it, and watches the key and its token die."""

    evidence: ClassVar[type[Evidence]] = KeyDrill
    per_environment: ClassVar[bool] = False
    permissions: ClassVar[tuple[Permission, ...]] = (Permission.SANDBOX_WRITES,)

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """One creation, one deletion, and polls for the length of the watch."""
        del environment
        if lack := without_partner(config, SANDBOX) or not_a_sandbox(config):
            return lack
        return [
            partner_mint(config, SANDBOX),
            *planned_key_requests(config, SANDBOX, creations=1),
            *planned_polls(config),
        ]

    async def gather(self, context: ProbeContext) -> KeyDrill | Missing:
        """Run the drill. The key is removed on every way out."""
        session = context.sessions[SANDBOX]
        partner = await session.partner_mint()
        if partner.token is None:
            return partner.lack
        settings = context.config.environments[SANDBOX].partner
        assert settings is not None
        keys = ApiKeys(context.config, SANDBOX, context.transport, partner.token, settings.merchant_id)
        drill = _Drill(context, session, keys)
        drill.note("partner_mint", partner.attempt)
        try:
            await drill.live_and_die()
        finally:
            await asyncio.shield(asyncio.wait_for(drill.leave_nothing(), CLEANUP_TIME))
        return drill.evidence()


def not_a_sandbox(config: Config) -> Missing | None:
    """Why a key must not be made here: only hosts known as sandbox hosts, the emulator and loopback will do."""
    known = {*KNOWN_HOSTS[SANDBOX], *config.policy.known_hosts.get(SANDBOX, ())}
    for url in (api_url(config, SANDBOX, ""), token_url(config, SANDBOX)):
        host = host_of(url)
        if not is_loopback(host) and host not in known:
            detail = f"{host} is not known as a sandbox host, so no key is made there; see `policy.known_hosts`"
            return Missing(because=Because.NOT_PERMITTED, detail=detail)
    return None


def planned_polls(config: Config) -> Sequence[PlannedRequest]:
    """Mints and reads with the drill's key, before and after its deletion."""
    polls = most_polls(config.policy.drill_watch.total_seconds(), POLL_INTERVAL)
    return [
        planned_mint(config, SANDBOX, "mint-with-drill-key", polls + TRIES),
        planned_read(config, SANDBOX, "read-with-drill-token", at_most=polls + TRIES),
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


async def two_clocks(
    context: ProbeContext, session: Session, key: tuple[str, Secret], token: Secret, deletion: Deletion
) -> tuple[Clock, Clock]:
    """Watch the key and its token die, side by side."""
    until = min(
        context.transport.clock() + context.config.policy.drill_watch.total_seconds(),
        context.deadline - CLEANUP_TIME / 3,
    )

    async def mint() -> Attempt:
        return (await session.mint_with("mint-with-drill-key", key, tries=1)).attempt

    async def read() -> Attempt:
        return await session.read("read-with-drill-token", token, tries=1)

    clock = context.transport.clock
    return await asyncio.gather(
        watch(mint, mint_accepted, deletion, clock=clock, interval=POLL_INTERVAL, until=until),
        watch(read, token_accepted, deletion, clock=clock, interval=POLL_INTERVAL, until=until),
    )


NOT_REACHED = Missing(because=Because.UNREACHABLE, detail="the drill did not get as far as a deletion")


@dataclass
class _Drill:
    """One drill under way."""

    context: ProbeContext
    session: Session
    keys: ApiKeys
    steps: list[DrillStep] = field(default_factory=list)
    client_id: str | None = None
    mint_clock: Clock | Missing = NOT_REACHED
    token_clock: Clock | Missing = NOT_REACHED
    unlisted: bool | Missing = NOT_REACHED
    leftovers: tuple[str, ...] | Missing = NOT_REACHED
    _written: bool = False

    @property
    def name(self) -> str:
        """The key's name, by which it is found again whatever happens."""
        return f"{PREFIX}{self.context.run_id}"

    @property
    def journal(self) -> DrillJournal:
        """Where the drill is written down."""
        return DrillJournal(self.context.state_dir)

    def note(self, name: StepName, attempt: Attempt) -> None:
        """Keep one act for the report."""
        self.steps.append(DrillStep(name=name, attempt=attempt))

    async def live_and_die(self) -> None:
        """From the creation to the end of both clocks; stops where the vendor does not play along."""
        self.context.progress("creating a key")
        self._write()
        attempt, key = await self.keys.create(self.name)
        self.note("create", attempt)
        if key is None:
            return
        self.client_id = key[0]
        self._write()
        minted = await self._use(key)
        if minted is None or not await self._is_ours():
            return
        self.context.progress("deleting the key")
        deletion = await self.keys.delete(self.client_id)
        self.note("delete", deletion)
        if deletion.status not in {200, 204}:
            return
        self.context.progress("watching the deleted key and its token")
        moment = Deletion(earliest=deletion.sent, latest=deletion.received)
        self.mint_clock, self.token_clock = await two_clocks(self.context, self.session, key, minted, moment)
        self.note("mint_after", self.mint_clock.refusal)
        self.note("read_after", self.token_clock.refusal)

    async def _use(self, key: tuple[str, Secret]) -> Secret | None:
        """A mint and a read: the control without which a refusal would prove nothing."""
        self.context.progress("using the key")
        minted: Minted = await self.session.mint_with("mint-with-drill-key", key)
        self.note("mint", minted.attempt)
        if minted.token is None:
            return None
        read = await self.session.read("read-with-drill-token", minted.token)
        self.note("read", read)
        return minted.token if token_accepted(read) is True else None

    async def _is_ours(self) -> bool:
        """Look twice before deleting: the id must stand in the list under this run's name."""
        exchange, listed = await self.keys.listing()
        self.note("list", exchange)
        if isinstance(listed, Missing):
            return False
        return any(key.client_id == self.client_id and key.name == self.name for key in listed)

    async def leave_nothing(self) -> None:
        """Remove what this run made, see that it is gone, and only then forget it."""
        if not self._written:
            return
        self.context.progress("looking for keys left behind")
        removal = await remove_keys(self.keys, self.name, self.client_id)
        self.note("list_after", removal.first)
        if isinstance(self.mint_clock, Clock):
            self.unlisted = removal.listed if isinstance(removal.listed, Missing) else not removal.listed
        if isinstance(removal.remaining, Missing):
            self.leftovers = removal.remaining
        else:
            self.leftovers = tuple(key.name for key in removal.remaining if key.name.startswith(PREFIX))
        if removal.gone:
            self.journal.remove(self.context.run_id)

    def _write(self) -> None:
        config = self.context.config
        self.journal.write(
            JournalEntry(
                run_id=self.context.run_id,
                key_name=self.name,
                environment=SANDBOX,
                config=str(Path(config.path).resolve()),
                api_url=api_url(config, SANDBOX, ""),
                ephemeral=config.environments[SANDBOX].preset == "emulator",
                client_id=self.client_id,
            )
        )
        self._written = True

    def evidence(self) -> KeyDrill:
        """What was learned."""
        config = self.context.config
        return KeyDrill(
            way="api",
            hosts=tuple(urlsplit(url).netloc for url in (api_url(config, SANDBOX, ""), token_url(config, SANDBOX))),
            key_name=self.name,
            steps=tuple(self.steps),
            mint_clock=self.mint_clock,
            token_clock=self.token_clock,
            poll_interval=POLL_INTERVAL,
            unlisted=self.unlisted,
            leftovers=self.leftovers,
            journal_empty=not any(self.journal.entries()),
        )
