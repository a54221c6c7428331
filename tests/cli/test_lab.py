"""`readiness lab` on the test shop, in this process and as a process that is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.cli import run_command
from readiness.lab.process import MARKER
from readiness.lab.supervisor import parents
from tests.lab.conftest import shop

INTEGRATION = {"name": "Shop", "kind": "merchant", "contact": "jo@shop.example"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path, application=shop(), permissions=["run-application"])


def write(folder: Path, **more: Any) -> Path:
    path = folder / "readiness.yaml"
    environments = {"sandbox": {"preset": "emulator"}}
    path.write_text(yaml.safe_dump({"version": 1, "integration": INTEGRATION, "environments": environments, **more}))
    return path


def test_a_scenario_is_shown_with_its_time_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["lab", str(config), "--scenario", "declines", "--trace", "--no-color"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[:2]] == ["baseline", "declines"]
    assert "Expected: Each is reported as not paid." in out
    assert "[the application is ready]" in out
    assert "the caller of `charge` got HTTP 402" in out
    assert "POST /v2/transactions → 200" in out


def test_traces_are_recorded_privately(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "seen"
    assert run_command(["lab", str(config), "--scenario", "declines", "--record", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["baseline.txt", "behaviour.json", "declines.txt"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    behaviour = json.loads((folder / "behaviour.json").read_text())
    assert behaviour["scenarios"]["declines"]["type"] == "trace"
    assert "Expected" not in capsys.readouterr().out


def test_a_healthy_run_that_fails_is_incomplete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = shop(start={"command": ["{python}", "-c", "raise SystemExit(4)"]})
    path = write(tmp_path, application=broken, permissions=["run-application"])
    assert run_command(["lab", str(path), "--scenario", "declines"]) == 3
    assert "ended with code 4 before it was ready" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "arguments", "sentence"),
    [
        ({}, (), "has no `application`"),
        ({"application": shop()}, (), "needs the permission `run-application`"),
        ({"application": shop()}, ("--allow", "run-application", "--scenario", "x"), "There is no scenario `x`"),
    ],
)
def test_what_cannot_be_run_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: dict[str, Any], arguments: tuple[str, ...], sentence: str
) -> None:
    assert run_command(["lab", str(write(tmp_path, **more)), *arguments]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("keep", [True, False])
def test_an_interruption_ends_everything(config: Path, number: signal.Signals, keep: bool) -> None:
    arguments = ["--keep"] if keep else ["--scenario", "expiry"]
    lab = subprocess.Popen(
        [sys.executable, "-m", "readiness", "lab", str(config), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert lab.stdout
    first = lab.stdout.readline()
    assert first.startswith("The application has done its work" if keep else "baseline")
    until = time.monotonic() + 10
    while not children(lab.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert children(lab.pid)
    lab.send_signal(number)
    out, err = lab.communicate(timeout=30)
    assert lab.returncode == 130, err
    assert "everything that was started has been ended" in out
    assert children(lab.pid) == []


def children(lab: int) -> list[int]:
    """Processes that bear the mark of that process's lab."""
    sign = f"{MARKER}={lab}-".encode()
    found = []
    for process in parents():
        try:
            if sign in Path(f"/proc/{process}/environ").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found
