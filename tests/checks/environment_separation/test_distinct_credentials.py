from __future__ import annotations

import pytest

from readiness.model import Because, Environment, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "environment-separation/distinct-credentials"


def test_passes_when_nothing_is_shared() -> None:
    assert judge(CHECK, make.configuration()).status is Status.PASSED


@pytest.mark.parametrize("role", ["client_secret", "webhook_secret", "partner_client_secret"])
def test_fails_on_the_same_secret_wherever_it_stands(role: str) -> None:
    secrets = (
        make.secret(),
        make.secret(environment=PRODUCTION, tag="production's"),
        make.secret(role, PRODUCTION, tag="tag of sandbox client_secret", reference="env OTHER"),
    )
    verdict = judge(CHECK, make.configuration(secrets=secrets))
    assert verdict.status is Status.FAILED
    assert "same secret" in verdict.findings[0].message
    assert verdict.findings[0].location == make.PLACE


def test_fails_on_the_same_client_id() -> None:
    facts = make.of(make.configuration(), PRODUCTION, client_id="id-sandbox")
    verdict = judge(CHECK, facts)
    assert verdict.status is Status.FAILED
    assert "client id" in verdict.findings[0].message


def test_fails_when_a_key_is_the_other_environments_partner() -> None:
    assert judge(CHECK, make.of(make.configuration(), PRODUCTION, client_id="id-partner")).status is Status.FAILED


def test_fails_on_the_same_reference_even_without_values() -> None:
    secrets = tuple(
        make.secret(environment=each, reference="env AURORA_SECRET", tag=None, problem="it is not set")
        for each in Environment
    )
    verdict = judge(CHECK, make.configuration(secrets=secrets))
    assert verdict.status is Status.FAILED
    assert "env AURORA_SECRET" in verdict.findings[0].message


def test_fails_on_the_same_reference_of_client_ids() -> None:
    facts = make.configuration()
    for each in Environment:
        facts = make.of(facts, each, client_id_reference="env AURORA_CLIENT_ID")
    assert judge(CHECK, facts).status is Status.FAILED


@pytest.mark.parametrize("source", ["emulator", "literal"])
def test_sources_that_name_no_place_are_compared_by_value_only(source: str) -> None:
    secrets = tuple(make.secret(environment=each, source=source, reference=source) for each in Environment)
    facts = make.configuration(secrets=secrets)
    for each in Environment:
        facts = make.of(facts, each, client_id_reference=source)
    assert judge(CHECK, facts).status is Status.PASSED


def test_one_retired_key_may_stand_under_both() -> None:
    retired = tuple(
        make.secret("retired_client_secret", each, tag="old", reference="env OLD_SECRET") for each in Environment
    )
    assert judge(CHECK, make.configuration(secrets=(*make.configuration().secrets, *retired))).status is Status.PASSED


def test_unknown_when_an_environment_is_absent() -> None:
    facts = make.configuration(environments={SANDBOX: make.environment_facts(SANDBOX)})
    verdict = judge(CHECK, facts)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "environments.production" in verdict.summary


def test_unknown_when_a_secret_has_no_value() -> None:
    secrets = (make.secret(), make.secret(environment=PRODUCTION, tag=None, problem="PROD_SECRET is not set"))
    verdict = judge(CHECK, make.configuration(secrets=secrets))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "PROD_SECRET" in verdict.summary


def test_unknown_when_a_client_id_has_no_value() -> None:
    facts = make.of(make.configuration(), SANDBOX, client_id=None, client_id_problem="CLIENT_ID is not set")
    verdict = judge(CHECK, facts)
    assert verdict.status is Status.UNKNOWN
    assert "CLIENT_ID" in verdict.summary


def test_unknown_when_a_secret_is_not_declared() -> None:
    verdict = judge(CHECK, make.configuration(secrets=(make.secret(),)))
    assert verdict.status is Status.UNKNOWN
    assert "environments.production.client_secret" in verdict.summary


def test_what_is_shared_outweighs_what_is_unknown() -> None:
    facts = make.of(make.configuration(secrets=()), PRODUCTION, client_id="id-sandbox")
    assert judge(CHECK, facts).status is Status.FAILED
