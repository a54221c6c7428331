"""The drill over real sockets: both clocks hold the truth, the order is kept, and nothing is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from readiness.evidence import Attempt, Exchange, Missing
from readiness.facts import Clock, KeyDrill
from readiness.model import Because, Status
from readiness.probes.key_drill import POLL_INTERVAL
from tests.stage import MakeStage, Played, Stage, status_of

MINTED, TOKEN_DIED = "deleted-key/mint-refused-after-deletion", "deleted-key/token-dies-with-key"
UNLISTED, NOTHING_LEFT = "deleted-key/key-unlisted", "deleted-key/drill-leaves-nothing"
DRILL = (MINTED, TOKEN_DIED, UNLISTED, NOTHING_LEFT)
KEYS, CONFIG = "/v2/api-keys", "/v2/settings/payment-config"


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage().allow("sandbox-writes")


def steps(played: Played) -> dict[str, Attempt]:
    return {step.name: step.attempt for step in played.evidence(KeyDrill).steps}


def status(played: Played, step: str) -> int | None:
    return status_of(steps(played)[step])


def clocks(played: Played) -> tuple[Clock, Clock]:
    drill = played.evidence(KeyDrill)
    assert isinstance(drill.mint_clock, Clock)
    assert isinstance(drill.token_clock, Clock)
    return drill.mint_clock, drill.token_clock


def assert_clean(stage: Stage) -> None:
    assert stage.drill_keys() == []
    assert stage.entries() == []


@pytest.mark.parametrize(
    ("mint_lag", "token_lag"), [(0.0, 0.0), (0.15, 0.4), (0.4, 0.0), (1.0, 0.15), (0.0, 1.0), (0.03, 0.7)]
)
def test_both_clocks_hold_the_truth(stage: Stage, mint_lag: float, token_lag: float) -> None:
    stage.control.settings(mint_lag=mint_lag, token_lag=token_lag)
    played = stage.play(*DRILL)
    for clock, lag in zip(clocks(played), (mint_lag, token_lag), strict=True):
        assert clock.first_refused is not None
        assert clock.last_accepted <= lag <= clock.first_refused
        assert clock.refused == 2
        assert clock.undecided == 0
        assert (clock.accepted > 0) == (clock.last_accepted > 0) or lag == 0
        assert status_of(clock.refusal) == 401
    assert played.statuses() == dict.fromkeys(DRILL, "passed")
    assert played.evidence(KeyDrill).poll_interval == POLL_INTERVAL
    assert_clean(stage)


@pytest.mark.parametrize(("mint_lag", "token_lag"), [(None, 0.15), (0.15, None), (None, None)])
def test_what_never_dies_is_said_so(stage: Stage, mint_lag: float | None, token_lag: float | None) -> None:
    stage.config["policy"]["drill_watch"] = "0.8s"
    stage.control.settings(mint_lag=mint_lag, token_lag=token_lag)
    played = stage.play(*DRILL)
    for clock, lag, check in zip(clocks(played), (mint_lag, token_lag), (MINTED, TOKEN_DIED), strict=True):
        result = played.result(check)
        if lag is None:
            assert clock.first_refused is None
            assert 0.5 < clock.last_accepted <= clock.watched
            assert clock.watched >= 0.8
            assert result.status is Status.FAILED
            assert "still accepted at the end of the watch" in result.summary
        else:
            assert clock.first_refused is not None
            assert clock.last_accepted <= lag <= clock.first_refused
            assert result.status is Status.PASSED
    assert_clean(stage)


@pytest.mark.parametrize("generation", ["G1", "G2", "G4"])
def test_the_order_is_the_catalogues(make_stage: MakeStage, generation: str) -> None:
    stage = make_stage(generation=generation).allow("sandbox-writes")
    played = stage.play(*DRILL)
    assert played.statuses() == dict.fromkeys(DRILL, "passed")
    sent = [(entry["method"], entry["path"].partition("?")[0]) for entry in stage.control.journal()]
    created = [("POST", KEYS)] * (1 if generation == "G4" else 2)  # older contracts refuse the newer field's name
    key = steps(played)["create"]
    assert isinstance(key, Exchange)
    gone = ("DELETE", f"{KEYS}/{key.fields['clientId']}")
    before = [("POST", "/oauth2/token"), *created, ("POST", "/oauth2/token"), ("GET", CONFIG), ("GET", KEYS), gone]
    assert sent[: len(before)] == before
    assert sent[-1] == ("GET", KEYS)
    polls = sent[len(before) : -1]
    assert set(polls) == {("POST", "/oauth2/token"), ("GET", CONFIG)}
    assert [step.name for step in played.evidence(KeyDrill).steps] == [
        *("partner_mint", "create", "mint", "read", "list", "delete", "mint_after", "read_after", "list_after")
    ]
    assert {entry["environment"] for entry in stage.control.journal()} == {"sandbox"}


def test_the_key_is_named_by_its_run_and_written_down_before_it_is_made(stage: Stage) -> None:
    stage.control.fault("status", match={"path": KEYS, "method": "POST"}, status=504, commit=True)
    stage.control.fault("status", match={"path": KEYS, "method": "GET"}, status=503)
    played = stage.play(*DRILL)
    (entry,) = stage.entries()
    assert entry["key_name"] == f"readiness-drill-{played.audit.evidence.run.id}" == played.evidence(KeyDrill).key_name
    assert stage.drill_keys() == [entry["key_name"]]
    assert entry["config"] == str(stage.path)
    assert entry["client_id"] is None
    assert played.result(NOTHING_LEFT).status is Status.FAILED


def test_a_refusal_that_is_taken_back_is_not_believed(stage: Stage) -> None:
    stage.control.settings(mint_lag=0.6, token_lag=0.6)
    # The first poll of each kind after the deletion is refused, as by one node of several.
    refusal: dict[str, Any] = {"status": 401, "body": {"error": "invalid_client"}}
    stage.control.fault("status", match={"host": "oauth", "nth": 3}, **refusal)
    stage.control.fault("expired_token", match={"path": CONFIG, "nth": 2})
    played = stage.play(*DRILL)
    for clock in clocks(played):
        assert clock.refused == 3
        assert clock.accepted >= 1
        assert clock.first_refused is not None
        assert clock.last_accepted <= 0.6 <= clock.first_refused
    assert played.statuses() == dict.fromkeys(DRILL, "passed")


def test_answers_that_say_nothing_are_counted_apart(stage: Stage) -> None:
    stage.control.settings(mint_lag=0.4, token_lag=0.4)
    stage.control.fault("status", match={"host": "oauth", "nth": 4}, times=3, status=503)
    stage.control.fault("html", match={"path": CONFIG, "nth": 3}, times=2)
    for clock, undecided in zip(clocks(stage.play(*DRILL)), (3, 2), strict=True):
        assert clock.undecided == undecided
        assert clock.first_refused is not None
        assert clock.last_accepted <= 0.4 <= clock.first_refused


def test_silence_until_the_end_is_unknown(stage: Stage) -> None:
    stage.config["policy"]["drill_watch"] = "0.5s"
    stage.control.fault("status", match={"host": "oauth", "nth": 3}, times=1000, status=503)
    stage.control.fault("status", match={"path": CONFIG, "nth": 2}, times=1000, status=500)
    played = stage.play(*DRILL)
    assert played.result(MINTED).status is Status.UNKNOWN
    assert played.result(TOKEN_DIED).status is Status.UNKNOWN
    assert_clean(stage)


def test_a_token_that_ends_by_itself_proves_nothing(make_stage: MakeStage) -> None:
    stage = make_stage(token_ttl=1, token_lag=None).allow("sandbox-writes")
    assert stage.play(*DRILL).result(TOKEN_DIED).status is Status.UNKNOWN


def test_a_refused_creation_ends_the_drill_cleanly(stage: Stage) -> None:
    stage.control.fault("status", match={"path": KEYS, "method": "POST"}, status=409)
    played = stage.play(*DRILL)
    assert status(played, "create") == 409
    assert len(stage.control.journal("POST", KEYS)) == 1, "a creation is never repeated"
    assert played.result(MINTED).status is Status.UNKNOWN
    assert "→ 409" in played.result(MINTED).summary
    assert played.result(NOTHING_LEFT).status is Status.PASSED
    assert not stage.control.journal("DELETE")
    assert_clean(stage)


@pytest.mark.parametrize("kind", ["reset", "truncated_body", "empty_body"])
def test_a_key_whose_creation_was_not_answered_is_found_and_removed(stage: Stage, kind: str) -> None:
    extra: dict[str, Any] = {"when": "after_commit"} if kind == "reset" else {}
    stage.control.fault(kind, match={"path": KEYS, "method": "POST"}, **extra)
    played = stage.play(*DRILL)
    assert len(stage.control.journal("POST", KEYS)) == 1
    assert len(stage.control.journal("DELETE", KEYS)) == 1
    assert played.result(NOTHING_LEFT).status is Status.PASSED
    assert_clean(stage)


def test_a_creation_that_may_still_take_effect_stays_in_the_journal(stage: Stage) -> None:
    stage.control.fault("reset", match={"path": KEYS, "method": "POST"})
    played = stage.play(*DRILL)
    assert len(stage.entries()) == 1
    assert played.result(NOTHING_LEFT).status is Status.FAILED
    assert played.evidence(KeyDrill).leftovers == ()


@pytest.mark.parametrize("change", ["name", "absent"])
def test_a_key_that_is_not_listed_under_our_name_is_not_deleted(stage: Stage, change: str) -> None:
    if change == "name":  # the merchant's own key stands first, ours second
        field = "apiKeys.1.apiKeyName"
        stage.control.fault("wrong_type", match={"path": KEYS, "method": "GET"}, field=field, value="somebody's")
    else:
        stage.control.fault("wrong_type", match={"path": KEYS, "method": "GET"}, field="apiKeys", value=[])
    played = stage.play(*DRILL)
    assert not stage.control.journal("DELETE")
    assert "delete" not in steps(played)
    assert played.result(MINTED).status is Status.UNKNOWN
    assert played.result(TOKEN_DIED).status is Status.UNKNOWN
    assert len(stage.drill_keys()) == 1
    (entry,) = stage.entries()
    create = steps(played)["create"]
    assert isinstance(create, Exchange)
    assert entry["client_id"] == create.fields["clientId"]
    assert played.result(NOTHING_LEFT).status is Status.FAILED


def test_the_same_name_under_another_id_is_not_ours_either(stage: Stage) -> None:
    stage.control.fault(
        "wrong_type",
        match={"path": KEYS, "method": "GET"},
        times=1,
        field="apiKeys.1.clientId",
        value="7b1f7ac0-0000-4000-8000-000000000000",
    )
    played = stage.play(*DRILL)
    assert "delete" not in steps(played)
    assert_clean(stage)


@pytest.mark.parametrize("status_code", [500, 503])
@pytest.mark.parametrize("commit", [True, False])
def test_a_deletion_without_a_clear_answer_is_asked_again(stage: Stage, status_code: int, commit: bool) -> None:
    stage.control.settings(mint_lag=0.3, token_lag=0.3)
    stage.control.fault("status", match={"method": "DELETE"}, times=1, status=status_code, commit=commit)
    played = stage.play(*DRILL)
    assert status(played, "delete") == (404 if commit else 200)
    for clock in clocks(played):
        assert clock.first_refused is not None
        assert clock.last_accepted <= 0.3 <= clock.first_refused
    assert played.statuses() == dict.fromkeys(DRILL, "passed")
    assert_clean(stage)


def test_a_deletion_that_nobody_knows_of_starts_no_clock(stage: Stage) -> None:
    stage.control.fault("status", match={"method": "DELETE"}, times=1, status=404)
    played = stage.play(*DRILL)
    assert isinstance(played.evidence(KeyDrill).mint_clock, Missing)
    assert played.result(MINTED).status is Status.UNKNOWN
    assert_clean(stage)


def test_a_deletion_that_fails_for_good_is_told_and_kept(stage: Stage) -> None:
    stage.control.fault("status", match={"method": "DELETE"}, status=403)
    played = stage.play(*DRILL)
    assert played.result(MINTED).status is Status.UNKNOWN
    assert len(stage.entries()) == 1
    leftovers = played.evidence(KeyDrill).leftovers
    assert leftovers == tuple(stage.drill_keys())
    assert len(leftovers) == 1
    assert played.result(NOTHING_LEFT).status is Status.FAILED


def test_without_a_list_no_clock_runs_but_the_key_goes(stage: Stage) -> None:
    stage.control.fault("status", match={"path": KEYS, "method": "GET"}, status=500)
    played = stage.play(*DRILL)
    assert "delete" not in steps(played)
    assert played.result(MINTED).status is Status.UNKNOWN
    assert played.result(NOTHING_LEFT).status is Status.UNKNOWN
    assert_clean(stage)


@pytest.mark.parametrize("list_lag", [None, 0.5])
def test_a_list_that_lags_is_a_failure_of_the_list_alone(stage: Stage, list_lag: float | None) -> None:
    stage.control.settings(list_lag=list_lag)
    played = stage.play(*DRILL)
    assert played.result(UNLISTED).status is Status.FAILED
    assert played.result(MINTED).status is Status.PASSED
    assert played.result(NOTHING_LEFT).status is Status.PASSED
    assert_clean(stage)


@pytest.mark.parametrize("step", ["mint", "read"])
def test_a_key_that_never_works_proves_nothing_and_is_removed(stage: Stage, step: str) -> None:
    match = {"host": "oauth", "nth": 2} if step == "mint" else {"path": CONFIG, "nth": 1}
    stage.control.fault("status", match=match, status=403)
    played = stage.play(*DRILL)
    assert status(played, step) == 403
    assert played.result(MINTED).status is Status.UNKNOWN
    assert played.result(TOKEN_DIED).status is Status.UNKNOWN
    assert_clean(stage)


def test_what_others_left_is_named_and_not_touched(stage: Stage) -> None:
    stage.control.create_key(name="readiness-drill-of-another-day")
    played = stage.play(*DRILL)
    assert played.evidence(KeyDrill).leftovers == ("readiness-drill-of-another-day",)
    assert played.result(NOTHING_LEFT).status is Status.FAILED
    assert stage.drill_keys() == ["readiness-drill-of-another-day"]
    assert len(stage.control.journal("DELETE")) == 1


def test_the_deadline_cuts_the_watch_short_and_the_key_goes_all_the_same(stage: Stage) -> None:
    stage.control.settings(mint_lag=None, token_lag=None)
    stage.control.fault("hang", match={"host": "oauth", "nth": 3})
    played = stage.play(*DRILL, deadline=1.0)
    assert played.missing(KeyDrill).because is Because.TIMED_OUT
    assert set(played.statuses().values()) == {"unknown"}
    assert_clean(stage)


def test_without_the_permission_nothing_is_sent(stage: Stage) -> None:
    played = stage.allow().play(*DRILL)
    missing = played.missing(KeyDrill)
    assert missing.because is Because.NOT_PERMITTED
    assert "sandbox-writes" in missing.detail
    assert played.sent == []
    assert set(played.statuses().values()) == {"unknown"}
    assert stage.entries() == []


def test_the_command_line_may_give_the_permission(stage: Stage) -> None:
    assert stage.allow().play(MINTED, allow=["sandbox-writes"]).result(MINTED).status is Status.PASSED


@pytest.mark.parametrize("url", ["api_url", "oauth_url"])
@pytest.mark.parametrize("host", ["api.flute.com", "gateway.acme.example", "sandbox.api.flute.com.acme.example"])
def test_only_where_the_host_is_a_sandbox(stage: Stage, url: str, host: str) -> None:
    stage.settings()[url] = f"https://{host}" + ("/oauth2/token" if url == "oauth_url" else "")
    played = stage.play(*DRILL)
    missing = played.missing(KeyDrill)
    assert missing.because is Because.NOT_PERMITTED
    assert host in missing.detail
    assert played.sent == []


def test_a_dead_partner_key_is_a_reason(stage: Stage) -> None:
    stage.control.delete_key(stage.settings()["partner"]["client_id"])
    played = stage.play(*DRILL)
    assert played.missing(KeyDrill).because is Because.REFUSED
    assert stage.entries() == []


def test_a_journal_that_cannot_be_written_prevents_the_creation(stage: Stage) -> None:
    stage.state_dir.mkdir(parents=True)
    (stage.state_dir / "drills").write_text("a file where the folder should be")
    played = stage.play(*DRILL)
    assert "cannot be written" in played.missing(KeyDrill).detail
    assert not stage.control.journal("POST", KEYS)


def test_no_secret_of_the_drill_is_kept(stage: Stage) -> None:
    played = stage.play(*DRILL)
    state = stage.emulator.core.environments
    text = played.audit.evidence.model_dump_json() + played.audit.result.model_dump_json()
    for environment in state.values():
        for key in environment.keys._keys.values():
            assert key.client_secret not in text
