"""One environment's conversation with the vendor: tokens, and what is read with them, each fetched once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from readiness.aurora.requests import PAYMENT_CONFIG, TRIES, api_url, token_url, without_key, without_partner
from readiness.config.model import Config, ConfigPath
from readiness.evidence import Attempt, Missing
from readiness.facts import Configuration, TokenFacts
from readiness.model import Because, Environment
from readiness.reading import MintOutcome, mint_outcome
from readiness.secret import Secret, SecretBook
from readiness.transport import Reply, Request, Transport

T = TypeVar("T")


@dataclass(frozen=True)
class Minted:
    """What a mint brought: always the attempt, and the token when one was issued."""

    attempt: Attempt
    token: Secret | None = None
    facts: TokenFacts | None = None

    @property
    def lack(self) -> Missing:
        """Why there is no token, for what would have needed it."""
        outcome = mint_outcome(self.attempt)
        if isinstance(outcome, Missing):
            return outcome
        return Missing(because=Because.REFUSED, detail=f"{self.attempt}: no token was issued")


class Session:
    """Mints and reads in one environment. What is shared is fetched by whoever asks first; the others wait for it."""

    def __init__(
        self,
        environment: Environment,
        config: Config,
        configuration: Configuration,
        transport: Transport,
        secrets: SecretBook,
    ) -> None:
        self.environment = environment
        self.transport = transport
        self._config = config
        self._facts = configuration.environments.get(environment)
        self._secrets = secrets
        self._shared: dict[str, asyncio.Task[Any]] = {}

    async def mint(self) -> Minted:
        """The configured key's first token."""
        return await self._once("mint", lambda: self.mint_with("mint", self.key()))

    async def partner_mint(self) -> Minted:
        """The partner key's token."""
        return await self._once("partner-mint", lambda: self.mint_with("partner-mint", self.partner_key()))

    async def payment_config(self) -> Attempt:
        """The payment configuration, as the first token sees it."""

        async def fetch() -> Attempt:
            minted = await self.mint()
            return await self.read("payment-config", minted.token) if minted.token else minted.lack

        return await self._once("payment-config", fetch)

    def key(self) -> tuple[str, Secret] | Missing:
        """The configured key, or why there is none."""
        if lack := without_key(self._config, self.environment):
            return lack
        return self._pair(self._facts.client_id if self._facts else None, "client_id", "client_secret")

    def partner_key(self) -> tuple[str, Secret] | Missing:
        """The partner's key, or why there is none."""
        if lack := without_partner(self._config, self.environment):
            return lack
        client_id = self._facts.partner_client_id if self._facts else None
        return self._pair(client_id, "partner", "partner", "client_secret")

    def retired_key(self, index: int) -> tuple[str, Secret] | Missing:
        """One of the retired keys, or why it cannot be tried."""
        client_id = self._facts.retired_client_ids[index] if self._facts else None
        return self._pair(client_id, f"retired_keys.{index}", "retired_keys", index, "client_secret")

    def _pair(self, client_id: str | None, name: str, *path: str | int) -> tuple[str, Secret] | Missing:
        base = f"environments.{self.environment}"
        place: ConfigPath = ("environments", self.environment.value, *path)
        secret = self._secrets.secret(place)
        if secret is None:
            return Missing(because=Because.NOT_CONFIGURED, detail=self._secrets.problem(place))
        if client_id is None:
            return Missing(because=Because.NOT_CONFIGURED, detail=f"the client id of `{base}.{name}` has no value")
        return client_id, secret

    async def mint_with(
        self, purpose: str, key: tuple[str, Secret] | Missing, *, at: Environment | None = None, tries: int = TRIES
    ) -> Minted:
        """Ask a token endpoint (by default this environment's) for a token (RFC 6749, 4.4)."""
        if isinstance(key, Missing):
            return Minted(key)
        client_id, secret = key
        form: Mapping[str, str | Secret] = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": "offline_access",
        }
        where = at or self.environment
        url = token_url(self._config, where)
        reply = await self.transport.send(Request(purpose, where, "POST", url, form=form, tries=tries))
        return self._minted(reply)

    def _minted(self, reply: Reply) -> Minted:
        token = reply.secrets.get("access_token")
        if token is None or mint_outcome(reply.exchange) is not MintOutcome.ISSUED:
            return Minted(reply.exchange)
        length, tag = self._secrets.fingerprint(token)
        lifetime = float(cast("int", reply.exchange.fields["expires_in"]))
        facts = TokenFacts(tag=tag, length=length, expires_in=lifetime)
        return Minted(reply.exchange, token, facts)

    async def read(
        self,
        purpose: str,
        token: Secret,
        path: str = PAYMENT_CONFIG,
        *,
        at: Environment | None = None,
        tries: int = TRIES,
        query: Mapping[str, str] | None = None,
    ) -> Attempt:
        """GET a path of the API (by default this environment's) with a token."""
        where = at or self.environment
        url = api_url(self._config, where, path)
        request = Request(purpose, where, "GET", url, query=query or {}, bearer=token, tries=tries)
        return (await self.transport.send(request)).exchange

    async def _once(self, name: str, fetch: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `fetch` once for all who ask; one that is cancelled does not take it from the others."""
        if name not in self._shared:
            self._shared[name] = asyncio.create_task(fetch())
        return cast("T", await asyncio.shield(self._shared[name]))

    async def close(self) -> None:
        """End what nobody waits for any more."""
        for task in self._shared.values():
            task.cancel()
        await asyncio.gather(*self._shared.values(), return_exceptions=True)
