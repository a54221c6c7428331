"""`readiness drill` without a guide, in this process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from readiness.audit import Options, prepare, run
from readiness.aurora.drill_journal import DrillJournal
from readiness.cli import run_command
from readiness.cli.drill import CHECKS
from readiness.evidence import Selection
from readiness.facts import KeyDrill
from readiness.registry import load_builtin
from tests.cli.tool import by_reference
from tests.stage import Silent, Stage


@pytest.fixture
def ready(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for name, value in by_reference(stage).items():
        monkeypatch.setenv(name, value)
    return stage


def drill(stage: Stage, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and result."""
    output = stage.folder / "result.json"
    code = run_command(["drill", str(stage.write()), "-q", "-o", f"json={output}", *arguments])
    result: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return code, result


def test_it_decides_what_rests_on_the_drill() -> None:
    checks = load_builtin().checks.values()
    assert {check.id for check in checks if KeyDrill in (*check.needs, *check.optional)} == set(CHECKS)


def test_with_the_permission_it_runs_nothing_but_the_drill(ready: Stage) -> None:
    code, result = drill(ready, "--allow", "sandbox-writes")
    assert code == 0
    assert {each["id"]: each["status"] for each in result["results"]} == dict.fromkeys(CHECKS, "passed")
    assert {entry["environment"] for entry in result["ledger"]} == {"sandbox"}
    assert ready.drill_keys() == []


def test_without_the_permission_it_says_what_would_give_it(ready: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["drill", str(ready.write())]) == 3
    assert "--allow sandbox-writes" in " ".join(capsys.readouterr().out.split())
    assert ready.control.journal() == []


def test_a_failure_is_exit_1(ready: Stage) -> None:
    ready.config["policy"]["drill_watch"] = "0.3s"
    ready.control.settings(token_lag=None)
    assert drill(ready, "--allow", "sandbox-writes")[0] == 1


@pytest.mark.parametrize("option", ["--client-id", "--secret-from"])
def test_options_of_the_guide_belong_to_it(ready: Stage, capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert run_command(["drill", str(ready.write()), option, "env:X"]) == 2
    assert "belong to --guided" in capsys.readouterr().err


def test_an_embedded_emulators_key_ends_with_its_run(
    ready: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.config["environments"] = {"sandbox": {"preset": "emulator"}}
    ready.allow("sandbox-writes")
    monkeypatch.setattr(DrillJournal, "remove", lambda *_: None)  # as if the run had died before
    run(prepare(ready.write(), Options(Selection(only=CHECKS))), ready.state_dir, Silent())
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(ready.state_dir.parent))
    assert [entry["ephemeral"] for entry in ready.entries()] == [True]
    assert run_command(["cleanup"]) == 0
    assert "embedded emulator, which ended with its run" in capsys.readouterr().out
    assert ready.entries() == []
