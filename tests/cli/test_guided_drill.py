"""The guided drill through a pseudo-terminal, and what later runs make of the evidence that it saves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from readiness.cli import run_command
from readiness.cli.guided import _reference
from readiness.errors import UsageError
from readiness.evidence import EvidenceSet
from readiness.facts import Clock, KeyDrill
from tests.cli.terminal import Terminal, terminal
from tests.cli.tool import by_reference
from tests.stage import Stage

MINTED, TOKEN_DIED = "deleted-key/mint-refused-after-deletion", "deleted-key/token-dies-with-key"
THROWAWAY = "READINESS_TEST_THROWAWAY_SECRET"
PROMPT = "Press Enter when the portal says that it is deleted"


class Guided:
    """A guided drill of a throw-away key of the sandbox's portal."""

    def __init__(self, stage: Stage, variables: dict[str, str]) -> None:
        self.stage = stage
        del stage.settings()["partner"]
        stage.config["policy"]["drill_watch"] = "2s"
        key = stage.control.create_key(name="throw-away")
        self.client_id: str = key["client_id"]
        self.secret: str = key["client_secret"]
        self.variables = {**variables, THROWAWAY: self.secret}
        self.saved = stage.folder / "drill.json"
        self.result = stage.folder / "result.json"

    def start(self) -> AbstractContextManager[Terminal]:
        outputs = ("-o", f"json={self.result}", "--save-evidence", str(self.saved))
        key = ("--client-id", self.client_id, "--secret-from", f"env:{THROWAWAY}")
        return terminal("drill", self.stage.write(), "--guided", *key, *outputs, variables=self.variables)

    def statuses(self) -> dict[str, str]:
        results = json.loads(self.result.read_text(encoding="utf-8"))["results"]
        return {each["id"]: each["status"] for each in results}

    def clocks(self) -> tuple[Clock, Clock]:
        evidence = EvidenceSet.model_validate_json(self.saved.read_text(encoding="utf-8"))
        item = evidence.item("key-drill", None)
        assert item is not None
        drill = KeyDrill.model_validate(item.data)
        assert drill.way == "guided"
        assert isinstance(drill.mint_clock, Clock)
        assert isinstance(drill.token_clock, Clock)
        return drill.mint_clock, drill.token_clock


@pytest.fixture
def guided(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guided]:
    guided = Guided(stage, by_reference(stage))
    for name, value in guided.variables.items():
        monkeypatch.setenv(name, value)
    yield guided
    for path in (guided.saved, guided.result):
        assert not path.exists() or guided.secret not in path.read_text(encoding="utf-8")


def polls(stage: Stage) -> int:
    return len(stage.control.journal("GET", "/v2/settings"))


def refusals(stage: Stage) -> int:
    return sum(entry["status"] == 401 for entry in stage.control.journal("POST"))


@pytest.mark.parametrize(("mint_lag", "token_lag"), [(0.0, 0.0), (1.5, 0.3)])
def test_both_clocks_hold_the_truth(guided: Guided, mint_lag: float, token_lag: float) -> None:
    guided.stage.control.settings(mint_lag=mint_lag, token_lag=token_lag)
    with guided.start() as tool:
        tool.read_until(PROMPT)
        assert guided.client_id in tool.shown
        before = polls(guided.stage)
        guided.stage.control.wait_for(lambda: polls(guided.stage) >= before + 2)  # it watches while it waits
        guided.stage.control.delete_key(guided.client_id)
        tool.type("\n")
        assert tool.end() == 0, tool.shown
    assert guided.statuses()[MINTED] == guided.statuses()[TOKEN_DIED] == "passed"
    for clock, lag in zip(guided.clocks(), (mint_lag, token_lag), strict=True):
        assert clock.first_refused is not None
        assert clock.last_accepted <= lag <= clock.first_refused
        assert clock.accepted >= 2
    assert not guided.stage.control.journal("POST", "/v2/api-keys"), "it makes no key"
    assert not guided.stage.control.journal("DELETE"), "it deletes none"
    assert guided.secret not in tool.shown


def test_the_refusal_may_come_before_the_answer(guided: Guided) -> None:
    with guided.start() as tool:
        tool.read_until(PROMPT)
        guided.stage.control.delete_key(guided.client_id)
        guided.stage.control.wait_for(lambda: refusals(guided.stage) >= 2)
        tool.type("\n")
        assert tool.end() == 0, tool.shown
    for clock in guided.clocks():
        assert clock.last_accepted == 0.0
        assert clock.first_refused is not None


def test_confirming_without_deleting_fails(guided: Guided) -> None:
    with guided.start() as tool:
        tool.read_until(PROMPT)
        tool.type("\n")
        assert tool.end() == 1, tool.shown
    assert guided.statuses()[MINTED] == guided.statuses()[TOKEN_DIED] == "failed"
    for clock in guided.clocks():
        assert clock.first_refused is None
        assert clock.watched >= 2


def test_ctrl_c_while_waiting_ends_in_good_order(guided: Guided) -> None:
    with guided.start() as tool:
        tool.read_until(PROMPT)
        tool.type("\x03")
        assert tool.end() == 130, tool.shown
    assert "Traceback" not in tool.shown
    assert "Fatal" not in tool.shown
    assert set(guided.statuses().values()) == {"unknown"}
    assert json.loads(guided.result.read_text(encoding="utf-8"))["run"]["interrupted"] is True


def test_the_end_of_input_is_no_confirmation(guided: Guided) -> None:
    with guided.start() as tool:
        tool.read_until(PROMPT)
        tool.type("\x04")
        assert tool.end() == 3, tool.shown
    assert set(guided.statuses().values()) == {"unknown"}


def test_what_is_left_out_is_asked_for(guided: Guided) -> None:
    with terminal("drill", guided.stage.write(), "--guided", "-q", variables=guided.variables) as tool:
        tool.read_until("Its client id")
        tool.type(f"{guided.client_id}\n")
        tool.read_until("Where its secret is kept")
        tool.type(f"env:{THROWAWAY}\n")
        tool.read_until(PROMPT)
        guided.stage.control.delete_key(guided.client_id)
        tool.type("\n")
        assert tool.end() == 0, tool.shown


@pytest.mark.parametrize("given", ["hunter2hunter2", "env:", "literal:hunter2hunter2"])
def test_a_secret_itself_is_not_taken(guided: Guided, given: str) -> None:
    arguments = ("--guided", "--client-id", "x", "--secret-from", given)
    with terminal("drill", guided.stage.write(), *arguments, variables=guided.variables) as tool:
        assert tool.end() == 2
    assert "by reference" in tool.shown
    assert "hunter2" not in tool.shown


def test_a_command_with_an_open_quotation_is_told() -> None:
    with pytest.raises(UsageError, match="quotation mark"):
        _reference("command:pass show 'aurora")


@pytest.mark.parametrize("trouble", ["unset", "wrong", "dead"])
def test_a_key_that_does_not_work_is_unknown_and_asks_nothing(guided: Guided, trouble: str) -> None:
    if trouble == "dead":
        guided.stage.control.delete_key(guided.client_id)
    else:
        guided.variables[THROWAWAY] = {"unset": "", "wrong": "some other secret"}[trouble]
    with guided.start() as tool:
        assert tool.end() == 3, tool.shown
    assert PROMPT not in tool.shown
    assert set(guided.statuses().values()) == {"unknown"}


def test_without_a_terminal_it_is_refused_with_a_hint(guided: Guided, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["drill", str(guided.stage.write()), "--guided"]) == 2
    error = capsys.readouterr().err
    assert "needs a terminal" in error
    assert "--save-evidence" in error
    assert "evidence:" in error
    assert guided.stage.control.journal() == []


Edit = Callable[[dict[str, Any]], None]


class Saved:
    """A run that names the evidence of a guided drill."""

    def __init__(self, guided: Guided) -> None:
        self._guided = guided
        guided.stage.config["evidence"] = ["drill.json"]

    def edit(self, change: Edit) -> None:
        data = json.loads(self._guided.saved.read_text(encoding="utf-8"))
        change(data)
        self._guided.saved.write_text(json.dumps(data), encoding="utf-8")

    def run(self) -> dict[str, Any]:
        path = str(self._guided.stage.write())
        code = run_command(["run", path, "-q", "--only", "deleted-key", "-o", f"json={self._guided.result}"])
        result: dict[str, Any] = json.loads(self._guided.result.read_text(encoding="utf-8"))
        assert code == {"ready": 0, "not_ready": 1, "incomplete": 3}[result["verdict"]]
        return result


def item(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in data["items"] if each["kind"] == "key-drill")
    return found


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Guided, str]]:
    """One guided drill, recorded once; its emulator goes on."""
    from readiness.emulator import EmbeddedEmulator

    with EmbeddedEmulator() as emulator:
        stage = Stage(emulator, tmp_path_factory.mktemp("guided"))
        guided = Guided(stage, by_reference(stage))
        with guided.start() as tool:
            tool.read_until(PROMPT)
            stage.control.delete_key(guided.client_id)
            tool.type("\n")
            assert tool.end() == 0, tool.shown
        yield guided, guided.saved.read_text(encoding="utf-8")


@pytest.fixture
def saved(recorded: tuple[Guided, str], monkeypatch: pytest.MonkeyPatch) -> Saved:
    guided, text = recorded
    guided.saved.write_text(text, encoding="utf-8")
    for name, value in guided.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(THROWAWAY)  # a later run knows nothing of the throw-away key
    return Saved(guided)


def not_used(result: dict[str, Any]) -> list[str]:
    """Why saved evidence was not used."""
    return [each["why"] for each in result["not_checked"] if each["what"] == "key-drill in drill.json"]


def statuses(result: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["status"] for each in result["results"]}


def test_a_later_run_stands_on_the_saved_drill(saved: Saved) -> None:
    result = saved.run()
    assert statuses(result)[MINTED] == statuses(result)[TOKEN_DIED] == "passed"
    assert not_used(result) == []


def test_a_file_without_the_place_in_the_config_is_not_used(saved: Saved, recorded: tuple[Guided, str]) -> None:
    del recorded[0].stage.config["evidence"]
    assert statuses(saved.run())[MINTED] == "unknown"


@pytest.mark.parametrize(
    ("age", "used"),
    [(timedelta(days=89, hours=23), True), (timedelta(days=90, minutes=1), False), (-timedelta(hours=1), False)],
)
def test_it_keeps_ninety_days(saved: Saved, age: timedelta, used: bool) -> None:
    taken_at = (datetime.now(UTC) - age).isoformat()
    saved.edit(lambda data: item(data).update(taken_at=taken_at))
    result = saved.run()
    assert statuses(result)[MINTED] == ("passed" if used else "unknown")
    if not used:
        (why,) = not_used(result)
        assert ("keeps for 90" if age > timedelta(0) else "future") in why


@pytest.mark.parametrize("url", ["api_url", "oauth_url"])
def test_other_hosts_are_not_proved(saved: Saved, url: str) -> None:
    saved.edit(lambda data: data["environments"]["sandbox"].update({url: "https://sandbox.api.flute.com"}))
    result = saved.run()
    assert statuses(result)[MINTED] == "unknown"
    assert "other hosts" in not_used(result)[0]


def test_a_drill_that_failed_stays_failed(saved: Saved) -> None:
    def still_accepted(data: dict[str, Any]) -> None:
        clock = item(data)["data"]["mint_clock"]
        clock.update(first_refused=None, accepted=20, refused=0, last_accepted=clock["watched"])

    saved.edit(still_accepted)
    assert statuses(saved.run())[MINTED] == "failed"


def test_it_never_stands_over_what_this_run_measures(saved: Saved, recorded: tuple[Guided, str]) -> None:
    stage = recorded[0].stage
    partner = stage.emulator.announcement["environments"]["sandbox"]
    stage.settings()["partner"] = {**partner["partner"], "merchant_id": partner["merchant"]["merchant_id"]}
    stage.allow("sandbox-writes")
    stage.control.fault("status", match={"path": "/v2/api-keys", "method": "POST"}, status=500)
    try:
        assert statuses(saved.run())[MINTED] == "unknown"
    finally:
        del stage.settings()["partner"]
        stage.allow()
        stage.control.clear_faults()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "readiness-evidence/2"}', '{"format": "readiness-evidence/1"}']
)
def test_a_file_of_another_format_is_an_error_of_usage(
    saved: Saved, recorded: tuple[Guided, str], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    guided = recorded[0]
    guided.saved.write_text(text, encoding="utf-8")
    assert run_command(["run", str(guided.stage.write()), "--only", "deleted-key"]) == 2
    error = capsys.readouterr().err
    assert "readiness.yaml:" in error
    assert "drill.json" in error


def test_a_file_that_is_not_there_is_an_error_of_usage(
    saved: Saved, recorded: tuple[Guided, str], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded[0].saved.unlink()
    assert run_command(["run", str(recorded[0].stage.write()), "--only", "deleted-key"]) == 2
    assert "cannot be read" in capsys.readouterr().err
