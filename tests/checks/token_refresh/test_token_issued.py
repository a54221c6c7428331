from __future__ import annotations

import pytest

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION
from tests.checks.judging import judge

CHECK = "token-refresh/token-issued"


def test_passes_on_a_token_and_says_how_long_it_lives() -> None:
    verdict = judge(CHECK, make.token_use())
    assert verdict.status is Status.PASSED
    assert "900 s" in verdict.summary


def test_fails_when_the_key_is_refused() -> None:
    verdict = judge(CHECK, make.token_use(mint=make.refused(correlation_id="c-42")), environment=PRODUCTION)
    assert verdict.status is Status.FAILED
    assert "invalid_client" in verdict.summary
    (finding,) = verdict.findings
    assert (finding.evidence, finding.pointer) == ("token-use:production", "/mint")
    assert "c-42" in finding.message


@pytest.mark.parametrize(
    ("payload", "lack"),
    [
        ({"token_type": "Bearer", "expires_in": 900}, "access_token"),
        ({"access_token": "***", "token_type": "MAC", "expires_in": 900}, "token_type"),
        ({"access_token": "***", "token_type": "Bearer", "expires_in": "900"}, "expires_in"),
        ({"access_token": "***", "token_type": "Bearer", "expires_in": 0}, "expires_in"),
        ({"access_token": "***", "token_type": "Bearer", "expires_in": True}, "expires_in"),
        (["access_token"], "access_token"),
    ],
)
def test_fails_on_a_complete_payload_of_another_shape(payload: object, lack: str) -> None:
    verdict = judge(CHECK, make.token_use(mint=make.token(200, payload)))
    assert verdict.status is Status.FAILED
    assert lack in verdict.summary


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_fails_on_a_complete_answer_of_another_status(status: int) -> None:
    verdict = judge(CHECK, make.token_use(mint=make.exchange(status)))
    assert verdict.status is Status.FAILED
    assert str(status) in verdict.summary


def test_hints_at_decommissioned_hosts_on_a_bare_401() -> None:
    assert "decommissioned" in judge(CHECK, make.token_use(mint=make.unauthorised())).summary


def test_hints_at_the_url_on_404() -> None:
    assert "oauth_url" in judge(CHECK, make.token_use(mint=make.exchange(404))).summary


def test_unknown_without_a_secret() -> None:
    verdict = judge(CHECK, make.token_use(mint=make.missing(detail="AURORA_SECRET is not set")))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "AURORA_SECRET" in verdict.summary
