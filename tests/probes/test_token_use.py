from __future__ import annotations

import pytest

from readiness.evidence import Body, Exchange, Missing
from readiness.facts import TokenUse
from readiness.model import Because, Status
from tests.stage import PRODUCTION, SANDBOX, MakeStage, Stage, status_of


def test_every_field_holds_what_its_name_says(stage: Stage) -> None:
    played = stage.play("token-refresh")
    for environment in (SANDBOX, PRODUCTION):
        use = played.evidence(TokenUse, environment)
        told = {
            "mint": 200,
            "second_mint": 200,
            "read": 200,
            "read_after_second_mint": 200,
            "read_with_second": 200,
            "wrong_secret": 401,
            "made_up_token": 401,
            "truncated_token": 401,
        }
        assert {name: status_of(getattr(use, name)) for name in told} == told
        assert use.token is not None
        assert use.second_token is not None
        assert use.token.expires_in == use.second_token.expires_in == 900
        assert use.token.tag != use.second_token.tag
        assert use.token.length > 20
        assert isinstance(use.wrong_secret, Exchange)
        assert use.wrong_secret.fields["error"] == "invalid_client"
        assert isinstance(use.after_expiry, Missing)
        assert use.after_expiry.because is Because.NOT_PERMITTED


def test_the_journal_shows_what_each_request_carried(stage: Stage) -> None:
    use = stage.play("token-refresh").evidence(TokenUse, SANDBOX)
    states = [entry["token_state"] for entry in stage.control.journal("GET") if entry["environment"] == "sandbox"]
    assert sorted(states) == ["unknown", "unknown", "valid", "valid", "valid"]
    assert isinstance(use.read_after_second_mint, Exchange)
    assert isinstance(use.second_mint, Exchange)
    assert use.read_after_second_mint.sent >= use.second_mint.received, "the first token is tried after the second mint"


def test_waits_for_the_expiry_by_the_real_clock(make_stage: MakeStage) -> None:
    stage = make_stage(token_ttl=2).allow("wait-for-expiry")
    played = stage.play("token-refresh/expired-token-refused")
    use = played.evidence(TokenUse, SANDBOX)
    assert isinstance(use.after_expiry, Exchange)
    assert isinstance(use.mint, Exchange)
    assert use.after_expiry.status == 401
    assert use.after_expiry.sent - use.mint.received >= 2, "not before the end that was told"
    expired = [entry for entry in stage.control.journal("GET") if entry["token_state"] == "expired"]
    assert len(expired) == 2
    assert played.result("token-refresh/expired-token-refused", SANDBOX).status is Status.PASSED


def test_an_expired_token_that_is_still_accepted_fails(make_stage: MakeStage) -> None:
    stage = make_stage(token_ttl=31_536_000).allow("wait-for-expiry")
    stage.control.fault("wrong_type", match={"host": "oauth"}, field="expires_in", value=1)
    result = stage.play("token-refresh/expired-token-refused").result("token-refresh/expired-token-refused", SANDBOX)
    assert result.status is Status.FAILED


def test_a_lifetime_beyond_the_deadline_is_not_waited_for(stage: Stage) -> None:
    played = stage.allow("wait-for-expiry").play("token-refresh/expired-token-refused", deadline=30)
    after = played.evidence(TokenUse, SANDBOX).after_expiry
    assert isinstance(after, Missing)
    assert after.because is Because.TIMED_OUT
    assert "--deadline" in after.detail
    assert played.result("token-refresh/expired-token-refused", SANDBOX).status is Status.UNKNOWN


def test_without_a_token_the_reads_say_why_they_were_not_sent(stage: Stage) -> None:
    stage.settings()["client_secret"] = "a secret that nobody has"
    use = stage.play("token-refresh").evidence(TokenUse, SANDBOX)
    assert status_of(use.mint) == 401
    assert use.token is None
    for attempt in (use.second_mint, use.read, use.read_after_second_mint, use.read_with_second, use.truncated_token):
        assert isinstance(attempt, Missing)
        assert attempt.because is Because.REFUSED
        assert "no token was issued" in attempt.detail
    assert status_of(use.wrong_secret) == 401
    assert status_of(use.made_up_token) == 401


def test_a_second_mint_that_brings_nothing_leaves_the_overlap_unknown(stage: Stage) -> None:
    stage.control.fault("html", match={"host": "oauth", "nth": 3})  # after the first, and the wrong secret's
    played = stage.play("token-refresh/tokens-overlap")
    use = played.evidence(TokenUse, SANDBOX)
    assert isinstance(use.second_mint, Exchange)
    assert use.second_mint.body is Body.HTML
    for attempt in (use.read_after_second_mint, use.read_with_second):
        assert isinstance(attempt, Missing)
        assert attempt.because is Because.UNREACHABLE
    assert played.result("token-refresh/tokens-overlap", SANDBOX).status is Status.UNKNOWN
    assert played.result("token-refresh/tokens-overlap", PRODUCTION).status is Status.PASSED


@pytest.mark.parametrize("echo", [400, 401])
def test_an_echo_of_the_made_up_secret_is_named(stage: Stage, echo: int) -> None:
    stage.control.fault("echo", match={"host": "oauth"}, status=echo)
    use = stage.play("token-refresh/bad-secret-refused").evidence(TokenUse, SANDBOX)
    assert isinstance(use.wrong_secret, Exchange)
    assert use.wrong_secret.echoes == ("made-up secret",)
    assert "made-up" not in str(use.wrong_secret.json_body).replace("[redacted: made-up secret]", "")
