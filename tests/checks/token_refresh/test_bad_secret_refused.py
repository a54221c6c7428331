from __future__ import annotations

import pytest

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "token-refresh/bad-secret-refused"


@pytest.mark.parametrize("status", [400, 401])
def test_passes_on_invalid_client_beside_a_good_mint(status: int) -> None:
    verdict = judge(CHECK, make.token_use(wrong_secret=make.refused(status)))
    assert verdict.status is Status.PASSED
    assert str(status) in verdict.summary


def test_fails_when_a_wrong_secret_gets_a_token() -> None:
    verdict = judge(CHECK, make.token_use(wrong_secret=make.token()))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/wrong_secret"


def test_fails_on_a_token_even_when_its_shape_is_wrong() -> None:
    assert judge(CHECK, make.token_use(wrong_secret=make.token(200, {"access_token": "***"}))).status is Status.FAILED


@pytest.mark.parametrize("status", [400, 401, 500])
def test_fails_on_an_echo_whatever_the_status(status: int) -> None:
    verdict = judge(CHECK, make.token_use(wrong_secret=make.refused(status, echoes=("made-up secret",))))
    assert verdict.status is Status.FAILED
    assert "made-up secret" in verdict.summary


def test_unknown_when_the_good_secret_is_refused_too() -> None:
    verdict = judge(CHECK, make.token_use(mint=make.refused()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


@pytest.mark.parametrize("error", ["invalid_request", "unauthorized_client", None])
def test_unknown_on_another_error(error: str | None) -> None:
    verdict = judge(CHECK, make.token_use(wrong_secret=make.token(400, {"error": error})))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, None)


def test_unknown_on_invalid_client_with_another_status() -> None:
    assert judge(CHECK, make.token_use(wrong_secret=make.refused(403))).status is Status.UNKNOWN
