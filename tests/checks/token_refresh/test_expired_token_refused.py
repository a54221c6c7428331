from __future__ import annotations

from collections.abc import Callable

import pytest

from readiness.evidence import Exchange
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "token-refresh/expired-token-refused"


def test_passes_on_401_after_the_lifetime() -> None:
    assert judge(CHECK, make.token_use()).status is Status.PASSED


def test_fails_when_the_token_outlives_itself() -> None:
    verdict = judge(CHECK, make.token_use(after_expiry=make.config_read(sent=902.0, received=902.1)))
    assert verdict.status is Status.FAILED
    assert "900 s" in verdict.summary


def test_unknown_without_the_permission() -> None:
    verdict = judge(CHECK, make.token_use(after_expiry=make.missing(Because.NOT_PERMITTED)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_PERMITTED)


@pytest.mark.parametrize("read", [make.unauthorised, make.config_read])
def test_unknown_when_asked_before_the_end(read: Callable[..., Exchange]) -> None:
    early = read(sent=800.0, received=800.1)
    verdict = judge(CHECK, make.token_use(after_expiry=early))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_unknown_when_the_token_never_worked() -> None:
    assert judge(CHECK, make.token_use(read=make.unauthorised())).status is Status.UNKNOWN
