"""Secrets in the operating system's keyring."""

from __future__ import annotations

from typing import Any

from readiness.errors import SecretUnavailable
from readiness.secret.stores.interface import StoreContext, optional_module

_UNPROTECTED = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")
"""Back ends that keep values in plain files, or not at all."""


class KeyringStore:
    """An entry of the keyring: `{service: …, username: …}`."""

    name = "keyring"

    @property
    def manager(self) -> bool:
        """Whether the back end in use protects what it keeps."""
        try:
            backend = optional_module("keyring", "keyring").get_keyring()
        except Exception:  # noqa: BLE001 - a back end may fail in any way; then nothing is known of it
            return False
        chain = getattr(backend, "backends", None)  # of several, the first is the preferred one
        first = next(iter(chain), backend) if chain else backend
        return not type(first).__module__.startswith(_UNPROTECTED)

    def describe(self, spec: Any) -> str:
        """Service and user name."""
        return f"keyring {spec['service']}, {spec['username']}"

    def read(self, spec: Any, _context: StoreContext) -> str:
        """The entry's password."""
        keyring = optional_module("keyring", "keyring")
        try:
            value = keyring.get_password(spec["service"], spec["username"])
            reason = "has no such entry"
        except Exception as error:  # noqa: BLE001 - a back end may raise anything; its text may hold anything
            value, reason = None, f"failed ({type(error).__name__})"
        if value is None:
            raise SecretUnavailable(f"the keyring {reason}: {self.describe(spec)}")
        return str(value)
