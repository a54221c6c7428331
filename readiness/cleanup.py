"""Removes the key of an interrupted drill, with the same requests and the same guards as the drill itself."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from readiness import __version__
from readiness.aurora.api_keys import ApiKeys, planned_key_requests
from readiness.aurora.drill_journal import DrillJournal, JournalEntry
from readiness.aurora.key_cleanup import remove_keys
from readiness.aurora.requests import api_url, partner_mint, without_partner
from readiness.aurora.session import Session
from readiness.config.loader import load_config
from readiness.config.model import Config
from readiness.configuration import describe_config, read_secrets
from readiness.errors import ReadinessError
from readiness.probes.drill_watch import SANDBOX, not_a_sandbox
from readiness.transport import Guard, Transport

AGAIN = "try again, or delete it in the portal"


@dataclass(frozen=True)
class Outcome:
    """Whether a drill's key is known to be gone, in a sentence."""

    done: bool
    text: str


def clean(entry: JournalEntry, journal: DrillJournal) -> Outcome:
    """Remove the key of one interrupted drill. What goes wrong is told, and the entry stays for the next time."""
    if entry.ephemeral:
        journal.remove(entry.run_id)
        return Outcome(done=True, text="made in an embedded emulator, which ended with its run")
    by_hand = f"delete the key {entry.key_name} in the portal"
    try:
        config = load_config(Path(entry.config))
        problem = _mismatch(config, entry)
        outcome = Outcome(done=False, text=f"{problem}; {by_hand}") if problem else asyncio.run(_remove(config, entry))
    except ReadinessError as error:
        return Outcome(done=False, text=f"{error.message} If that cannot be mended, {by_hand}.")
    if outcome.done:
        journal.remove(entry.run_id)
    return outcome


def _mismatch(config: Config, entry: JournalEntry) -> str | None:
    """Why the config is not the one that the drill ran with: then no key may be deleted by its word."""
    if lack := without_partner(config, SANDBOX):
        return f"{entry.config}: {lack.detail}"
    if config.environments[SANDBOX].api_url is None or api_url(config, SANDBOX, "") != entry.api_url:
        return f"{entry.config} names another sandbox than {entry.api_url}"
    refused = not_a_sandbox(config)
    return refused.detail if refused else None


async def _remove(config: Config, entry: JournalEntry) -> Outcome:
    book = read_secrets(config, secrets.token_bytes(32))
    settings = config.environments[SANDBOX]
    assert settings.partner is not None
    planned = [partner_mint(config, SANDBOX), *planned_key_requests(config, SANDBOX, creations=0)]
    async with Transport(
        Guard(planned),
        book.redactor,
        user_agent=f"aurora-readiness/{__version__} (cleanup {entry.run_id})",
        started_at=datetime.now(UTC),
        timeout=config.policy.request_timeout.total_seconds(),
        authorities={SANDBOX: settings.ca_file} if settings.ca_file else None,
    ) as transport:
        session = Session(SANDBOX, config, describe_config(config, book), transport, book)
        partner = await session.partner_mint()
        if partner.token is None:
            return Outcome(done=False, text=f"not removed: {partner.lack.detail}; {AGAIN}")
        keys = ApiKeys(config, SANDBOX, transport, partner.token, settings.partner.merchant_id)
        removal = await remove_keys(keys, entry.key_name, entry.client_id)
        await session.close()
    if removal.gone:
        return Outcome(done=True, text="removed" if removal.listed is True else "it was gone already")
    return Outcome(done=False, text=f"not removed ({removal.last}); {AGAIN}")
