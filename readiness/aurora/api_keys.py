"""Making, listing and deleting a merchant's keys with a partner's token, in every contract generation.

The newest contract calls the name `apiKeyName`, the oldest `name`, and both bind strictly. The oldest wants
`merchantId` in the query of a deletion; the newest ignores unknown query parameters, so it is always sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from readiness.aurora.requests import API_KEY, API_KEYS, TRIES, api_url, planned_read
from readiness.config.model import Config
from readiness.evidence import Attempt, Exchange, Missing
from readiness.model import Because, Environment
from readiness.probe import Effect, PlannedRequest
from readiness.secret import Secret
from readiness.transport import Request, Transport

LISTS = 8
"""Times that a drill, its cleanup included, may list keys."""
DELETES = 4


def planned_key_requests(config: Config, environment: Environment, creations: int) -> Sequence[PlannedRequest]:
    """What `ApiKeys` may send. A creation that the contract refuses is tried once with the older name."""
    create, delete = api_url(config, environment, API_KEYS), api_url(config, environment, API_KEY)
    return [
        PlannedRequest("create-key", environment, "POST", create, Effect.WRITE, 2 * creations),
        planned_read(config, environment, "list-drill-keys", API_KEYS, LISTS * TRIES),
        PlannedRequest("delete-key", environment, "DELETE", delete, Effect.WRITE, DELETES * TRIES),
    ]


@dataclass(frozen=True)
class ListedKey:
    """A key as the partner's list shows it."""

    client_id: str
    name: str


@dataclass(frozen=True)
class ApiKeys:
    """The keys of one merchant, as a partner's token sees them."""

    config: Config
    environment: Environment
    transport: Transport
    token: Secret
    merchant_id: str

    async def create(self, name: str) -> tuple[Attempt, tuple[str, Secret] | None]:
        """Make a key. Never repeated after anything but a plain 400: it could make a second one."""
        attempt: Attempt = Missing(because=Because.NOT_CONFIGURED, detail="nothing was asked")
        for field in ("apiKeyName", "name"):
            body = {"merchantId": self.merchant_id, field: name}
            url = api_url(self.config, self.environment, API_KEYS)
            reply = await self.transport.send(
                Request("create-key", self.environment, "POST", url, bearer=self.token, json=body)
            )
            attempt, secret = reply.exchange, reply.secrets.get("clientSecret")
            client_id = reply.exchange.fields.get("clientId")
            if isinstance(client_id, str) and secret is not None:
                return attempt, (client_id, secret)
            if reply.exchange.status != 400:
                break
        return attempt, None

    async def delete(self, client_id: str) -> Exchange:
        """Delete a key; repeated safely, for a second deletion is answered with 404."""
        url = api_url(self.config, self.environment, API_KEYS) + f"/{client_id}"
        query = {"merchantId": self.merchant_id}
        request = Request("delete-key", self.environment, "DELETE", url, query=query, bearer=self.token, tries=TRIES)
        return (await self.transport.send(request)).exchange

    async def listing(self) -> tuple[Exchange, Sequence[ListedKey] | Missing]:
        """List the merchant's keys."""
        url = api_url(self.config, self.environment, API_KEYS)
        query = {"merchantId": self.merchant_id}
        request = Request("list-drill-keys", self.environment, "GET", url, query=query, bearer=self.token, tries=TRIES)
        exchange = (await self.transport.send(request)).exchange
        return exchange, listed_keys(exchange)


def deleted(exchange: Exchange) -> bool:
    """Whether a deletion is done: 200 or 204, or 404 for a key that was gone already."""
    return exchange.status in {200, 204, 404}


def listed_keys(attempt: Attempt) -> Sequence[ListedKey] | Missing:
    """Read a list of keys: `apiKeys` with `apiKeyName` or `name`, or v1's `tokens` with `tokenName`; may be null."""
    if isinstance(attempt, Missing):
        return attempt
    if attempt.status is not None and 400 <= attempt.status < 500 and attempt.status != 429:
        return Missing(because=Because.REFUSED, detail=f"{attempt}: the keys cannot be listed")
    if lack := attempt.unusable() or attempt.not_json():
        return lack
    fields = attempt.fields
    rows = fields.get("apiKeys", fields.get("tokens", False))
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) and _complete(row) for row in rows):
        return Missing(because=Because.UNREACHABLE, detail=f"{attempt}: not a list of keys")
    return [ListedKey(str(row["clientId"]), _name(row)) for row in rows if isinstance(row, dict)]


def _complete(row: Mapping[str, JsonValue]) -> bool:
    return isinstance(row.get("clientId"), str)


def _name(row: Mapping[str, JsonValue]) -> str:
    return str(row.get("apiKeyName") or row.get("name") or row.get("tokenName") or "")
