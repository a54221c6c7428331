from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from readiness.aurora.drill_journal import DrillJournal, JournalEntry
from readiness.errors import ReadinessError, UsageError
from readiness.model import Environment

ENTRY = JournalEntry(
    run_id="r1",
    key_name="readiness-drill-r1",
    environment=Environment.SANDBOX,
    config="/srv/readiness.yaml",
    api_url="https://sandbox.api.flute.com",
    ephemeral=False,
)


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    journal = DrillJournal(tmp_path)
    assert not list(journal.entries())
    journal.write(ENTRY)
    journal.write(ENTRY.model_copy(update={"client_id": "c-1"}))
    journal.write(ENTRY.model_copy(update={"run_id": "r2"}))
    assert [(entry.run_id, entry.client_id) for entry in journal.entries()] == [("r1", "c-1"), ("r2", None)]
    journal.remove("r1")
    journal.remove("r1")
    assert [entry.run_id for entry in journal.entries()] == ["r2"]


def test_removing_where_nothing_was_written_is_no_fault(tmp_path: Path) -> None:
    DrillJournal(tmp_path / "never").remove("r1")
    assert not (tmp_path / "never").exists()


def test_the_folder_is_the_users_own(tmp_path: Path) -> None:
    DrillJournal(tmp_path / "state").write(ENTRY)
    assert stat.S_IMODE((tmp_path / "state" / "drills").stat().st_mode) == 0o700


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_death_while_writing_leaves_the_former_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    journal = DrillJournal(tmp_path)
    journal.write(ENTRY)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(*{"fsync": (os, "fsync", die), "replace": (Path, "replace", die)}[step])
    with pytest.raises(KeyboardInterrupt):
        journal.write(ENTRY.model_copy(update={"client_id": "c-1"}))
    monkeypatch.undo()
    assert list(journal.entries()) == [ENTRY]
    journal.write(ENTRY.model_copy(update={"client_id": "c-2"}))
    journal.remove(ENTRY.run_id)
    assert not list((tmp_path / "drills").iterdir())


def test_an_entry_is_on_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    DrillJournal(tmp_path).write(ENTRY)
    assert synced == ["r1.tmp", "drills"]


def test_an_unreadable_entry_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "r9.json").write_text('{"run_id": ')
    with pytest.raises(UsageError, match=r"r9\.json is not a drill's journal entry") as caught:
        list(DrillJournal(tmp_path).entries())
    assert "portal" in str(caught.value.hint)


def test_a_folder_that_cannot_be_listed_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "drills").write_text("a file where the folder should be")
    with pytest.raises(UsageError, match=r"drills cannot be read: Not a directory"):
        list(DrillJournal(tmp_path).entries())


def test_a_folder_in_the_place_of_an_entry_is_told(tmp_path: Path) -> None:
    (tmp_path / "drills" / "r9.json").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"r9\.json is not a drill's journal entry"):
        list(DrillJournal(tmp_path).entries())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "drills").write_text("a file where the folder should be")
    with pytest.raises(ReadinessError, match="cannot be written"):
        DrillJournal(tmp_path).write(ENTRY)


def test_a_drill_under_way_is_not_an_interrupted_one(tmp_path: Path) -> None:
    journal = DrillJournal(tmp_path)
    with journal.under_way("r1"):
        journal.write(ENTRY.model_copy(update={"run_id": "r1"}))
        journal.write(ENTRY.model_copy(update={"run_id": "r2"}))
        assert [each.run_id for each in DrillJournal(tmp_path).entries()] == ["r2"]
    assert [each.run_id for each in DrillJournal(tmp_path).entries()] == ["r1", "r2"]
    assert list(tmp_path.rglob("*.lock")) == []
