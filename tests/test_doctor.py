from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from readiness.aurora.drill_journal import DrillJournal, JournalEntry
from readiness.doctor import _skew, examine
from readiness.model import Environment


def test_a_good_set_up(tmp_path: Path) -> None:
    items = {item.name: item for item in examine(tmp_path / "state", network=False)}
    assert {"Python", "git", "secret store vault", "state folder", "drills"} <= items.keys()
    assert all(item.good for item in items.values() if not item.optional)


def test_what_is_missing_is_told_with_its_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    items = {item.name: item for item in examine(tmp_path, network=False)}
    assert not items["git"].good
    assert not items["secret store aws"].good
    assert items["secret store aws"].fix == "pip install 'aurora-readiness[aws]'"


def test_an_interrupted_drill_is_told(tmp_path: Path) -> None:
    entry = JournalEntry(
        run_id="r1",
        key_name="readiness-drill-r1",
        environment=Environment.SANDBOX,
        config="/c.yaml",
        api_url="https://a.example",
        ephemeral=False,
    )
    DrillJournal(tmp_path).write(entry)
    drills = next(item for item in examine(tmp_path, network=False) if item.name == "drills")
    assert (drills.good, drills.fix) == (False, "readiness cleanup")
    assert "readiness-drill-r1" in drills.found


def test_the_clock_is_read_from_the_date_header() -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(seconds=90), usegmt=True)
    skew = _skew(f"HTTP/1.1 200 OK\r\nDate: {late}\r\n")
    assert skew is not None
    assert 85 < skew < 95
    assert _skew("HTTP/1.1 200 OK\r\nDate: yesterday\r\n") is None
    assert _skew("HTTP/1.1 200 OK\r\n") is None
