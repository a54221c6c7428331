"""`run`, `judge`, `report`: what they write, where, and that it is the same each time."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from readiness.cli import CLOSED_PIPE, run_command
from readiness.emulator.core.faults import FaultRule
from readiness.report import FORMATS
from readiness.schema import schema_of
from tests.cli.conftest import LIVE, read
from tests.cli.tool import call
from tests.complete import Complete


def stdout_of(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert run_command([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def test_without_outputs_a_summary_goes_to_the_terminal(integration: Complete) -> None:
    told = call("run", integration.stage.path, *LIVE)
    assert told.stdout.startswith("READY: Acme Checkout")
    assert "token-use (sandbox): started" in told.stderr
    assert "\x1b" not in told.stdout + told.stderr


def test_outputs_are_written_whole_private_and_named(integration: Complete, capsys: pytest.CaptureFixture[str]) -> None:
    folder = integration.stage.folder
    places = {kind: folder / f"report.{kind}" for kind in FORMATS}
    outputs = [word for kind, path in places.items() for word in ("-o", f"{kind}={path}")]
    evidence = folder / "evidence.json"
    assert run_command(["run", str(integration.stage.path), *LIVE, *outputs, "--save-evidence", str(evidence)]) == 0
    captured = capsys.readouterr()
    for path in (*places.values(), evidence):
        assert path.stat().st_size > 500
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert f"Written: {path}" in captured.out.replace("\n", "")
    assert not list(folder.glob(".*.tmp"))


@pytest.mark.parametrize("kind", FORMATS)
def test_standard_output_holds_the_report_alone(kind: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["judge", str(files / "evidence.json"), "-o", f"{kind}=-", "-v"]) == 0
    captured = capsys.readouterr()
    path = files / f"again.{kind}"
    assert run_command(["judge", str(files / "evidence.json"), "-o", f"{kind}={path}", "-q"]) == 0
    assert captured.out == path.read_text(encoding="utf-8")
    assert "READY" in captured.err, "the summary gives way to standard error"


def test_quiet_says_nothing_that_was_not_asked_for(integration: Complete) -> None:
    path = integration.stage.folder / "r.json"
    told = call("run", integration.stage.path, *LIVE, "-q", "-o", f"json={path}")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    alone = call("run", integration.stage.path, *LIVE, "-q")
    assert alone.stdout == "READY: Acme Checkout\n"
    assert alone.stderr == ""


def test_judging_saved_evidence_gives_the_result_of_the_run(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = (files / "result.json").read_text()
    for _ in range(2):
        assert stdout_of(capsys, "judge", files / "evidence.json", "-q", "-o", "json=-") == kept


def test_judging_needs_no_network_no_secret_and_no_config(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr("socket.socket.connect", refused)
    monkeypatch.setattr("socket.getaddrinfo", refused)
    monkeypatch.chdir(tmp_path)
    assert stdout_of(capsys, "judge", files / "evidence.json", "-q", "-o", "json=-")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_result_is_rendered_again_to_the_same_bytes(
    kind: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = stdout_of(capsys, "judge", files / "evidence.json", "-q", "-o", f"{kind}=-")
    again = stdout_of(capsys, "report", files / "result.json", "-q", "-o", f"{kind}=-")
    assert again == first


def validated(kind: str, data: Any) -> None:
    schema = schema_of(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(data)


def test_what_is_written_follows_the_published_schemas(files: Path) -> None:
    validated("result", read(files / "result.json"))
    validated("evidence", read(files / "evidence.json"))


def test_what_goes_wrong_follows_them_too(integration: Complete) -> None:
    folder = integration.stage.folder
    integration.stage.emulator.core.faults.add(FaultRule.model_validate({"fault": {"kind": "html"}}))
    outputs = ["-o", f"json={folder / 'r.json'}", "--save-evidence", str(folder / "e.json")]
    assert run_command(["run", str(integration.stage.path), "-q", *outputs]) in {1, 3}
    validated("result", read(folder / "r.json"))
    validated("evidence", read(folder / "e.json"))


@pytest.mark.parametrize("kind", ["config", "result", "evidence"])
def test_the_schema_command_prints_the_schema(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(stdout_of(capsys, "schema", kind))
    assert schema == schema_of(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_of_a_config_is_the_default(capsys: pytest.CaptureFixture[str], integration: Complete) -> None:
    schema = json.loads(stdout_of(capsys, "schema"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(integration.stage.config)))


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("judge", b""),
        ("judge", b"{}"),
        ("judge", b"\xff"),
        ("judge", b"[" * 100_000),
        ("judge", b'{"format": "readiness-evidence/1"}'),
        ("report", b""),
        ("report", b"{}"),
        ("report", b"\xff"),
        ("report", b"[" * 100_000),
        ("report", b'{"format": "readiness-result/1"}'),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_file_that_is_none_of_ours(
    command: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.json").write_bytes(content)
    assert run_command([command, str(tmp_path / "file.json")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err) < 1000


def test_evidence_and_results_are_not_taken_for_each_other(files: Path) -> None:
    assert run_command(["judge", str(files / "result.json")]) == 2
    assert run_command(["report", str(files / "evidence.json")]) == 2


def test_judging_with_plugins_that_are_gone_is_incomplete(files: Path, tmp_path: Path) -> None:
    evidence = read(files / "evidence.json")
    evidence["plugins"] = [{"name": "ops", "version": None, "error": None}]
    (tmp_path / "e.json").write_text(json.dumps(evidence))
    assert run_command(["judge", str(tmp_path / "e.json"), "-q"]) == 3


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["checks"], {0, CLOSED_PIPE}),
        (["schema", "config"], {0, CLOSED_PIPE}),
        (["explain", "token-refresh/token-issued"], {0, CLOSED_PIPE}),
        (["report", "result.json", "-v"], {0}),
        (["report", "result.json", "-o", "json=-"], {0}),
        (["report", "result.json", "-o", "html=-", "-o", "json=kept.json"], {0}),
        (["judge", "evidence.json", "-o", "json=-"], {0}),
    ],
    ids=str,
)
def test_a_closed_pipe_is_no_fault(arguments: list[str], codes: set[int], files: Path) -> None:
    """As in `readiness checks | head -1`: the reader is gone before anything is written."""
    reader = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    reader.wait()
    assert reader.stdin is not None
    command = [sys.executable, "-m", "readiness", *arguments]
    told = subprocess.run(command, stdout=reader.stdin, stderr=subprocess.PIPE, cwd=files, text=True, check=False)
    reader.stdin.close()
    assert told.returncode in codes
    assert "Traceback" not in told.stderr
    assert "BrokenPipe" not in told.stderr
    assert "json=kept.json" not in arguments or read(files / "kept.json")["verdict"] == "ready"


def test_a_closed_pipe_does_not_end_a_run(integration: Complete) -> None:
    """As in `readiness run 2>&1 | head -1`: progress has nobody to go to, and the result is still kept."""
    reader = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    reader.wait()
    assert reader.stdin is not None
    path = integration.stage.folder / "r.json"
    command = [sys.executable, "-m", "readiness", "run", str(integration.stage.path), *LIVE, "-o", f"json={path}"]
    told = subprocess.run(command, stdout=reader.stdin, stderr=reader.stdin, check=False)
    reader.stdin.close()
    assert told.returncode == 0
    assert read(path)["verdict"] == "ready"


@pytest.mark.parametrize("command", ["run", "judge", "report"])
def test_no_output_overwrites_what_is_read(command: str, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("mine")
    told = call(command, str(tmp_path / "in"), "-o", f"json={tmp_path}/./in")
    assert told.returncode == 2
    assert "would overwrite" in told.stderr
    assert (tmp_path / "in").read_text() == "mine"


def test_closed_standard_streams_are_no_fault(integration: Complete) -> None:
    command = [sys.executable, "-m", "readiness", "run", str(integration.stage.path), *LIVE]
    assert subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *command], check=False).returncode == 0


def test_what_plugins_print_goes_nowhere(integration: Complete) -> None:
    folder = integration.stage.folder / "ops"
    (folder / "acme").mkdir(parents=True)
    loud = (
        "import os, subprocess, sys; print('LOUD'); print('LOUD', file=sys.stderr); sys.__stdout__.write('LOUD'); "
        "os.write(1, b'LOUD'); os.write(2, b'LOUD'); subprocess.run(['sh', '-c', 'echo LOUD; echo LOUD >&2'])"
    )
    (folder / "acme" / "rule.py").write_text(
        f"{loud}\nfrom readiness.api import Configuration, Kind, Severity, Verdict, check\n"
        "@check(title='T', failing_title='F', severity=Severity.MAJOR, kind=Kind.STATIC, needs=[Configuration])\n"
        "def rule(evidence):\n"
        '    """Why it matters: a\n    How it is judged: b\n    How to fix: c\n    When it is unknown: d"""\n'
        f"    {loud}\n    return Verdict.passed('seen')\n"
    )
    integration.stage.config["plugins"] = ["ops"]
    config, evidence = integration.stage.write(), integration.stage.folder / "e.json"
    for arguments in (
        ["run", str(config), "--only", "acme", "-v", "--save-evidence", str(evidence)],
        ["judge", str(evidence), "--plugin", str(folder), "-o", "json=-"],
        ["plan", str(config)],
        ["checks", "--plugin", str(folder)],
        ["explain", "acme/rule", "--plugin", str(folder)],
    ):
        told = call(*arguments)
        assert told.returncode == 0, told.stderr
        assert "LOUD" not in told.stdout + told.stderr
        assert told.stdout


def test_a_run_is_deterministic_but_for_its_moment(integration: Complete, capsys: pytest.CaptureFixture[str]) -> None:
    def stable(text: str) -> Any:
        data = json.loads(text)
        rows = [
            {key: row[key] for key in ("id", "environment", "status", "severity", "because")} for row in data["results"]
        ]
        return list(data), rows, data["counts"], data["not_checked"]

    static = ("--only", "environment-separation/distinct-credentials", "--only", "transport/https-only")
    run: tuple[str | Path, ...] = ("run", integration.stage.path, *LIVE, *static, "-q", "-o", "json=-")
    assert stable(stdout_of(capsys, *run)) == stable(stdout_of(capsys, *run))


@pytest.mark.parametrize("command", ["checks", "schema", "plan"])
def test_a_full_disk_is_told(command: str, integration: Complete) -> None:
    arguments = {"schema": ["config"], "plan": [str(integration.stage.path)]}.get(command, [])
    with Path("/dev/full").open("wb") as full:
        told = subprocess.run(
            [sys.executable, "-m", "readiness", command, *arguments], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert told.returncode == 2
    assert b"no space left" in told.stderr


def test_what_nobody_can_be_told_is_no_verdict(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "readiness", "run", str(tmp_path / "no.yaml")]
        assert subprocess.run(command, stderr=full, stdout=full, check=False).returncode == 2


@pytest.mark.parametrize(
    ("word", "meant"),
    [("key-storge/*", "`key-storage/*`"), ("token-refresh/token-isued", "`token-refresh/token-issued`")],
)
def test_a_check_that_is_spelled_wrongly_is_guessed(word: str, meant: str, integration: Complete) -> None:
    told = call("plan", str(integration.stage.path), "--only", word)
    assert told.returncode == 2
    assert f"Did you mean {meant}" in told.stderr


def test_a_secret_in_the_name_of_the_integration_is_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "q7Jx9Zp2mKd9VtR4bWn8HsLc5YfG3Tg0"
    monkeypatch.setenv("SHOP_SECRET", secret)
    environment = "{preset: aurora, client_id: shop, client_secret: {env: SHOP_SECRET}}"
    (tmp_path / "readiness.yaml").write_text(
        f"version: 1\nintegration: {{name: Shop {secret}, kind: merchant, contact: '{secret}@example.com'}}\n"
        f"environments: {{sandbox: {environment}}}\n"
    )
    only = ("--only", "key-storage/secret-is-a-reference")
    assert run_command(["run", str(tmp_path / "readiness.yaml"), *only, "-o", "json=-"]) == 0
    out = capsys.readouterr().out
    assert secret not in out
    assert "Shop " in out
