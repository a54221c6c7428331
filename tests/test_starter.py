from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from readiness.cli.init import command
from readiness.config.loader import load_config
from readiness.errors import UsageError
from readiness.model import Environment
from readiness.starter import discover


def test_names_and_hosts_are_found_but_no_values(tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(
        'KEY = os.environ["FLUTE_SANDBOX_CLIENT_SECRET"]\nLIVE = os.environ["FLUTE_CLIENT_SECRET"]\n'
        'URL = "https://sandbox.api.flute.com/v2"\n'
    )
    (tmp_path / ".env.local").write_text("FLUTE_CLIENT_ID=0f3c\n")
    found = discover(tmp_path)
    assert found.variables == ("FLUTE_CLIENT_ID", "FLUTE_CLIENT_SECRET", "FLUTE_SANDBOX_CLIENT_SECRET")
    assert found.variable(Environment.SANDBOX, "CLIENT_SECRET") == "FLUTE_SANDBOX_CLIENT_SECRET"
    assert found.variable(Environment.PRODUCTION, "CLIENT_SECRET") == "FLUTE_CLIENT_SECRET"
    assert found.hosts == {Environment.SANDBOX: ("sandbox.api.flute.com",), Environment.PRODUCTION: ()}
    assert found.dotenv == (".env.local",)


def test_the_starter_loads_and_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / 'a "shop": #1'
    folder.mkdir()
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(command)
    assert result.exit_code == 0, result.output
    assert load_config("readiness.yaml").integration.name == 'a "shop": #1'
    again = CliRunner().invoke(command)
    assert isinstance(again.exception, UsageError)


def test_an_earlier_config_is_no_place_to_find_variables_in(tmp_path: Path) -> None:
    (tmp_path / "readiness.yaml").write_text("client_secret: env:FLUTE_OLD_CLIENT_SECRET\n")
    assert discover(tmp_path).variables == ()


def test_the_starter_goes_to_standard_output_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, ["--output", "-"])
    assert result.exit_code == 0, result.output
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "made.yaml").write_text(result.stdout)
    assert load_config("made.yaml").integration.name == tmp_path.name


def test_what_is_built_and_logged_is_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dist/app.js", "logs/app.log", "log/readme.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("fine")
    found = discover(tmp_path)
    assert (found.artifacts, found.logs) == (("dist/**",), ("logs/*.log",))
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(command).exit_code == 0
    config = load_config("readiness.yaml")
    assert (config.artifacts, config.logs) == (("dist/**",), ("logs/*.log",))
