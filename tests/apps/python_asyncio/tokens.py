"""Access tokens."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from dataclasses import dataclass, field

import httpx

log = logging.getLogger("tokens")

MARGIN = 60.0
"""Seconds before its end at which a token is renewed, but at most half of its lifetime."""
RETRIED = frozenset({429, 502, 503, 504})
PAUSES = (0.2, 0.4)
"""Seconds before each further attempt."""
HOLD_OFF = 1.0
"""Seconds for which a key that was refused is not tried again."""


class NoTokenError(Exception):
    """There is no token to be had now."""


@dataclass
class Key:
    """Our key at Aurora."""

    client_id: str
    client_secret: str = field(repr=False)
    refused_at: float | None = None
    """When Aurora did not want it."""


class Tokens:
    """Tokens for one event loop: those who need one while it is being fetched wait for the same one."""

    def __init__(self, client: httpx.AsyncClient, url: str, key: Key) -> None:
        self.client = client
        self.url = url
        self.key = key
        self.token = ""
        self.good_until = 0.0
        self.fetching: asyncio.Task[str] | None = None
        self.alarms: list[str] = []

    async def get(self) -> str:
        """A token that is good for a while. Raises NoTokenError."""
        if time.monotonic() < self.good_until:
            return self.token
        if self.fetching is None or self.fetching.done():
            self.fetching = asyncio.create_task(self.fetch())
        return await asyncio.shield(self.fetching)

    def drop(self, token: str) -> None:
        """That token was refused."""
        if token == self.token:
            self.good_until = 0.0

    def use(self, key: Key) -> None:
        """Use another key from now on."""
        self.key, self.good_until, self.fetching = key, 0.0, None

    async def fetch(self) -> str:
        """Get a new token and keep it. Raises NoTokenError."""
        key = self.key
        if key.refused_at is not None and time.monotonic() < key.refused_at + HOLD_OFF:
            raise NoTokenError("key refused a moment ago")
        answer = await self.request(key)
        if answer.status_code in {400, 401, 403}:
            self.refused(key)
            raise NoTokenError(f"status {answer.status_code}")
        try:
            granted = answer.raise_for_status().json()
            token, lifetime = str(granted["access_token"]), float(granted["expires_in"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NoTokenError(f"status {answer.status_code}, {type(error).__name__}") from None
        if key is self.key:
            self.token, self.good_until = token, time.monotonic() + lifetime - min(MARGIN, lifetime / 2)
        return token

    async def request(self, key: Key) -> httpx.Response:
        """Ask for a token, a few times if need be. Raises NoTokenError."""
        form = {"grant_type": "client_credentials", "scope": "offline_access"}
        for pause in (*PAUSES, None):
            try:
                answer = await self.client.post(self.url, data=form, auth=(key.client_id, key.client_secret))
            except httpx.TransportError as error:
                if pause is None:
                    raise NoTokenError(type(error).__name__) from None
            else:
                if pause is None or answer.status_code not in RETRIED:
                    return answer
            await asyncio.sleep(pause)
        raise AssertionError

    def refused(self, key: Key) -> None:
        """Tell the people on duty, once for each key."""
        if key.refused_at is None:
            text = f"key {key.client_id} is refused by Aurora"
            self.alarms.append(text)
            sys.stderr.write(f"ALARM {text}\n")
            sys.stderr.flush()
        key.refused_at = time.monotonic()
