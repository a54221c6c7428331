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
    listed: bool | Missing
    """Whether a key of that name stood in the list when it was first read."""
    remaining: Sequence[ListedKey] | Missing
    gone: bool
    """Whether no key of that name is left, as far as can be seen."""


async def remove_keys(keys: ApiKeys, name: str, client_id: str | None) -> Removal:
    """Delete every key of exactly that name, and look again.

    Where the list cannot be read, a known `client_id` is deleted all the same: it was made by us.
    """
    first, listing = await keys.listing()
    if isinstance(listing, Missing):
        gone = client_id is not None and deleted(await keys.delete(client_id))
        return Removal(first, listing, listing, gone)
    ours = [key for key in listing if key.name == name]
    for key in ours:
        await keys.delete(key.client_id)
    remaining = (await keys.listing())[1] if ours else listing
    gone = not isinstance(remaining, Missing) and all(key.name != name for key in remaining)
    return Removal(first, bool(ours), remaining, gone)
