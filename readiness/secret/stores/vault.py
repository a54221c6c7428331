"""Secrets in HashiCorp Vault or OpenBao, key-value engine version 2."""

from __future__ import annotations

import os
from typing import Any

from readiness.errors import SecretUnavailable
from readiness.secret.stores.interface import StoreContext, optional_module, require_safe_url

_REASONS = {
    "InvalidPath": "has no such secret",
    "Forbidden": "denies access to it (403)",
    "Unauthorized": "does not accept the token (401)",
    "VaultDown": "is sealed (503)",
    "ConnectTimeout": "did not answer in time",
    "ReadTimeout": "did not answer in time",
    "SSLError": "has a certificate that is not trusted",
    "ConnectionError": "cannot be reached",
}
"""What hvac's and requests' exceptions mean. Their texts are never shown: they may hold an answer."""


class VaultStore:
    """A field of a secret: `{path, field, mount?, address?, namespace?}`.

    Address, token and namespace default to VAULT_ADDR, VAULT_TOKEN (or ~/.vault-token) and VAULT_NAMESPACE.
    Redirects are not followed, for they would take the token to another host.
    """

    name = "vault"
    manager = True

    def describe(self, spec: Any) -> str:
        """Mount, path and field."""
        return f"vault {spec.get('mount', 'secret')}/{spec['path']}, field {spec['field']}"

    def read(self, spec: Any, context: StoreContext) -> str:
        """The newest version's field."""
        value, reason = _read(spec, context)
        if value is None:
            raise SecretUnavailable(f"Vault {reason}: {self.describe(spec)}")
        return value


def _read(spec: Any, context: StoreContext) -> tuple[str | None, str]:
    hvac = optional_module("hvac", "vault")
    address = spec.get("address") or os.environ.get("VAULT_ADDR")
    if not address:
        raise SecretUnavailable("the address of Vault is not known", "set VAULT_ADDR, or `address` in the reference")
    require_safe_url(address, "the address of Vault")
    client = hvac.Client(
        url=address,
        namespace=spec.get("namespace") or os.environ.get("VAULT_NAMESPACE"),
        timeout=context.timeout,
        allow_redirects=False,
    )
    try:
        if not client.token:
            return None, "needs a token (set VAULT_TOKEN)"
        answer = client.secrets.kv.v2.read_secret_version(
            spec["path"], mount_point=spec.get("mount", "secret"), raise_on_deleted_version=True
        )
        return _field(answer, spec["field"])
    except Exception as error:  # noqa: BLE001 - whatever the libraries raise, there is no value
        names = [kind.__name__ for kind in type(error).__mro__]
        return None, next((_REASONS[name] for name in names if name in _REASONS), f"failed ({names[0]})")
    finally:
        client.adapter.close()


def _field(answer: Any, field: str) -> tuple[str | None, str]:
    """Take the field out; hvac gives the raw response for whatever is not JSON with status 200."""
    if not isinstance(answer, dict):
        redirected = 300 <= getattr(answer, "status_code", 0) < 400  # RFC 9110 15.4
        return None, "redirects elsewhere; give the active node's address" if redirected else "gave no JSON"
    outer = answer.get("data")
    data = outer.get("data") if isinstance(outer, dict) else None
    if not isinstance(data, dict):
        return None, "does not answer as a key-value engine of version 2"
    if field not in data:
        return None, "has no such field in this secret"
    return (data[field], "") if isinstance(data[field], str) else (None, "holds no text in this field")
