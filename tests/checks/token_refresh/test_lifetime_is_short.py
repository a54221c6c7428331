from __future__ import annotations

import pytest

from readiness.model import Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "token-refresh/lifetime-is-short"


def test_passes_within_the_policy() -> None:
    verdict = judge(CHECK, make.token_use(), make.configuration())
    assert verdict.status is Status.PASSED
    assert "900 s" in verdict.summary
    assert "86400 s" in verdict.summary


@pytest.mark.parametrize(("lifetime", "expected"), [(86_400, Status.PASSED), (86_401, Status.FAILED)])
def test_the_limit_itself_is_allowed(lifetime: int, expected: Status) -> None:
    mint = make.token(200, {"access_token": "***", "token_type": "bearer", "expires_in": lifetime})
    assert judge(CHECK, make.token_use(mint=mint), make.configuration()).status is expected


def test_follows_the_policy_of_the_config() -> None:
    tight = make.configuration(limits={"max_key_age_s": 1, "max_token_lifetime_s": 600, "delivery_failure_rate": 5})
    verdict = judge(CHECK, make.token_use(), tight)
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/mint/json_body/expires_in"


def test_unknown_when_no_token_was_issued() -> None:
    assert judge(CHECK, make.token_use(mint=make.refused()), make.configuration()).status is Status.UNKNOWN
