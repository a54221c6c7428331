"""`readiness cleanup` in the situations that a crash, or somebody's edits, may leave behind."""

from __future__ import annotations

from typing import Any

import pytest

from readiness.aurora.drill_journal import DrillJournal, JournalEntry
from readiness.cli import run_command
from readiness.model import Environment
from tests.cli.tool import PARTNER, by_reference
from tests.stage import MakeStage, Stage

KEYS = "/v2/api-keys"
RUN = "20261124T120000Z-0badcafe"
NAME = f"readiness-drill-{RUN}"
NOTHING = "Nothing to clean up: no drill was interrupted.\n"


class Aftermath:
    """A drill's key and entry, as a crash leaves them; and the command."""

    def __init__(self, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
        self.stage = stage
        self._capsys = capsys
        self.client_id: str = stage.control.create_key(name=NAME)["client_id"]
        self.write()

    def write(self, **changes: Any) -> None:
        self.stage.write()
        entry = JournalEntry(
            run_id=RUN,
            key_name=NAME,
            environment=Environment.SANDBOX,
            config=str(self.stage.path),
            api_url=self.stage.settings()["api_url"],
            ephemeral=False,
            client_id=self.client_id,
        )
        DrillJournal(self.stage.state_dir).write(entry.model_copy(update=changes))

    def cleanup(self) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        code = run_command(["cleanup"])
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err

    def assert_kept(self, *words: str) -> None:
        """It could not be done: a clear sentence, exit 1, and the entry stays."""
        code, out, err = self.cleanup()
        assert (code, out) == (1, "")
        assert err.startswith(f"{NAME}: ")
        for word in (*words, "portal"):
            assert word in err
        assert "Traceback" not in err
        assert len(self.stage.entries()) == 1

    def assert_done(self, how: str) -> None:
        assert self.cleanup() == (0, f"{NAME}: {how}\n", "")
        assert self.stage.entries() == []
        assert self.cleanup() == (0, NOTHING, "")


@pytest.fixture
def aftermath(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Aftermath:
    for name, value in by_reference(stage).items():
        monkeypatch.setenv(name, value)
    return Aftermath(stage, capsys)


def test_the_key_is_removed_whatever_the_permissions_are(aftermath: Aftermath) -> None:
    aftermath.assert_done("removed")
    assert aftermath.stage.drill_keys() == []
    sent = [(entry["method"], entry["path"].partition("?")[0]) for entry in aftermath.stage.control.journal()]
    assert sent == [
        ("POST", "/oauth2/token"),
        ("GET", KEYS),
        ("DELETE", f"{KEYS}/{aftermath.client_id}"),
        ("GET", KEYS),
    ]


@pytest.mark.parametrize("generation", ["G1", "G2"])
def test_older_contracts(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], generation: str
) -> None:
    stage = make_stage(generation=generation)
    for name, value in by_reference(stage).items():
        monkeypatch.setenv(name, value)
    Aftermath(stage, capsys).assert_done("removed")
    assert stage.drill_keys() == []


def test_a_key_whose_id_never_came_is_found_by_its_name(aftermath: Aftermath) -> None:
    aftermath.write(client_id=None)
    aftermath.assert_done("removed")
    assert aftermath.stage.drill_keys() == []


def test_a_key_that_is_gone_is_said_to_be(aftermath: Aftermath) -> None:
    aftermath.stage.control.delete_key(aftermath.client_id)
    aftermath.assert_done("it was gone already")


def test_a_list_that_lags_does_not_keep_the_entry_for_ever(aftermath: Aftermath) -> None:
    aftermath.stage.control.settings(list_lag=None)
    aftermath.assert_done("removed")


def test_other_keys_stay(aftermath: Aftermath) -> None:
    aftermath.stage.control.create_key(name=f"{NAME}-of-somebody-else")
    aftermath.stage.control.create_key(name="the shop")
    aftermath.assert_done("removed")
    assert aftermath.stage.drill_keys() == [f"{NAME}-of-somebody-else"]


def test_several_entries_are_worked_off_each(aftermath: Aftermath) -> None:
    aftermath.write(run_id="20261101T000000Z-00000001", key_name="readiness-drill-of-yore", config="/gone.yaml")
    code, out, err = aftermath.cleanup()
    assert code == 1
    assert out == f"{NAME}: removed\n"
    assert err.startswith("readiness-drill-of-yore: ")
    assert [entry["key_name"] for entry in aftermath.stage.entries()] == ["readiness-drill-of-yore"]


def test_the_config_is_gone(aftermath: Aftermath) -> None:
    aftermath.stage.path.unlink()
    aftermath.assert_kept(str(aftermath.stage.path), "no such file", NAME)
    assert aftermath.stage.drill_keys() == [NAME]


def test_the_config_is_broken(aftermath: Aftermath) -> None:
    aftermath.stage.path.write_text("version: 1\nenvironments: [", encoding="utf-8")
    aftermath.assert_kept("readiness.yaml:")


def test_the_config_names_another_sandbox(aftermath: Aftermath) -> None:
    aftermath.stage.settings()["api_url"] = "https://sandbox.api.flute.com"
    aftermath.stage.write()
    aftermath.assert_kept("another sandbox")
    assert aftermath.stage.control.journal() == []


def test_the_config_has_turned_to_the_emulator(aftermath: Aftermath) -> None:
    partner = aftermath.stage.settings()["partner"]
    aftermath.stage.config["environments"] = {"sandbox": {"preset": "emulator", "partner": partner}}
    aftermath.stage.write()
    aftermath.assert_kept("another sandbox")


def test_the_config_has_no_partner_any_more(aftermath: Aftermath) -> None:
    del aftermath.stage.settings()["partner"]
    aftermath.stage.write()
    aftermath.assert_kept("environments.sandbox.partner")


def test_the_place_is_no_sandbox(aftermath: Aftermath) -> None:
    url = "https://gateway.acme.example"
    aftermath.stage.settings()["api_url"] = url
    aftermath.write(api_url=url)
    aftermath.assert_kept("not known as a sandbox host")


def test_the_partners_key_is_dead(aftermath: Aftermath) -> None:
    aftermath.stage.control.delete_key(aftermath.stage.settings()["partner"]["client_id"])
    aftermath.assert_kept("→ 401")
    assert aftermath.stage.drill_keys() == [NAME]


def test_the_partners_secret_has_no_value(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARTNER)
    aftermath.assert_kept(PARTNER)


@pytest.mark.parametrize("method", ["DELETE", "GET"])
def test_the_vendor_is_out_of_order(aftermath: Aftermath, method: str) -> None:
    aftermath.write(client_id=None)
    aftermath.stage.control.fault("status", match={"method": method, "path": f"{KEYS}*"}, status=500)
    aftermath.assert_kept("not removed", "→ 500" if method == "GET" else "→ 200")
    aftermath.stage.control.clear_faults()
    aftermath.assert_done("removed")


def test_without_a_list_a_known_id_is_deleted_all_the_same(aftermath: Aftermath) -> None:
    aftermath.stage.control.fault("status", match={"method": "GET", "path": KEYS}, status=500)
    code, _, err = aftermath.cleanup()
    assert (code, err) == (0, "")
    assert aftermath.stage.drill_keys() == []


def test_our_id_under_another_name_is_neither_deleted_nor_forgotten(aftermath: Aftermath) -> None:
    path = {"path": KEYS, "method": "GET"}
    aftermath.stage.control.fault("wrong_type", match=path, field="apiKeys.1.apiKeyName", value="renamed")
    aftermath.assert_kept("not removed")
    assert not aftermath.stage.control.journal("DELETE")


def test_a_key_of_an_embedded_emulator_ended_with_its_run(aftermath: Aftermath) -> None:
    aftermath.write(ephemeral=True, config="/gone.yaml")
    aftermath.assert_done("made in an embedded emulator, which ended with its run")
    assert aftermath.stage.control.journal() == []
