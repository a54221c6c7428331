"""Puts the embedded emulator in the place of environments that ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from readiness.config.model import Config, EnvironmentConfig, PartnerKey
from readiness.config.presets import TOKEN_PATH
from readiness.facts import Configuration
from readiness.model import Environment
from readiness.secret import SecretBook, SecretRef

if TYPE_CHECKING:
    from readiness.emulator import EmbeddedEmulator

PRESET = "emulator"


def emulated_environments(config: Config) -> list[Environment]:
    """Those with `preset: emulator`."""
    return [name for name, settings in config.environments.items() if settings.preset == PRESET]


@contextmanager
def standing_in(config: Config) -> Iterator[tuple[Config, EmbeddedEmulator | None]]:
    """Serve the emulator while the block runs, if any environment asks for it, and give the config with its addresses.

    Keys that the config leaves out are the emulator's own.
    """
    if not emulated_environments(config):
        yield config, None
        return
    from readiness.emulator import EmbeddedEmulator  # noqa: PLC0415 - only runs that need it pay for it

    with EmbeddedEmulator(tls=True) as emulator:
        yield filled_in(config, emulator.announcement), emulator


def adopt_keys(emulator: EmbeddedEmulator, configuration: Configuration, book: SecretBook) -> None:
    """Make keys that the config gives itself known to the emulator, as if they had been made in its portal."""
    for name, facts in configuration.environments.items():
        secret = book.secret(("environments", name.value, "client_secret"))
        if facts.emulated and facts.client_id is not None and secret is not None:
            emulator.adopt(name, facts.client_id, secret)


def filled_in(config: Config, announcement: Mapping[str, Any]) -> Config:
    """The config with URLs, certificate authority and keys of an emulator's announcement."""
    environments = dict(config.environments)
    for name in emulated_environments(config):
        told = announcement["environments"][name.value]
        environments[name] = _filled(environments[name], told, announcement.get("ca_file"))
    return config.model_copy(update={"environments": environments})


def _filled(settings: EnvironmentConfig, told: Mapping[str, Any], ca_file: str | None) -> EnvironmentConfig:
    def key(value: str) -> SecretRef:
        return SecretRef(store=PRESET, spec=value)

    merchant, partner = told["merchant"], told["partner"]
    own = settings.model_dump(exclude_none=True, exclude={"api_url", "oauth_url", "ca_file"}).keys()
    filled: dict[str, Any] = {
        "client_id": key(merchant["client_id"]),
        "client_secret": key(merchant["client_secret"]),
        "webhook_secret": key(told["webhook_secret"]),
        "partner": PartnerKey(
            client_id=key(partner["client_id"]),
            client_secret=key(partner["client_secret"]),
            merchant_id=merchant["merchant_id"],
        ),
    }
    update = {name: value for name, value in filled.items() if name not in own}
    addresses = {"api_url": told["api_url"], "oauth_url": told["oauth_url"] + TOKEN_PATH, "ca_file": ca_file}
    return settings.model_copy(update={**update, **addresses})
