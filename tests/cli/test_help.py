from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

from readiness import __version__
from readiness.cli import COMMANDS, run_command
from tests.cli.tool import call

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("httpx", "pydantic", "rich", "yaml", "jinja2", "starlette", "uvicorn", "cryptography", "asyncio")


def command_of(name: str) -> click.Command:
    command: click.Command = importlib.import_module(f"readiness.cli.{name}").command
    return command


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_command_says(name: str) -> None:
    command = command_of(name)
    assert command.name == name
    assert (command.help or "").partition("\n")[0] == COMMANDS[name]


def test_every_module_of_a_command_is_listed() -> None:
    folder = importlib.import_module("readiness.cli").__path__[0]
    from pathlib import Path

    modules = {path.stem for path in Path(folder).glob("*.py")}
    commands = {name for name in modules if hasattr(importlib.import_module(f"readiness.cli.{name}"), "command")}
    assert commands == set(COMMANDS)


def test_help_lists_the_commands_and_the_exit_codes() -> None:
    for flag in ("--help", "-h"):
        told = call(flag, variables={"COLUMNS": "200"})
        assert (told.returncode, told.stderr) == (0, "")
        assert told.stdout.startswith("Usage: readiness [OPTIONS] COMMAND [ARGS]...")
        words = " ".join(told.stdout.split())
        assert "0 ready, 1 not ready, 2 usage or config wrong, 3 incomplete, 70 our own fault, 130" in words
        for name, line in COMMANDS.items():
            assert f"{name} " in told.stdout
            assert line.split(".")[0][:40] in told.stdout


def test_the_version() -> None:
    told = call("--version")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"readiness, version {__version__}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: readiness {name}")
    for parameter in command_of(name).params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


def heavy_ones(arguments: list[str], names: Iterable[str] = HEAVY) -> str:
    """Which of these packages a command imports."""
    code = f"""
import sys
from collections.abc import Iterable
from pathlib import Path
sys.argv = ["readiness", *{arguments!r}]
from readiness.cli import run_command
assert run_command({arguments!r}) == 0
print([name for name in {tuple(names)!r} if name in sys.modules], file=sys.stderr)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return told.stderr.strip()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], *([name, "--help"] for name in COMMANDS)], ids=str)
def test_words_about_the_tool_import_nothing_heavy(arguments: list[str]) -> None:
    assert heavy_ones(arguments) == "[]"


@pytest.mark.parametrize(
    "arguments", [["checks"], ["explain", "key-storage/key-age"], ["plan", "sample_configs/merchant.yaml"]], ids=str
)
def test_what_sends_nothing_imports_nothing_that_could(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert heavy_ones(arguments, ["httpx", "starlette", "uvicorn", "cryptography", "jinja2", "hyperscan"]) == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["run"],
        ["run", "x.yaml", "--no-such-option"],
        ["run", "x.yaml", "-o", "pdf=x"],
        ["run", "x.yaml", "-o", "html="],
        ["run", "x.yaml", "-o", "html"],
        ["run", "x.yaml", "--environment", "staging"],
        ["run", "x.yaml", "--allow", "everything"],
        ["run", "x.yaml", "--deadline", "0"],
        ["run", "x.yaml", "--fail-on", "never"],
        ["run", "."],
        ["schema", "everything"],
        ["drill"],
        ["report"],
    ],
    ids=str,
)
def test_a_wrong_command_line_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error" in captured.err
    assert "Traceback" not in captured.err


def test_a_run_loads_the_http_library_with_its_first_request() -> None:
    code = "import readiness.cli.run, readiness.audit, sys; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
