"""Removes what a drill made, and looks whether it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.aurora.api_keys import ApiKeys, ListedKey, deleted
from readiness.evidence import Exchange, Missing


@dataclass(frozen=True)
class Removal:
    """What the list showed first, and what remains of all keys at the end."""

    first: Exchange
    last: Exchange
    """What `gone` rests on."""
    listed: bool | Missing
    """Whether a key of that name stood in the list when it was first read."""
    remaining: Sequence[ListedKey] | Missing
    """What is listed at the end, without keys that the vendor does not know any more."""
    gone: bool
    """Whether neither a key of that name nor that client id is left, as far as can be seen."""


async def remove_keys(keys: ApiKeys, name: str, client_id: str | None) -> Removal:
    """Delete every key of exactly that name, and look again.

    Where the list cannot be read, a known `client_id` is deleted all the same: it was made by us. A list may lag
    behind a deletion: what it still shows is gone all the same where a second deletion is answered with 404.
    """
    first, listing = await keys.listing()
    if isinstance(listing, Missing):
        last = await keys.delete(client_id) if client_id is not None else first
        return Removal(first, last, listing, listing, client_id is not None and deleted(last))
    ours = [key for key in listing if key.name == name]
    for key in ours:
        await keys.delete(key.client_id)
    last, listed_now = await keys.listing() if ours else (first, listing)
    if isinstance(listed_now, Missing):
        return Removal(first, last, bool(ours), listed_now, gone=False)
    still = [key.client_id for key in listed_now if key.name == name]
    unknown = {client_id for client_id in still if (await keys.delete(client_id)).status == 404}
    remaining = [key for key in listed_now if key.client_id not in unknown]
    gone = not any(key.name == name or key.client_id == client_id for key in remaining)
    return Removal(first, last, bool(ours), remaining, gone)
