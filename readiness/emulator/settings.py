"""What can be turned on an emulator: lifetimes, lags, generation, deviations that a careful client must survive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from readiness.model import Record

Generation = Literal["G1", "G2", "G4"]
ProcessorType = Literal["Tsys", "Ach", "SandboxCard", "SandboxAch"]
Certificate = Literal["valid", "expired", "wrong_name", "self_signed"]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]
Lag = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Latency = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]

FIXED_AT_START = frozenset({"seed", "tls_certificate", "tls_min", "tls_max"})
"""Settings that `PUT /settings` refuses to change: they shaped what already exists."""


class Settings(Record):
    """Settings of one emulator; both environments obey them. Times are seconds of the virtual clock unless said."""

    token_ttl: Annotated[int, Field(ge=1, le=31_536_000)] = 900
    """Lifetime of tokens issued from now on."""
    mint_lag: Lag | None = 0.0
    """From the deletion of a key until the token endpoint refuses it; null: it never does."""
    token_lag: Lag | None = 0.0
    """From the deletion of a key until tokens issued with it are refused; null: they live to their expiry."""
    list_lag: Lag | None = 0.0
    """From the deletion of a key until the list of keys drops it; null: it never does."""
    generation: Generation = "G4"
    """Contract generation that is spoken; G1 and G2 use older names and bind leniently."""
    latency: Latency | dict[str, Latency] = 0.0
    """Wait before each vendor response in real seconds; or path glob -> seconds, the first match counting."""
    error_style: Literal["default", "envelope", "pascal"] = "default"
    """`default`: camelCase envelopes, 401 without a body; `envelope`: 401 with one; `pascal`: that in PascalCase."""
    refresh_tokens: Literal["with_scope", "always", "never"] = "with_scope"
    """When a token response carries a refresh token: only for the scope `offline_access`, always, or never."""
    idempotency: bool = True
    """Whether `Idempotency-Key` has an effect. The vendor's own sources disagree about that."""
    duplicate_check: bool = False
    """The per-merchant option that refuses a sale with the same amount, card and reference within ten minutes."""
    accept_foreign_tokens: bool = False
    """A broken vendor: an environment accepts tokens of the other one."""
    disabled_permissions: tuple[str, ...] = ()
    """Permissions the partner switched off, by the names the vendor uses, such as `General Configurations`."""
    avs_denies: bool = False
    """Every card sale is declined by address verification (HTTP 200, code `AVS`)."""
    http_webhook_endpoints: bool = False
    """Lets plain http URLs be registered as webhook endpoints; the vendor refuses them."""
    company_name: str = "Acme Inc"
    """Company of the merchant in both environments."""
    sandbox_processors: tuple[ProcessorType, ...] = ("SandboxCard", "SandboxAch")
    """Payment processors of the sandbox merchant."""
    production_processors: tuple[ProcessorType, ...] = ("Tsys", "Ach")
    """Payment processors of the production merchant."""
    date_skew: Annotated[float, Field(ge=-86_400, le=86_400, allow_inf_nan=False)] = 0.0
    """Real seconds added to what the other side compares with its own clock: the Date header, webhook timestamps."""
    seed: int | None = None
    """Makes ids, secrets and tokens repeatable; for tests only."""
    tls_certificate: Certificate = "valid"
    """Which certificate the TLS listeners show."""
    tls_min: TlsVersion = "1.2"
    """Lowest protocol version of the TLS listeners."""
    tls_max: TlsVersion = "1.3"
    """Highest protocol version of the TLS listeners."""
