"""What each live check relies on, and what an audit under a fault must not say."""

from __future__ import annotations

from typing import Any

from readiness.audit import Audit
from readiness.cli.session import exit_code
from readiness.model import Status
from readiness.result import AuditResult, Readiness
from tests.complete import UNASKED

TOKEN, CONFIG, HOOKS = "/oauth2/token", "/v2/settings/payment-config", "/v2/webhooks/endpoints"
KEYS, PING, API = "/v2/api-keys*", "/v2/ping", "/v2/*"
RELIES: dict[str, tuple[str, ...]] = {
    "account/key-can-take-payments": (TOKEN, CONFIG),
    "deleted-key/drill-leaves-nothing": (TOKEN, KEYS),
    "deleted-key/key-unlisted": (TOKEN, CONFIG, KEYS),
    "deleted-key/mint-refused-after-deletion": (TOKEN,),
    "deleted-key/retired-keys-refused": (TOKEN,),
    "deleted-key/token-dies-with-key": (TOKEN, CONFIG, KEYS),
    "environment-separation/credentials-refused-across": (TOKEN,),
    "environment-separation/production-account-is-live": (TOKEN, CONFIG),
    "environment-separation/tokens-refused-across": (TOKEN, CONFIG),
    "environment-separation/webhooks-point-home": (TOKEN, HOOKS),
    "key-storage/no-unused-keys": (TOKEN, KEYS),
    "token-refresh/bad-secret-refused": (TOKEN,),
    "token-refresh/bad-token-refused": (TOKEN, CONFIG),
    "token-refresh/lifetime-is-short": (TOKEN,),
    "token-refresh/refresh-margin": (TOKEN,),
    "token-refresh/token-accepted": (TOKEN, CONFIG),
    "token-refresh/token-issued": (TOKEN,),
    "token-refresh/tokens-overlap": (TOKEN, CONFIG),
    "transport/clock-in-sync": (TOKEN, PING),
    "transport/reachable": (TOKEN, PING),
}
"""The endpoints whose answers each check relies on. `mint-refused-after-deletion` may rely on a retired key alone."""
CROSSED: dict[str, Any] = {"only": tuple(RELIES), "skip": ()}
NEVER_HERE = {"token-refresh/expired-token-refused": "it needs the permission `wait-for-expiry`"} | dict.fromkeys(
    UNASKED, "they look at handshakes: see the faults of the network"
)
ANY_ANSWER = {"transport/reachable", "transport/clock-in-sync"}
"""For them any answer but throttling and a server's fault is an observation."""


OBJECT_SUFFICES = RELIES.keys() - {
    *("account/key-can-take-payments", "environment-separation/production-account-is-live"),
    *("environment-separation/webhooks-point-home", "key-storage/no-unused-keys", "deleted-key/key-unlisted"),
    *("deleted-key/drill-leaves-nothing", "deleted-key/token-dies-with-key"),
}
"""Checks to which a JSON object with status 200 says all they ask of the API: that it accepted the token."""


def passed(result: AuditResult) -> set[str]:
    """Checks that passed in any environment."""
    return {row.id for row in result.results if row.status is Status.PASSED}


def assert_not_ready(audit: Audit) -> None:
    assert audit.result.verdict in {Readiness.NOT_READY, Readiness.INCOMPLETE}
    assert exit_code(audit.result) in {1, 3}
