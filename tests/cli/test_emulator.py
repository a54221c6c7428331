from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

COMMAND = [sys.executable, "-c", "from readiness.cli import main; main()", "emulator"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_announces_serves_and_leaves_silently(tmp_path: Path, number: signal.Signals) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("company_name: From File\n")
    process = subprocess.Popen(
        [*COMMAND, "--tls", "--settings", str(settings)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        announcement = json.loads(process.stdout.readline())
        answer = httpx.get(f"{announcement['control_url']}/settings", trust_env=False, timeout=10)
        assert answer.json()["company_name"] == "From File"
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "", "")
    assert not Path(announcement["ca_file"]).parent.exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--settings", "none.yaml"], "cannot be read"),
        (["--settings", "/"], "cannot be read"),
        (["--port", "99999"], "99999"),
    ],
)
def test_usage_errors(arguments: list[str], text: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
    assert "Traceback" not in done.stderr
