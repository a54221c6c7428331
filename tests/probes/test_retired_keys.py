from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from readiness.facts import KeyDrill, RetiredKeys
from readiness.model import Because, Status
from tests.stage import PRODUCTION, SANDBOX, Stage, status_of

PROOF = "deleted-key/mint-refused-after-deletion"
RETIRED = "deleted-key/retired-keys-refused"


def retire(stage: Stage, *, dead: bool = True) -> dict[str, Any]:
    """Declare a retired key in the sandbox; a live one was forgotten in the portal."""
    key = stage.control.create_key(name="old")
    if dead:
        stage.control.delete_key(key["client_id"])
    declared = {name: key[name] for name in ("client_id", "client_secret")}
    stage.settings().setdefault("retired_keys", []).append(declared)
    return declared


def test_each_is_tried_once_with_the_live_key_as_control(stage: Stage) -> None:
    keys = [retire(stage), retire(stage)]
    played = stage.play(RETIRED)
    found = played.evidence(RetiredKeys, SANDBOX)
    assert [trial.client_id for trial in found.trials] == [key["client_id"] for key in keys]
    assert [status_of(trial.mint) for trial in found.trials] == [401, 401]
    assert all(trial.location and trial.location.line for trial in found.trials)
    assert status_of(found.control) == 200
    assert len(stage.control.journal("POST", "/oauth2/token")) == 3
    assert played.result(RETIRED, SANDBOX).status is Status.PASSED
    assert played.result(RETIRED, PRODUCTION).status is Status.NOT_APPLICABLE


def test_a_forgotten_key_fails_both_checks(stage: Stage) -> None:
    retire(stage)
    retire(stage, dead=False)
    played = stage.play(RETIRED, PROOF)
    assert played.result(RETIRED, SANDBOX).status is Status.FAILED
    assert played.result(PROOF).status is Status.FAILED


def test_one_refused_key_proves_the_refusal_without_a_drill(stage: Stage) -> None:
    retire(stage)
    played = stage.play("deleted-key")
    assert played.missing(KeyDrill).because is Because.NOT_PERMITTED
    assert played.result(PROOF).status is Status.PASSED
    assert "retired key" in played.result(PROOF).summary
    assert played.result("deleted-key/token-dies-with-key").status is Status.UNKNOWN


def test_without_a_control_nothing_is_proved(stage: Stage) -> None:
    retire(stage)
    stage.settings()["client_secret"] = "no longer the secret"
    played = stage.play(RETIRED, PROOF)
    assert played.result(RETIRED, SANDBOX).status is Status.UNKNOWN
    assert played.result(PROOF).status is Status.UNKNOWN


def test_a_key_that_the_vendor_never_knew_proves_as_little_as_it_says(stage: Stage) -> None:
    # The endpoint cannot tell a deleted key from a made-up one; the owner's declaration is what makes it a proof.
    stage.settings()["retired_keys"] = [{"client_id": "never-was", "client_secret": "never-was-either"}]
    assert stage.play(RETIRED).result(RETIRED, SANDBOX).status is Status.PASSED


@pytest.mark.parametrize("status", [404, 500, 503])
def test_no_usable_answer_is_unknown(stage: Stage, status: int) -> None:
    retire(stage)
    stage.control.fault("status", match={"host": "oauth"}, status=status)
    played = stage.play(RETIRED, PROOF)
    assert played.result(RETIRED, SANDBOX).status is Status.UNKNOWN
    assert played.result(PROOF).status is Status.UNKNOWN


def test_a_secret_without_a_value_is_told_by_its_name(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLD_SECRET", raising=False)
    retire(stage)["client_secret"] = {"env": "OLD_SECRET"}
    played = stage.play(RETIRED)
    assert "OLD_SECRET" in str(played.evidence(RetiredKeys, SANDBOX).trials[0].mint)
    assert played.result(RETIRED, SANDBOX).status is Status.UNKNOWN


TODAY = datetime.now(UTC).date()
ATTESTED = {
    "by": "Jo Doe",
    "on": str(TODAY - timedelta(days=2)),
    "expires": str(TODAY + timedelta(days=60)),
    "evidence": "drill.pdf",
    "note": "deleted by hand",
}


def test_a_persons_word_stands_where_the_drill_is_not_permitted(stage: Stage) -> None:
    (stage.folder / "drill.pdf").write_bytes(b"%PDF-1.4")
    checks = (PROOF, "deleted-key/token-dies-with-key", "deleted-key/key-unlisted")
    stage.config["attestations"] = {check: dict(ATTESTED) for check in checks}
    played = stage.play(*checks)
    assert set(played.statuses().values()) == {"attested"}
    assert "Jo Doe" in played.result(PROOF).summary
    assert not stage.control.journal("POST", "/v2/api-keys")


def test_a_persons_word_does_not_stand_over_a_measurement(stage: Stage) -> None:
    (stage.folder / "drill.pdf").write_bytes(b"%PDF-1.4")
    stage.config["attestations"] = {PROOF: dict(ATTESTED)}
    stage.config["policy"]["drill_watch"] = "0.3s"
    stage.control.settings(mint_lag=None)
    assert stage.allow("sandbox-writes").play(PROOF).result(PROOF).status is Status.FAILED
    stage.control.fault("status", match={"path": "/v2/api-keys", "method": "POST"}, status=409)
    assert stage.play(PROOF).result(PROOF).status is Status.UNKNOWN
