"""Each exit code, by the real command; what only changes the display changes none."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import run_command
from readiness.emulator.core.faults import FaultRule
from tests.cli.conftest import LIVE
from tests.cli.tool import call
from tests.complete import Complete

CHECK = '''
import os
from readiness.api import Configuration, Kind, Severity, Verdict, check

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.STATIC, needs=[Configuration])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    return BODY
'''


def plug(integration: Complete, body: str) -> Path:
    folder = integration.stage.folder / "ops" / "acme"
    folder.mkdir(parents=True)
    (folder / "rule.py").write_text(CHECK.replace("BODY", body))
    integration.stage.config["plugins"] = ["ops"]
    return integration.stage.write()


def fault(integration: Complete, kind: dict[str, Any], path: str = "/v2/*") -> None:
    rule = {"match": {"path": path}, "fault": kind}
    integration.stage.emulator.core.faults.add(FaultRule.model_validate(rule))


def test_0_ready(integration: Complete) -> None:
    told = call("run", integration.stage.path, *LIVE)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "READY" in told.stdout


def test_1_not_ready(integration: Complete) -> None:
    fault(integration, {"kind": "status", "status": 401}, "/v2/settings/*")
    told = call("run", integration.stage.path, *LIVE)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "NOT READY" in told.stdout


def test_3_incomplete(integration: Complete) -> None:
    fault(integration, {"kind": "html"})
    told = call("run", integration.stage.path, *LIVE)
    assert told.returncode == 3, told.stdout + told.stderr
    assert "INCOMPLETE" in told.stdout


def test_1_outweighs_3(integration: Complete) -> None:
    fault(integration, {"kind": "html"}, "/v2/settings/*")
    path = plug(integration, "Verdict.failed('seen otherwise')")
    assert call("run", path, *LIVE, "--only", "acme").returncode == 1


@pytest.mark.parametrize("command", ["run", "plan", "drill"])
def test_2_config_wrong(command: str, integration: Complete) -> None:
    integration.stage.config["environmnts"] = {}
    told = call(command, integration.stage.write())
    assert (told.returncode, told.stdout) == (2, "")
    assert "environmnts" in told.stderr
    assert "Traceback" not in told.stderr
    assert len(integration.stage.emulator.core.journal) == 0


@pytest.mark.parametrize("command", ["run", "plan", "judge", "report", "drill"])
def test_2_no_such_file(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([command, str(tmp_path / "nowhere")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "nowhere" in captured.err


@pytest.mark.parametrize(
    "options",
    [
        ["--only", "tokn-refresh"],
        ["--skip", "token-refresh/nothing"],
        ["-o", "json=nowhere/at/all.json"],
        ["-o", "json=a.json", "-o", "md=a.json"],
        ["-o", "json=a.json", "-o", "md=./a.json"],
        ["-o", "json=a.json", "--save-evidence", "a.json"],
        ["-o", "json=-", "-o", "md=-"],
        ["-o", "json=src"],
        ["--save-evidence", "nowhere/evidence.json"],
    ],
    ids=" ".join,
)
def test_2_before_anything_is_sent(
    options: list[str], integration: Complete, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(integration.stage.folder)
    assert run_command(["run", "readiness.yaml", *LIVE, *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Error: ")
    assert len(integration.stage.emulator.core.journal) == 0
    assert not Path("a.json").exists()


def test_2_a_secret_too_short_to_be_guarded(integration: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_LIVE_SECRET", "s3cret!")
    told = call("run", integration.stage.path, *LIVE)
    assert (told.returncode, told.stdout) == (2, "")
    assert "production client_secret" in told.stderr
    assert "s3cret!" not in told.stderr


def test_70_a_leak_withholds_everything(integration: Complete) -> None:
    path = plug(integration, "Verdict.failed('it is ' + os.environ['AURORA_LIVE_SECRET'])")
    folder = integration.stage.folder
    outputs = ["-o", f"json={folder / 'r.json'}", "-o", f"html={folder / 'r.html'}", "-o", "md=-"]
    told = call("run", path, *LIVE, "--only", "acme", *outputs, "--save-evidence", folder / "e.json")
    assert told.returncode == 70
    assert told.stdout == ""
    assert "production client_secret" in told.stderr
    assert integration.variables["AURORA_LIVE_SECRET"] not in told.stderr
    assert not [name for name in ("r.json", "r.html", "e.json") if (folder / name).exists()]


def test_70_our_own_fault_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, integration: Complete, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(integration.variables["AURORA_LIVE_SECRET"])

    monkeypatch.setattr("readiness.audit.make_plan", broken)
    assert run_command(["run", str(integration.stage.path), *LIVE]) == 70
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "readiness itself failed (KeyError at" in captured.err
    assert integration.variables["AURORA_LIVE_SECRET"] not in captured.err


@pytest.mark.parametrize("error", [SystemExit(0), SystemExit(None), GeneratorExit(), MemoryError()])
def test_70_whatever_ends_the_process_is_no_verdict(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("readiness.registry.load", broken)
    assert run_command(["checks"]) == 70


DISPLAYS = [
    combination
    for size in range(3)
    for combination in itertools.combinations(["-q", "-v", "--no-color", "-omd=-"], size)
]


@pytest.mark.parametrize("kind", [None, {"kind": "status", "status": 401}, {"kind": "html"}], ids=["0", "1", "3"])
def test_the_display_changes_no_exit_code(
    kind: dict[str, Any] | None,
    integration: Complete,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if kind:
        fault(integration, kind, "/v2/settings/*")
    expected = {None: 0, "status": 1, "html": 3}[kind["kind"] if kind else None]
    evidence = integration.stage.folder / "evidence.json"
    assert run_command(["run", str(integration.stage.path), *LIVE, "-q", "--save-evidence", str(evidence)]) == expected
    codes = {display: run_command(["judge", str(evidence), *display]) for display in DISPLAYS}
    monkeypatch.setenv("NO_COLOR", "1")
    codes["NO_COLOR",] = run_command(["judge", str(evidence)])
    assert set(codes.values()) == {expected}, codes
    result = integration.stage.folder / "result.json"
    assert run_command(["judge", str(evidence), "-o", f"json={result}"]) == expected
    assert run_command(["report", str(result), "-q"]) == expected
    capsys.readouterr()
    assert json.loads(result.read_text())["run"]["interrupted"] is False


def test_the_gate_may_be_set_from_the_command_line(integration: Complete) -> None:
    """`refresh-margin` is minor: it blocks only where minor failures do."""
    integration.stage.config["http_policy"]["refresh_margin"] = "1s"
    path = str(integration.stage.write())
    assert run_command(["run", path, *LIVE, "-q"]) == 0
    assert run_command(["run", path, *LIVE, "-q", "--fail-on", "minor"]) == 1
    assert run_command(["run", path, *LIVE, "-q", "--fail-on", "blocker"]) == 0
