"""The requests that probes announce and share. A purpose names one kind of request within its environment."""

from __future__ import annotations

from readiness.config.model import Config, EnvironmentConfig
from readiness.evidence import Missing
from readiness.model import Because, Environment
from readiness.probe import Effect, PlannedRequest

TRIES = 3
"""Attempts of a request that may be repeated: the first, and two retries."""

PAYMENT_CONFIG = "/v2/settings/payment-config"
API_KEYS = "/v2/api-keys"
API_KEY = "/v2/api-keys/{client_id}"
WEBHOOK_ENDPOINTS = "/v2/webhooks/endpoints"
PING = "/v2/ping"


def api_url(config: Config, environment: Environment, path: str) -> str:
    """The full URL of an API path."""
    settings = config.environments[environment]
    assert settings.api_url is not None, "the loader or the run fills it in"
    return settings.api_url.rstrip("/") + path


def token_url(config: Config, environment: Environment) -> str:
    """The token endpoint."""
    url = config.environments[environment].oauth_url
    assert url is not None, "the loader or the run fills it in"
    return url


def planned_mint(config: Config, environment: Environment, purpose: str, at_most: int = TRIES) -> PlannedRequest:
    """A POST to the token endpoint."""
    return PlannedRequest(purpose, environment, "POST", token_url(config, environment), Effect.MINT, at_most)


def planned_read(
    config: Config, environment: Environment, purpose: str, path: str = PAYMENT_CONFIG, at_most: int = TRIES
) -> PlannedRequest:
    """A GET of the API."""
    return PlannedRequest(purpose, environment, "GET", api_url(config, environment, path), Effect.READ, at_most)


def shared_mint(config: Config, environment: Environment) -> PlannedRequest:
    """The first token of the configured key, which all probes of an environment share."""
    return planned_mint(config, environment, "mint")


def shared_read(config: Config, environment: Environment) -> PlannedRequest:
    """The payment configuration, read once with that token."""
    return planned_read(config, environment, "payment-config")


def partner_mint(config: Config, environment: Environment) -> PlannedRequest:
    """The partner key's token, shared likewise."""
    return planned_mint(config, environment, "partner-mint")


def without_key(config: Config, environment: Environment) -> Missing | None:
    """Why nothing can be asked as this environment's key, if the config does not give one."""
    if environment not in config.environments:
        return Missing(because=Because.NOT_CONFIGURED, detail=f"the config has no `environments.{environment}`")
    settings: EnvironmentConfig = config.environments[environment]
    lacking = [name for name in ("client_id", "client_secret") if getattr(settings, name) is None]
    if not lacking:
        return None
    names = " and ".join(f"`environments.{environment}.{name}`" for name in lacking)
    return Missing(because=Because.NOT_CONFIGURED, detail=f"the config does not give {names}")


def without_partner(config: Config, environment: Environment) -> Missing | None:
    """The same for the partner's key."""
    settings = config.environments.get(environment)
    if settings is not None and settings.partner is not None:
        return None
    return Missing(
        because=Because.NOT_CONFIGURED,
        detail=f"the config does not give `environments.{environment}.partner` (client_id, client_secret, merchant_id)",
    )
