"""The deleted-key drill: a key's birth, use and death in the sandbox, with two clocks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from readiness.aurora.api_keys import ApiKeys, planned_key_requests
from readiness.aurora.drill_clock import Deletion, WatchLimits, most_polls
from readiness.aurora.drill_journal import PREFIX, DrillJournal, JournalEntry
from readiness.aurora.key_cleanup import remove_keys
from readiness.aurora.requests import api_url, partner_mint, token_url, without_partner
from readiness.aurora.session import Minted, Session
from readiness.config.model import Config
from readiness.evidence import Attempt, Evidence, Exchange, Missing
from readiness.facts import Clock, DrillStep, KeyDrill
from readiness.model import Because, Environment, Permission
from readiness.probe import PlannedRequest, Probe, ProbeContext
from readiness.probes.drill_watch import MINT, READ, SANDBOX, not_a_sandbox, planned_polls, token_accepted, two_clocks
from readiness.secret import Secret

POLL_INTERVAL = 0.1
"""Seconds between polls at the start of the watch: the resolution of both clocks."""
CLEANUP_TIME = 5.0
"""Seconds of the run that are kept for removing the key."""
UNANSWERED = frozenset({408, 502, 504})
"""Statuses with which somebody between us and the vendor gives up waiting: the request may still take effect."""

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
            *planned_polls(config, most_polls(config.policy.drill_watch.total_seconds(), POLL_INTERVAL)),
        ]

    def time_limit(self, config: Config) -> float:
        """The watch, and as much again as other probes have."""
        return super().time_limit(config) + config.policy.drill_watch.total_seconds()

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
        with drill.journal.under_way(context.run_id):
            try:
                await drill.live_and_die()
            finally:
                await _undisturbed(drill.leave_nothing())
        return drill.evidence()


async def _undisturbed(work: Coroutine[Any, Any, None]) -> None:
    """Finish the work, even if the run is cut short meanwhile."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


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
    _absence_is_proof: bool = False
    """Whether a list without the key proves that there is none: it stood there before, or the vendor refused to make
    it. A creation that was not answered may still take effect."""

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
            self._absence_is_proof = isinstance(attempt, Exchange) and attempt.status not in {None, 200, *UNANSWERED}
            return
        self.client_id = key[0]
        self._write()
        minted = await self._use(key)
        if minted is None or not await self._is_ours():
            return
        self.context.progress("deleting the key")
        moment = await self._delete(self.client_id)
        if moment is None:
            return
        self.context.progress(
            "watching the deleted key and its token", self.context.config.policy.drill_watch.total_seconds()
        )
        limits = WatchLimits(
            interval=POLL_INTERVAL,
            length=self.context.config.policy.drill_watch.total_seconds(),
            limit=self.context.deadline - CLEANUP_TIME,
        )
        key_watch, token_watch = two_clocks(self.session, key, minted, moment, limits)
        await asyncio.gather(key_watch.run(), token_watch.run())
        self.mint_clock, self.token_clock = key_watch.result(), token_watch.result()
        self.note("mint_after", self.mint_clock.refusal)
        self.note("read_after", self.token_clock.refusal)

    async def _use(self, key: tuple[str, Secret]) -> Secret | None:
        """A mint and a read: the control without which a refusal would prove nothing."""
        self.context.progress("using the key")
        minted: Minted = await self.session.mint_with(MINT, key)
        self.note("mint", minted.attempt)
        if minted.token is None:
            return None
        read = await self.session.read(READ, minted.token)
        self.note("read", read)
        return minted.token if token_accepted(read) is True else None

    async def _is_ours(self) -> bool:
        """Look twice before deleting: the id must stand in the list under this run's name."""
        exchange, listed = await self.keys.listing()
        self.note("list", exchange)
        if isinstance(listed, Missing):
            return False
        self._absence_is_proof = any(key.client_id == self.client_id and key.name == self.name for key in listed)
        return self._absence_is_proof

    async def _delete(self, client_id: str) -> Deletion | None:
        """Delete the key. Where an answer leaves open whether it took place, ask again: 404 then says that it did."""
        earliest = self.context.transport.clock()
        exchange = await self.keys.delete(client_id)
        repeated = exchange.attempts > 1
        if exchange.status is None or exchange.status >= 500:
            exchange, repeated = await self.keys.delete(client_id), True
        self.note("delete", exchange)
        done = exchange.status in {200, 204} or (repeated and exchange.status == 404)
        return Deletion(earliest, exchange.received) if done else None

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
        if removal.gone and (self._absence_is_proof or removal.listed is not False):
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
