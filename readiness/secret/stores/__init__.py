"""Where secrets are kept: one store per kind of reference."""

from __future__ import annotations

from importlib.metadata import entry_points

from readiness.errors import SecretUnavailable
from readiness.secret.stores.aws import AwsStore
from readiness.secret.stores.command import CommandStore
from readiness.secret.stores.file import FileStore
from readiness.secret.stores.interface import SecretStore, StoreContext
from readiness.secret.stores.keyring import KeyringStore
from readiness.secret.stores.plain import EmulatorStore, EnvironmentStore, LiteralStore
from readiness.secret.stores.vault import VaultStore

__all__ = ["GROUP", "SecretStore", "StoreContext", "store_named"]

GROUP = "readiness.secret_stores"
"""Entry-point group of further stores; each is a class without arguments, or an object."""

_BUILT_IN: tuple[SecretStore, ...] = (
    LiteralStore(),
    EmulatorStore(),
    EnvironmentStore(),
    FileStore(),
    CommandStore(),
    KeyringStore(),
    VaultStore(),
    AwsStore(),
)


def store_named(name: str) -> SecretStore:
    """The store of that name, built in or installed; SecretUnavailable if there is none or it cannot be loaded."""
    for store in _BUILT_IN:
        if store.name == name:
            return store
    installed = entry_points(group=GROUP, name=name)
    if not installed:
        raise SecretUnavailable(f"no secret store is called `{name}`", "install the package that brings it")
    reason = ""
    try:
        loaded = next(iter(installed)).load()
        plugin: SecretStore = loaded() if isinstance(loaded, type) else loaded
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way
        reason = type(error).__name__
    else:
        return plugin
    raise SecretUnavailable(f"the secret store `{name}` cannot be loaded ({reason})")
