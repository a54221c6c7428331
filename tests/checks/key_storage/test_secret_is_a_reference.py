from __future__ import annotations

import pytest

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "key-storage/secret-is-a-reference"


@pytest.mark.parametrize("source", ["env", "file", "command", "keyring", "vault", "aws", "acme-store"])
def test_passes_on_references(source: str) -> None:
    verdict = judge(CHECK, make.configuration(secrets=(make.secret(source=source),)))
    assert verdict.status is Status.PASSED
    assert source in verdict.summary


@pytest.mark.parametrize("role", ["client_secret", "webhook_secret", "partner_client_secret", "retired_client_secret"])
def test_fails_on_a_literal_of_any_role(role: str) -> None:
    verdict = judge(CHECK, make.configuration(secrets=(make.secret(), make.secret(role, source="literal"))))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location == make.PLACE


def test_each_environment_answers_for_itself() -> None:
    facts = make.configuration(secrets=(make.secret(), make.secret(environment=PRODUCTION, source="literal")))
    assert judge(CHECK, facts).status is Status.PASSED
    assert judge(CHECK, facts, environment=PRODUCTION).status is Status.FAILED


def test_unknown_when_no_secret_is_named() -> None:
    verdict = judge(CHECK, make.configuration(secrets=()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)


def test_not_applicable_when_the_emulator_makes_the_key() -> None:
    facts = make.of(make.configuration(secrets=()), SANDBOX, emulated=True)
    assert judge(CHECK, facts).status is Status.NOT_APPLICABLE
