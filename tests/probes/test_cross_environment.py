"""The four-cell matrix against two environments that really know, or do not know, each key."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from readiness.emulator import EmbeddedEmulator
from readiness.evidence import Exchange, Missing
from readiness.facts import CrossEnvironment
from readiness.model import Because, Environment, Status
from readiness.reading import MintOutcome, mint_outcome
from readiness.secret import Secret
from tests.stage import PRODUCTION, SANDBOX, MakeStage, Stage, status_of

KEYS, TOKENS = "environment-separation/credentials-refused-across", "environment-separation/tokens-refused-across"
PLACES = tuple((key, endpoint) for key in (SANDBOX, PRODUCTION) for endpoint in (SANDBOX, PRODUCTION))
PERMITTED = "production-secret-to-sandbox"
RIGHT = (True, False, False, True)
TRUTHS = [
    pytest.param(truth, id="".join("x-"[not known] for known in truth)) for truth in product([True, False], repeat=4)
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmbeddedEmulator]:
    with EmbeddedEmulator() as running:
        yield running


def arranged(emulator: EmbeddedEmulator, folder: Path, truth: tuple[bool, ...]) -> Stage:
    """Give the config two keys of its own; `truth` says, place by place, where they are known."""
    stage = Stage(emulator, folder)
    name = "".join("x-"[not known] for known in truth)
    for key in Environment:
        stage.settings(key).update(client_id=f"{key} key {name}", client_secret=f"the secret of {key} {name}")
    for (key, endpoint), known in zip(PLACES, truth, strict=True):
        settings = stage.settings(key)
        if known:
            emulator.adopt(endpoint, settings["client_id"], Secret(settings["client_secret"], "a key"))
    return stage


@pytest.mark.parametrize("truth", TRUTHS)
def test_only_the_right_one_of_sixteen_truths_passes(
    emulator: EmbeddedEmulator, tmp_path: Path, truth: tuple[bool, ...]
) -> None:
    played = arranged(emulator, tmp_path, truth).allow(PERMITTED).play(KEYS, TOKENS)
    cells = played.evidence(CrossEnvironment).cells
    assert [(cell.key_of, cell.endpoint_of) for cell in cells] == list(PLACES)
    outcomes = [mint_outcome(cell.mint) for cell in cells]
    assert outcomes == [MintOutcome.ISSUED if known else MintOutcome.REFUSED for known in truth]
    result = played.result(KEYS)
    wrong = sum(known is not right for known, right in zip(truth, RIGHT, strict=True))
    assert result.status is (Status.FAILED if wrong else Status.PASSED)
    assert len(result.findings) == wrong
    assert (played.result(TOKENS).status is Status.PASSED) == (truth[0] and truth[3])


@pytest.mark.parametrize("truth", TRUTHS)
def test_without_the_permission_three_cells_are_judged(
    emulator: EmbeddedEmulator, tmp_path: Path, truth: tuple[bool, ...]
) -> None:
    stage = arranged(emulator, tmp_path, truth)
    played = stage.play(KEYS)
    risky = played.evidence(CrossEnvironment).cells[2].mint
    assert isinstance(risky, Missing)
    assert risky.because is Because.NOT_PERMITTED
    assert PERMITTED in risky.detail
    result = played.result(KEYS)
    right = (truth[0], truth[1], truth[3]) == (True, False, True)
    assert result.status is (Status.PASSED if right else Status.FAILED)
    if right:
        assert "not tried at the sandbox" in result.summary
    at_sandbox = [entry for entry in stage.control.journal() if entry["environment"] == "sandbox"]
    assert {entry["client_id"] for entry in at_sandbox} <= {stage.settings()["client_id"], None}


def test_every_cell_is_tried_once_and_each_token_where_it_belongs_and_where_not(stage: Stage) -> None:
    played = stage.allow(PERMITTED).play(KEYS, TOKENS)
    found = played.evidence(CrossEnvironment)
    ids = {each: stage.settings(each)["client_id"] for each in Environment}
    mints = [(entry["client_id"], entry["environment"]) for entry in stage.control.journal("POST")]
    assert sorted(mints) == sorted((ids[key], endpoint.value) for key, endpoint in PLACES)
    reads = [(entry["environment"], entry["token_state"]) for entry in stage.control.journal("GET")]
    assert sorted(reads) == sorted(
        (each.value, state) for each in Environment for state in ("valid", "other_environment")
    )
    assert status_of(found.sandbox_token_at_production) == status_of(found.production_token_at_sandbox) == 401
    assert status_of(found.sandbox_token_at_home) == status_of(found.production_token_at_home) == 200
    assert all(cell.location and cell.location.line for cell in found.cells)


def test_a_token_that_is_accepted_abroad_fails(make_stage: MakeStage) -> None:
    played = make_stage(accept_foreign_tokens=True).allow(PERMITTED).play(TOKENS)
    assert played.result(TOKENS).status is Status.FAILED
    assert len(played.result(TOKENS).findings) == 2


def test_without_the_permission_a_production_token_stays_at_home(stage: Stage) -> None:
    played = stage.play(TOKENS)
    found = played.evidence(CrossEnvironment)
    assert isinstance(found.production_token_at_sandbox, Missing)
    assert status_of(found.sandbox_token_at_production) == 401
    assert played.result(TOKENS).status is Status.PASSED
    assert "not tried" in played.result(TOKENS).summary


@pytest.mark.parametrize("fault", ["throttle", "html"])
def test_what_brings_no_answer_is_unknown_and_abroad_it_is_not_tried_again(stage: Stage, fault: str) -> None:
    stage.control.fault(fault, environment=PRODUCTION, match={"host": "oauth"})
    played = stage.play(KEYS, TOKENS)
    assert played.result(KEYS).status is Status.UNKNOWN
    assert played.result(TOKENS).status is Status.UNKNOWN
    sandbox_key = stage.settings()["client_id"]
    mints = stage.control.journal("POST")
    assert sum(mint["environment"] == "production" and mint["client_id"] == sandbox_key for mint in mints) == 1


def test_a_redirect_abroad_is_not_followed_and_decides_nothing(stage: Stage) -> None:
    path = "/v2/settings/payment-config"
    elsewhere = stage.settings()["api_url"] + path
    stage.control.fault("redirect", environment=PRODUCTION, match={"path": path}, location=elsewhere)
    played = stage.play(TOKENS)
    assert played.result(TOKENS).status is Status.UNKNOWN
    reads = [entry for entry in stage.control.journal("GET") if entry["environment"] == "sandbox"]
    assert len(reads) == 1, "the control alone"


def test_one_environment_alone_is_not_compared(stage: Stage) -> None:
    del stage.config["environments"]["production"]
    played = stage.play(KEYS, TOKENS)
    assert played.missing(CrossEnvironment).because is Because.NOT_CONFIGURED
    assert set(played.statuses().values()) == {"unknown"}
    assert played.sent == []


def test_no_token_is_kept(stage: Stage) -> None:
    played = stage.allow(PERMITTED).play(KEYS)
    for cell in played.evidence(CrossEnvironment).cells:
        assert isinstance(cell.mint, Exchange)
        if cell.mint.status == 200:
            assert "access_token" in str(cell.mint.fields["access_token"])
            assert str(cell.mint.fields["access_token"]).startswith("[redacted: ")
