"""Evidence as literals: what an integration in good order looks like, and the pieces to disturb it with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from readiness.evidence import Attempt, Body, Exchange, Missing, Trouble
from readiness.facts import (
    Account,
    Clock,
    Configuration,
    Connection,
    CrossEnvironment,
    DrillStep,
    EnvironmentFacts,
    HostFacts,
    HttpPolicyFacts,
    KeyDrill,
    KnownHosts,
    Limits,
    MatrixCell,
    PartnerKeys,
    RetiredKeys,
    RetiredKeyTrial,
    TlsFacts,
    TokenFacts,
    TokenUse,
    UrlFacts,
    WebhookEndpoints,
)
from readiness.model import Because, Environment, Location, SecretFacts
from readiness.searched import Artifacts, Excuse, GitHistory, Hit, Logs, SourceTree

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
PLACE = Location(path="audit.yaml", line=7, column=5)


def exchange(status: int | None = 200, json: Any = None, **kwargs: Any) -> Exchange:
    """One request and its answer; `json` becomes the body."""
    body = Body.JSON if json is not None else Body.EMPTY
    given = {
        "at": NOW,
        "environment": SANDBOX,
        "purpose": "test",
        "method": "GET",
        "host": "sandbox.api.flute.com",
        "path": "/v2/settings/payment-config",
        "sent": 1.0,
        "received": 1.05,
        "status": status,
        "body": body,
        "json_body": json,
        "correlation_id": "c-1",
    }
    return Exchange.model_validate({**given, **kwargs})


def token(status: int = 200, json: Any = None, **kwargs: Any) -> Exchange:
    """An answer of the token endpoint; by default a good token."""
    good = {"access_token": "***", "token_type": "Bearer", "expires_in": 900}
    endpoint = {"method": "POST", "host": "sandbox.oauth.api.flute.com", "path": "/oauth2/token"}
    return exchange(status, good if json is None else json, **{**endpoint, **kwargs})


def refused(status: int = 401, **kwargs: Any) -> Exchange:
    """`invalid_client`, as the token endpoint says it."""
    return token(status, {"error": "invalid_client", "error_description": "The credentials are invalid."}, **kwargs)


def unauthorised(**kwargs: Any) -> Exchange:
    """The API's 401, which has no body."""
    return exchange(401, headers={"www-authenticate": "Bearer"}, **kwargs)


PAYMENT_CONFIG: dict[str, Any] = {
    "companyName": "Acme Inc",
    "currency": "USD",
    "availablePaymentProcessors": [
        {"paymentProcessorId": "p-1", "processorName": "Cards", "isDefault": True, "type": "Tsys"},
        {"paymentProcessorId": "p-2", "processorName": "Bank", "isDefault": True, "type": "Ach"},
    ],
}


def config_read(json: Any = None, **kwargs: Any) -> Exchange:
    """A readable payment configuration."""
    return exchange(200, PAYMENT_CONFIG if json is None else json, **kwargs)


def missing(because: Because = Because.NOT_CONFIGURED, detail: str = "it was not observed") -> Missing:
    return Missing(because=because, detail=detail)


TROUBLES: dict[str, Attempt] = {
    f"trouble {trouble}": exchange(None, trouble=trouble, detail="no luck") for trouble in Trouble
}
FAULTS: dict[str, Attempt] = {
    **TROUBLES,
    "401 empty": unauthorised(),
    "403 envelope": exchange(403, {"errorCode": "F0000", "title": "Access forbidden"}),
    "404 empty": exchange(404),
    "408": exchange(408),
    "429": exchange(429, {"errorCode": "R0000"}, headers={"retry-after": "1"}),
    "500": exchange(500, {"errorCode": "I0000"}),
    "503": exchange(503),
    "html": exchange(200, body=Body.HTML, excerpt="<html>"),
    "truncated": exchange(200, body=Body.OTHER, excerpt='{"access_token": "'),
    "list": exchange(200, ["access_token"]),
    "empty": exchange(200),
    "redirect": exchange(302, headers={"location": "https://elsewhere.example/"}),
    "wrong types": exchange(
        200,
        {"access_token": 5, "token_type": 1, "expires_in": "900", "availablePaymentProcessors": "Tsys", "items": 3},
    ),
    "missing fields": exchange(200, {}),
    **{f"missing, {because}": missing(because) for because in Because},
}
"""Everything that may come instead of what a check needs."""
JSON_OBJECTS = frozenset({"wrong types", "missing fields"})
"""Faults that are complete JSON objects with status 200: they show that a token was accepted, and no more."""


def secret(role: str = "client_secret", environment: Environment = SANDBOX, **kwargs: Any) -> SecretFacts:
    name = f"{environment} {role}"
    given = {
        "name": name,
        "environment": environment,
        "role": role,
        "source": "env",
        "reference": f"env AURORA_{environment}_{role}".upper(),
        "location": PLACE,
        "length": 40,
        "tag": f"tag of {name}",
    }
    return SecretFacts.model_validate({**given, **kwargs})


def url(address: str, environment: Environment | None = SANDBOX, role: str = "api") -> UrlFacts:
    given = {"environment": environment, "role": role, "url": address, "location": PLACE}
    return UrlFacts.model_validate(given)


def urls(environment: Environment) -> tuple[UrlFacts, ...]:
    prefix = "sandbox." if environment is SANDBOX else ""
    return (
        url(f"https://{prefix}api.flute.com", environment, "api"),
        url(f"https://{prefix}oauth.api.flute.com/oauth2/token", environment, "oauth"),
        url(f"https://hooks.acme.example/{environment}", environment, "webhook"),
    )


KNOWN = KnownHosts(
    sandbox=("sandbox.api.flute.com", "sandbox.oauth.api.flute.com"),
    production=("api.flute.com", "oauth.api.flute.com"),
    retired={"uat.arise.risewithaurora.com": "decommissioned", "rwaapps.net": "another product"},
)


def environment_facts(environment: Environment, **kwargs: Any) -> EnvironmentFacts:
    given = {
        "preset": "aurora",
        "client_id": f"id-{environment}",
        "client_id_reference": f"env AURORA_{environment}_CLIENT_ID".upper(),
        "created_on": "2026-06-01",
        "partner_client_id": "id-partner" if environment is SANDBOX else None,
        "partner_merchant_id": "merchant-1" if environment is SANDBOX else None,
        "retired_client_ids": ["id-retired"],
        "location": PLACE,
    }
    return EnvironmentFacts.model_validate({**given, **kwargs})


def configuration(**kwargs: Any) -> Configuration:
    given: dict[str, Any] = {
        "environments": {each: environment_facts(each) for each in Environment},
        "urls": (*urls(SANDBOX), *urls(PRODUCTION)),
        "secrets": (
            secret(),
            secret("webhook_secret"),
            secret(environment=PRODUCTION, source="vault", reference="vault payments/aurora", manager=True),
        ),
        "known_hosts": KNOWN,
        "http_policy": HttpPolicyFacts(timeout_s=30, retries=3, refresh_margin_s=60, location=PLACE),
        "limits": Limits(max_key_age_s=365 * 86400, max_token_lifetime_s=86400, delivery_failure_rate=5),
    }
    return Configuration.model_validate({**given, **kwargs})


def of(configured: Configuration, environment: Environment, **kwargs: Any) -> Configuration:
    """The same configuration with other settings for one environment."""
    facts = configured.environments[environment].model_copy(update=kwargs)
    return configured.model_copy(update={"environments": {**configured.environments, environment: facts}})


def token_use(**kwargs: Any) -> TokenUse:
    given: dict[str, Any] = {
        "mint": token(),
        "second_mint": token(),
        "token": TokenFacts(tag="one", length=64, expires_in=900),
        "second_token": TokenFacts(tag="two", length=64, expires_in=900),
        "read": config_read(),
        "read_after_second_mint": config_read(),
        "read_with_second": config_read(),
        "wrong_secret": refused(),
        "made_up_token": unauthorised(),
        "truncated_token": unauthorised(),
        "after_expiry": unauthorised(sent=902.0, received=902.1),
    }
    return TokenUse.model_validate({**given, **kwargs})


PLACES = tuple((key, endpoint) for key in Environment for endpoint in Environment)


def cross(cells: Mapping[tuple[Environment, Environment], Attempt] | None = None, **kwargs: Any) -> CrossEnvironment:
    tried = {place: token() if place[0] is place[1] else refused() for place in PLACES} | dict(cells or {})
    given: dict[str, Any] = {
        "cells": tuple(
            MatrixCell(key_of=key, endpoint_of=endpoint, mint=mint, location=PLACE)
            for (key, endpoint), mint in tried.items()
        ),
        "sandbox_token_at_production": unauthorised(),
        "production_token_at_sandbox": unauthorised(),
        "sandbox_token_at_home": config_read(),
        "production_token_at_home": config_read(),
    }
    return CrossEnvironment.model_validate({**given, **kwargs})


def account(**kwargs: Any) -> Account:
    return Account.model_validate({"mint": token(), "payment_config": config_read(), **kwargs})


def hooks(*endpoints: Any, complete: bool = True) -> WebhookEndpoints:
    return WebhookEndpoints(pages=(exchange(200, {"items": list(endpoints)}),), complete=complete)


def hook(url: str) -> dict[str, Any]:
    return {"endpointId": "e-1", "endpointUrl": url, "endpointStatus": "Active"}


LISTED = {"apiKeys": [{"clientId": "id-sandbox", "merchantId": "merchant-1", "apiKeyName": "shop"}]}


def partner_keys(listing: Attempt | None = None) -> PartnerKeys:
    return PartnerKeys(listing=exchange(200, LISTED) if listing is None else listing)


def retired_keys(*mints: Attempt, control: Attempt | None = None) -> RetiredKeys:
    trials = tuple(RetiredKeyTrial(client_id="id-retired", mint=mint, location=PLACE) for mint in mints or (refused(),))
    return RetiredKeys(trials=trials, control=control or token())


def clock(refusal: Attempt, **kwargs: Any) -> Clock:
    given: dict[str, Any] = {
        "last_accepted": 0.0,
        "first_refused": 0.12,
        "watched": 0.3,
        "accepted": 0,
        "refused": 2,
        "undecided": 0,
        "refusal": refusal,
    }
    return Clock.model_validate({**given, **kwargs})


DRILL_KEY = "readiness-drill-run1"
STEPS: dict[str, Attempt] = {
    "partner_mint": token(),
    "create": exchange(200, {"clientId": "id-drill", "clientSecret": "***"}),
    "mint": token(),
    "read": config_read(),
    "list": exchange(200, {"apiKeys": [{"clientId": "id-drill", "merchantId": "m", "apiKeyName": DRILL_KEY}]}),
    "delete": exchange(200),
    "mint_after": refused(),
    "read_after": unauthorised(),
    "list_after": exchange(200, {"apiKeys": []}),
}


def drill(acts: Mapping[str, Attempt] | None = None, **kwargs: Any) -> KeyDrill:
    done = STEPS | dict(acts or {})
    given: dict[str, Any] = {
        "way": "api",
        "hosts": ("sandbox.api.flute.com",),
        "key_name": DRILL_KEY,
        "steps": tuple(DrillStep.model_validate({"name": name, "attempt": act}) for name, act in done.items()),
        "mint_clock": clock(refused()),
        "token_clock": clock(unauthorised()),
        "poll_interval": 0.1,
        "unlisted": True,
        "leftovers": (),
        "journal_empty": True,
    }
    return KeyDrill.model_validate({**given, **kwargs})


def tls(**kwargs: Any) -> TlsFacts:
    given = {"version": "TLSv1.3", "verified": True, "not_after": "2027-03-01T00:00:00+00:00", "days_left": 97.0}
    return TlsFacts.model_validate({**given, **kwargs})


def host(role: str = "api", **kwargs: Any) -> HostFacts:
    given: dict[str, Any] = {
        "host": f"{role}.flute.com",
        "roles": (role,),
        "own": False,
        "loopback": False,
        "resolved": True,
        "connected": True,
        "tls": tls(),
        "answer": exchange(401, headers={"date": "Tue, 24 Nov 2026 12:00:00 GMT"}),
    }
    return HostFacts.model_validate({**given, **kwargs})


def own_host(**kwargs: Any) -> HostFacts:
    old = {"TLSv1": "refused", "TLSv1.1": "refused"}
    answer = missing(Because.NOT_PERMITTED, "no request is sent to own hosts")
    return host("webhook", **{"own": True, "tls": tls(old_versions=old), "answer": answer, **kwargs})


def connection(*hosts: HostFacts) -> Connection:
    return Connection(hosts=hosts or (host("api"), host("oauth"), own_host()))


def hit(what: str, path: str = "src/pay.js", environment: Environment | None = None, **kwargs: Any) -> Hit:
    given = {"what": what, "environment": environment, "location": Location(path=path, line=3), "form": "raw"}
    return Hit.model_validate({**given, **kwargs})


def excuse(check: str, reason: str = "the demo page shows it") -> Excuse:
    return Excuse(check=check, reason=reason)


SEARCHED: dict[str, Any] = {
    "files": 12,
    "bytes": 3400,
    "searched": ("sandbox client_secret", "sandbox webhook_secret", "production client_secret"),
    "not_searched": (),
    "secrets": (),
    "gaps": (),
}


SHIPPED: dict[str, Any] = {"sandbox_hosts": (), "test_cards": ()}


def source_tree(matches: Mapping[str, tuple[Hit, ...]] = SHIPPED, **kwargs: Any) -> SourceTree:
    given = {**SEARCHED, "secret_files": (), "matches": {**SHIPPED, **matches} if matches else {}}
    return SourceTree.model_validate({**given, **kwargs})


def git_history(**kwargs: Any) -> GitHistory:
    return GitHistory.model_validate({**SEARCHED, "repositories": (".",), **kwargs})


def artifacts(matches: Mapping[str, tuple[Hit, ...]] = SHIPPED, **kwargs: Any) -> Artifacts:
    given = {**SEARCHED, "globs": ("dist/**",), "matches": {**SHIPPED, **matches} if matches else {}}
    return Artifacts.model_validate({**given, **kwargs})


LOGGED: dict[str, Any] = {"card_numbers": (), "security_codes": ()}


def logs(matches: Mapping[str, tuple[Hit, ...]] = LOGGED, **kwargs: Any) -> Logs:
    given = {**SEARCHED, "globs": ("var/log/*.log",), "matches": {**LOGGED, **matches} if matches else {}}
    return Logs.model_validate({**given, **kwargs})
