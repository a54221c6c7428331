from __future__ import annotations

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "token-refresh/token-accepted"


def test_passes_when_the_read_answers() -> None:
    assert judge(CHECK, make.token_use()).status is Status.PASSED


def test_fails_on_401_with_the_request() -> None:
    verdict = judge(CHECK, make.token_use(read=make.unauthorised()))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/read"
    assert "401" in verdict.findings[0].message


def test_unknown_on_403_because_a_permission_may_be_off() -> None:
    verdict = judge(CHECK, make.token_use(read=make.exchange(403, {"errorCode": "F0000"})))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


def test_unknown_on_a_page_that_is_not_json() -> None:
    verdict = judge(CHECK, make.token_use(read=make.FAULTS["html"]))
    assert verdict.status is Status.UNKNOWN
    assert "HTML" in verdict.summary
