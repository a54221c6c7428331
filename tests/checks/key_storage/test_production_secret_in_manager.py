from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Because, SecretFacts, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION
from tests.checks.judging import judge

CHECK = "key-storage/production-secret-in-manager"


FILE: dict[str, Any] = {"path": "/etc/pay/secret", "mode": 0o600, "owner": "pay", "owned_by_us": True}


def kept(role: str = "client_secret", **kwargs: Any) -> SecretFacts:
    return make.secret(role, PRODUCTION, **kwargs)


@pytest.mark.parametrize(
    "how",
    [
        {"source": "vault", "manager": True},
        {"source": "aws", "manager": True},
        {"source": "keyring", "manager": True},
        {"source": "acme-store", "manager": True},
        {"source": "command", "reference": "command op read x", "manager": True},
        {"source": "env", "injected_by": "Doppler"},
        {"source": "file", "file": {**FILE, "mounted_secret": True}},
    ],
    ids=lambda how: how["source"],
)
def test_passes_on_managers(how: dict[str, Any]) -> None:
    verdict = judge(CHECK, make.configuration(secrets=(kept(**how),)))
    assert verdict.status is Status.PASSED, verdict
    assert str(how.get("injected_by", "")) in verdict.summary


@pytest.mark.parametrize(
    "how",
    [{"source": "literal"}, {"source": "file", "file": {**FILE, "mounted_secret": False}}],
    ids=["literal", "plain file"],
)
def test_fails_on_plain_places(how: dict[str, Any]) -> None:
    verdict = judge(CHECK, make.configuration(secrets=(kept(**how),)))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location == make.PLACE


def test_every_live_secret_of_production_counts() -> None:
    good = kept(source="vault", manager=True)
    plain: dict[str, Any] = {"source": "file", "file": {**FILE, "mounted_secret": False}}
    for role in ("webhook_secret", "partner_client_secret"):
        assert judge(CHECK, make.configuration(secrets=(good, kept(role, **plain)))).status is Status.FAILED
    for other in (kept("retired_client_secret", **plain), make.secret(**plain)):
        assert judge(CHECK, make.configuration(secrets=(good, other))).status is Status.PASSED


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"source": "env"}, "injected_by"),
        ({"source": "command", "reference": "command cat x"}, "not a known secrets manager"),
        ({"source": "file", "tag": None, "problem": "no such file"}, "no such file"),
        ({"source": "acme-store"}, "not known to be a secrets manager"),
    ],
)
def test_unknown_where_the_keeper_is_not_seen(how: dict[str, Any], reason: str) -> None:
    verdict = judge(CHECK, make.configuration(secrets=(kept(**how),)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert reason in verdict.summary


def test_unknown_without_production() -> None:
    verdict = judge(CHECK, make.configuration(secrets=(make.secret(),)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)


def test_not_applicable_when_production_is_emulated() -> None:
    verdict = judge(CHECK, make.of(make.configuration(), PRODUCTION, emulated=True))
    assert verdict.status is Status.NOT_APPLICABLE
    assert "emulated" in verdict.summary
