"""The vendor's hosts: what a preset stands for, which hosts are known, and which ones nobody should use.

Source: the vendor's public SDKs and documentation as of autumn 2026. Current hosts: flute-sdk-typescript
`src/environment.ts`. Note the irregular order: the sandbox's token host is `sandbox.oauth.api…`, not
`oauth.sandbox.api…`. Older names: flute-webhooks-cli `src/config.rs` and its history of June 2026, flute-cli,
flute-sdk-for-ios, and the getting-started pages of developer.arise.risewithaurora.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from readiness.model import Environment

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path of the vendor's API, not a credential


class Endpoints(NamedTuple):
    """Where one environment is reached."""

    api_url: str
    oauth_url: str
    """The token endpoint, path included."""


def _endpoints(api_host: str, oauth_host: str) -> Endpoints:
    return Endpoints(f"https://{api_host}", f"https://{oauth_host}{TOKEN_PATH}")


PRESETS: Mapping[str, Mapping[Environment, Endpoints]] = {
    "aurora": {
        Environment.SANDBOX: _endpoints("sandbox.api.flute.com", "sandbox.oauth.api.flute.com"),
        Environment.PRODUCTION: _endpoints("api.flute.com", "oauth.api.flute.com"),
    },
    "aurora-legacy": {
        Environment.SANDBOX: _endpoints("api.uat.arise.risewithaurora.com", "oauth.uat.arise.risewithaurora.com"),
        Environment.PRODUCTION: _endpoints("api.arise.risewithaurora.com", "oauth.arise.risewithaurora.com"),
    },
    # The emulator picks free ports when it starts: the run fills its URLs and credentials in.
    "emulator": {},
}

KNOWN_HOSTS: Mapping[Environment, frozenset[str]] = {
    Environment.SANDBOX: frozenset(
        {
            "sandbox.api.flute.com",
            "sandbox.oauth.api.flute.com",
            "api.uat.arise.risewithaurora.com",
            "oauth.uat.arise.risewithaurora.com",
            "oauth.api.uat.arise.risewithaurora.com",
            "merchant-api.uat.arise.risewithaurora.com",
            "uat.arise.risewithaurora.com",
            "sandbox.api.uat.flute.com",
            "sandbox.oauth.api.uat.flute.com",
        }
    ),
    Environment.PRODUCTION: frozenset(
        {
            "api.flute.com",
            "oauth.api.flute.com",
            "api.arise.risewithaurora.com",
            "oauth.arise.risewithaurora.com",
            "arise.risewithaurora.com",
        }
    ),
}
"""API and token hosts of each environment, retired ones included: which world a host belongs to, not whether
it may be used."""

RETIRED_HOSTS: Mapping[str, str] = {
    "uat.arise.risewithaurora.com": (
        "the old UAT hosts are decommissioned for public use: token requests get 401, not a DNS error; "
        "the sandbox is now sandbox.api.flute.com and sandbox.oauth.api.flute.com"
    ),
    "uat.flute.com": (
        "the .uat. names were interim, for some days in June 2026; "
        "the sandbox is now sandbox.api.flute.com and sandbox.oauth.api.flute.com"
    ),
    "rwaapps.net": "this host belongs to another product, Rise CRM, not to the payments API",
}
"""Domain -> why neither it nor any host below it belongs in an integration."""

DOCUMENTATION_HOSTS = frozenset(
    {
        "developer.flute.com",
        "developer.uat.flute.com",
        "developer.arise.risewithaurora.com",
        "developer.dev.arise.risewithaurora.com",
        "developer.risewithaurora.com",
        "developer.uat.risewithaurora.com",
    }
)
"""Hosts of documentation pages: harmless wherever they stand."""


def environment_of(host: str) -> Environment | None:
    """The environment that one of the vendor's hosts belongs to; None for any other host."""
    return next((environment for environment, hosts in KNOWN_HOSTS.items() if host in hosts), None)


def retired_reason(host: str) -> str | None:
    """Why this host must not be used, or None."""
    if host in DOCUMENTATION_HOSTS:
        return None
    for domain, reason in RETIRED_HOSTS.items():
        if host == domain or host.endswith("." + domain):
            return reason
    return None
