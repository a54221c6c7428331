"""Where a secret is kept."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from readiness.model import Record

SecretRole = Literal["client_secret", "webhook_secret", "partner_client_secret", "retired_client_secret"]
"""What a secret is for."""


class SecretRef(Record):
    """A place, not a value. A literal is accepted, masked, and reported by `secret-is-a-reference`.

    `store` is `env`, `file`, `command`, `keyring`, `vault`, `aws`, a plug-in's name, or `literal`; `spec` is
    what stood beside it (a string, a list or a mapping). `injected_by` names the secrets manager behind `env`.
    """

    store: str
    spec: Any = Field(repr=False)
    injected_by: str | None = None
