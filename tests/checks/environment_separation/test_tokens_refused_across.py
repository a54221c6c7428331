from __future__ import annotations

import pytest

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "environment-separation/tokens-refused-across"


def test_passes_when_each_token_stays_at_home() -> None:
    assert judge(CHECK, make.cross()).status is Status.PASSED


@pytest.mark.parametrize("field", ["sandbox_token_at_production", "production_token_at_sandbox"])
def test_fails_when_a_token_works_abroad(field: str) -> None:
    verdict = judge(CHECK, make.cross(None, **{field: make.config_read()}))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == f"/{field}"


def test_the_reverse_may_be_left_out() -> None:
    skipped = make.missing(Because.NOT_PERMITTED, "no permission")
    verdict = judge(CHECK, make.cross(production_token_at_sandbox=skipped))
    assert verdict.status is Status.PASSED
    assert "not tried" in verdict.summary


def test_the_decisive_direction_may_not() -> None:
    verdict = judge(CHECK, make.cross(sandbox_token_at_production=make.missing(Because.NOT_PERMITTED)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_PERMITTED)


@pytest.mark.parametrize("control", ["sandbox_token_at_home", "production_token_at_home"])
def test_an_api_that_refuses_everything_proves_nothing(control: str) -> None:
    verdict = judge(CHECK, make.cross(None, **{control: make.unauthorised()}))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


def test_unknown_on_403_abroad() -> None:
    assert judge(CHECK, make.cross(sandbox_token_at_production=make.exchange(403))).status is Status.UNKNOWN
