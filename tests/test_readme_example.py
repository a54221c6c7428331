"""The check in the README, put where the README puts it and run by the real command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import run_command
from readiness.layout import data_folder

README = (Path(__file__).parent.parent / "README.md").read_text()
CHECK_ID = "acme/webhook-is-declared"
RECEIVERS = {"sandbox": None, "production": "https://127.0.0.1:1/aurora/webhooks"}


@pytest.fixture
def example() -> str:
    (text,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    return str(text)


@pytest.fixture
def config(tmp_path: Path, example: str) -> Path:
    """The demo with the plug-in of the README, and a receiver for production only."""
    (place,) = re.findall(r"`(ops/checks/\S+\.py)`", README)
    (plugins,) = re.findall(r"^plugins: .*$", README, re.MULTILINE)
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text(example)
    demo = (data_folder("sample_configs") / "demo.yaml").read_text().replace("path: shop", "path: .")
    demo = demo.replace("  production:\n", f"  production:\n    webhook_url: {RECEIVERS['production']}\n")
    path = tmp_path / "readiness.yaml"
    path.write_text(f"{demo}\n{plugins}\n")
    return path


def test_the_example_runs(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result = tmp_path / "result.json"
    code = run_command(["run", str(config), "-q", "--only", "acme", "--fail-on", "minor", "-o", f"json={result}"])
    told = json.loads(result.read_text())
    by_environment: dict[str, dict[str, Any]] = {row["environment"]: row for row in told["results"]}
    assert code == 1
    assert {row["id"] for row in told["results"]} == {CHECK_ID}
    assert by_environment["production"]["status"] == "passed"
    assert by_environment["sandbox"]["status"] == "failed"
    assert by_environment["sandbox"]["findings"][0]["location"]["line"]
    assert [plugin["name"] for plugin in told["plugins"]] == ["checks"]
    assert f"`{CHECK_ID}`" in README


def test_the_example_is_well_typed_and_clean(config: Path, example: str) -> None:
    root = Path(__file__).parent.parent
    file = next(config.parent.glob("ops/checks/*/*.py"))
    assert file.read_text() == example
    ruff = [sys.executable, "-m", "ruff"]
    options = [
        "--config",
        str(root / "pyproject.toml"),
        "--no-cache",
        "--stdin-filename",
        "checks/acme/example.py",
        "-",
    ]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff, *command, *options], input=example, capture_output=True, text=True, cwd=root, check=False
        )
        assert done.returncode == 0, done.stdout
