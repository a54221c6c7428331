"""The config as evidence: what it declares, without any secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from readiness.config.model import Config, EnvironmentConfig
from readiness.config.presets import KNOWN_HOSTS, RETIRED_HOSTS
from readiness.facts import Configuration, EnvironmentFacts, HttpPolicyFacts, KnownHosts, Limits, UrlFacts
from readiness.model import Environment
from readiness.secret import SecretBook, SecretRef, SecretRequest, describe, open_secrets, plain_value


def read_secrets(config: Config, run_key: bytes, extra: Iterable[SecretRequest] = ()) -> SecretBook:
    """Read every secret that the config refers to, and `extra` ones. Raises UsageError when one is too short."""
    return open_secrets([*_secret_requests(config), *extra], run_key, base=Path(config.path).parent)


def _secret_requests(config: Config) -> list[SecretRequest]:
    requests = []
    for path, environment, role, ref in config.secret_refs():
        settings = config.environments[environment]
        client_id: SecretRef | None = {"client_secret": settings.client_id}.get(role)
        if role == "partner_client_secret" and settings.partner:
            client_id = settings.partner.client_id
        if role == "retired_client_secret":
            client_id = settings.retired_keys[int(path[3])].client_id
        requests.append(
            SecretRequest(
                path=path,
                environment=environment,
                role=role,
                name=f"{environment} {_words(path[2:])}",
                ref=ref,
                location=config.at(*path),
                client_id=client_id,
            )
        )
    return requests


def _words(path: tuple[str | int, ...]) -> str:
    """`retired_keys[0] client_secret`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f" {part}"
    return text.strip()


def describe_config(config: Config, book: SecretBook) -> Configuration:
    """Turn a config and its secrets into facts."""
    policy = config.policy
    return Configuration(
        environments={name: _environment(config, name, settings) for name, settings in config.environments.items()},
        urls=tuple(
            UrlFacts(environment=url.environment, role=url.role, url=url.url, location=config.at(*url.place))
            for url in config.urls()
        ),
        secrets=book.facts,
        known_hosts=_known_hosts(config),
        http_policy=_http_policy(config),
        limits=Limits(
            max_key_age_s=policy.max_key_age.total_seconds(),
            max_token_lifetime_s=policy.max_token_lifetime.total_seconds(),
            delivery_failure_rate=policy.delivery_failure_rate,
        ),
    )


def _environment(config: Config, name: Environment, settings: EnvironmentConfig) -> EnvironmentFacts:
    base = Path(config.path).parent

    def value(ref: SecretRef | None) -> tuple[str | None, str | None]:
        return plain_value(ref, base=base) if ref else (None, None)

    client_id, problem = value(settings.client_id)
    return EnvironmentFacts(
        preset=settings.preset,
        emulated=settings.preset == "emulator",
        client_id=client_id,
        client_id_reference=_place(settings.client_id),
        client_id_problem=problem,
        created_on=settings.created_on,
        expect=settings.expect.model_dump(mode="json") if settings.expect else {},
        partner_client_id=value(settings.partner.client_id)[0] if settings.partner else None,
        partner_merchant_id=settings.partner.merchant_id if settings.partner else None,
        retired_client_ids=tuple(value(key.client_id)[0] for key in settings.retired_keys),
        location=config.at("environments", name.value),
    )


def _place(ref: SecretRef | None) -> str:
    """Where a client id comes from; empty where the reference names no place."""
    return "" if ref is None or ref.store in {"literal", "emulator"} else describe(ref)


def _known_hosts(config: Config) -> KnownHosts:
    """The vendor's hosts, and the owner's gateways."""

    def hosts(environment: Environment) -> tuple[str, ...]:
        return tuple(sorted({*KNOWN_HOSTS[environment], *config.policy.known_hosts.get(environment, ())}))

    return KnownHosts(
        sandbox=hosts(Environment.SANDBOX),
        production=hosts(Environment.PRODUCTION),
        retired=dict(RETIRED_HOSTS),
    )


def _http_policy(config: Config) -> HttpPolicyFacts:
    policy = config.http_policy
    if policy is None:
        return HttpPolicyFacts(location=config.at())

    def seconds(duration: timedelta | None) -> float | None:
        return None if duration is None else duration.total_seconds()

    return HttpPolicyFacts(
        timeout_s=seconds(policy.timeout),
        retries=policy.retries,
        backoff=policy.backoff,
        refresh_margin_s=seconds(policy.refresh_margin),
        location=config.at("http_policy"),
    )
