"""A drill that is killed, or interrupted, at each of its steps: the key is always found again, or gone already."""

from __future__ import annotations

import signal
import subprocess
from typing import Any, NamedTuple

import pytest

from readiness.cli import run_command
from tests.cli.tool import by_reference, start
from tests.stage import Stage

KEYS, CONFIG = "/v2/api-keys", "/v2/settings/payment-config"


class Step(NamedTuple):
    """A request of the drill that hangs, before or after it took effect; what is there while it does."""

    match: dict[str, Any]
    commit: bool = False
    entry: bool = True
    key: bool = True


STEPS = {
    "partner mint": Step({"host": "oauth", "nth": 1}, entry=False, key=False),
    "create, not made": Step({"method": "POST", "path": KEYS, "nth": 1}, key=False),
    "create, made": Step({"method": "POST", "path": KEYS, "nth": 1}, commit=True),
    "mint": Step({"host": "oauth", "nth": 2}),
    "read": Step({"path": CONFIG, "nth": 1}),
    "list": Step({"method": "GET", "path": KEYS, "nth": 1}),
    "delete, not deleted": Step({"method": "DELETE", "nth": 1}),
    "delete, deleted": Step({"method": "DELETE", "nth": 1}, commit=True, key=False),
    "poll of the key": Step({"host": "oauth", "nth": 3}, key=False),
    "poll of the token": Step({"path": CONFIG, "nth": 2}, key=False),
    "list after": Step({"method": "GET", "path": KEYS, "nth": 2}, key=False),
}


@pytest.fixture
def variables(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the tool needs in its environment; this process has it too, for commands that run in it."""
    variables = by_reference(stage)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stage.allow("sandbox-writes")
    stage.config["policy"]["request_timeout"] = "60s"
    return variables


def stopped_at(stage: Stage, step: Step, variables: dict[str, str], *command: str) -> subprocess.Popen[str]:
    """Start a drill, and stop the world when its request of this step has arrived."""
    stage.control.fault("hang", match=step.match, commit=step.commit)
    first, *rest = command or ("drill",)
    tool = start(first, stage.write(), *rest, variables=variables)
    stage.control.wait_for(lambda: any(entry["fault"] for entry in stage.control.journal()), seconds=60)
    assert bool(stage.entries()) == step.entry
    assert bool(stage.drill_keys()) == step.key
    return tool


def cleanup(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = run_command(["cleanup"])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


@pytest.mark.parametrize("name", STEPS)
def test_killed_at_any_step_the_cleanup_finishes_the_job(
    stage: Stage, variables: dict[str, str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    step = STEPS[name]
    tool = stopped_at(stage, step, variables)
    entries = stage.entries()
    tool.kill()
    tool.communicate(timeout=20)
    assert tool.returncode == -signal.SIGKILL
    assert stage.entries() == entries
    assert not stage.drill_keys() or entries, "a key without an entry would never be found"
    code, text = cleanup(capsys)
    assert code == 0, text
    assert stage.drill_keys() == []
    assert stage.entries() == []
    if step.entry:
        assert f"{entries[0]['key_name']}: {'removed' if step.key else 'it was gone already'}" in text
    assert cleanup(capsys) == (0, "Nothing to clean up: no drill was interrupted.\n")
    merchants = stage.emulator.core.environments
    assert all(state.keys.get(state.merchant.client_id) for state in merchants.values()), "no other key is touched"


@pytest.mark.parametrize("name", STEPS)
def test_interrupted_at_any_step_the_tool_removes_the_key_itself(
    stage: Stage, variables: dict[str, str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    if name == "list after":  # the look itself hangs, and has to end by itself
        stage.config["policy"]["request_timeout"] = "2s"
    tool = stopped_at(stage, STEPS[name], variables)
    tool.send_signal(signal.SIGINT)
    output, _ = tool.communicate(timeout=60)
    assert tool.returncode == 130, output
    assert "Traceback" not in output
    assert stage.drill_keys() == []
    # Only a creation that nobody answered may still take effect, and is to be looked at later.
    assert len(stage.entries()) == (name == "create, not made")
    assert cleanup(capsys)[0] == 0
    assert stage.entries() == []


def test_a_whole_run_is_as_safe(stage: Stage, variables: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    tool = stopped_at(stage, STEPS["create, made"], variables, "run", "--only", "deleted-key", "-o", "json=-")
    tool.send_signal(signal.SIGTERM)
    output, _ = tool.communicate(timeout=60)
    assert tool.returncode == 130
    assert '"interrupted": true' in output
    assert stage.drill_keys() == []
    assert stage.entries() == []


def test_two_interrupts_end_it_at_once_and_the_cleanup_finishes_the_job(
    stage: Stage, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tool = stopped_at(stage, STEPS["mint"], variables)
    stage.control.fault("hang", match={"path": KEYS})
    tool.send_signal(signal.SIGINT)
    stage.control.wait_for(lambda: stage.control.journal("GET", KEYS))
    tool.send_signal(signal.SIGINT)
    output, _ = tool.communicate(timeout=60)
    assert tool.returncode == 130, output
    assert "Traceback" not in output
    assert len(stage.drill_keys()) == len(stage.entries()) == 1
    stage.control.clear_faults()
    assert cleanup(capsys)[0] == 0
    assert stage.drill_keys() == []
