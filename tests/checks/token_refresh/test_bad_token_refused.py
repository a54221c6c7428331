from __future__ import annotations

import pytest

from readiness.model import Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "token-refresh/bad-token-refused"


def test_passes_when_only_the_real_token_is_accepted() -> None:
    assert judge(CHECK, make.token_use()).status is Status.PASSED


@pytest.mark.parametrize("field", ["made_up_token", "truncated_token"])
def test_fails_when_a_bad_token_is_accepted(field: str) -> None:
    verdict = judge(CHECK, make.token_use(**{field: make.config_read()}))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == f"/{field}"


def test_fails_on_a_bad_token_even_without_a_control() -> None:
    use = make.token_use(read=make.FAULTS["503"], made_up_token=make.config_read())
    assert judge(CHECK, use).status is Status.FAILED


def test_a_gateway_that_refuses_everything_proves_nothing() -> None:
    verdict = judge(CHECK, make.token_use(read=make.unauthorised()))
    assert verdict.status is Status.UNKNOWN
    assert "refused" in verdict.summary


def test_unknown_on_another_status() -> None:
    assert judge(CHECK, make.token_use(truncated_token=make.exchange(403))).status is Status.UNKNOWN
