"""The benchmarks run: what they measure is measured by hand, not here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import scan_precision, scan_texts, search
from benchmarks.corpus import make_history, make_tree, secrets


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    facts: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return facts


def test_a_made_history_is_searched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_history(tmp_path / "history.git", 60)
    monkeypatch.setattr("sys.argv", ["search", "history", str(tmp_path / "history.git")])
    assert search.main() == 0
    facts = told(capsys)
    assert (facts["found"], facts["gaps"]) == ([], 0)
    assert facts["count"] == 60 + 10 * 4  # ten commits, each with its folder, the folder above and the root


def test_a_made_tree_is_searched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tree(tmp_path, 20, 200_000)
    (tmp_path / "planted.py").write_text(f"KEY = '{secrets(1)[0]}'\n")
    monkeypatch.setattr("sys.argv", ["search", "tree", str(tmp_path)])
    assert search.main() == 0
    facts = told(capsys)
    assert (facts["found"], facts["count"], facts["gaps"]) == (["secret 0"], 21, 0)


def test_alarms_are_seen() -> None:
    patterns = scan_precision.gated_patterns()
    assert list(scan_precision.alarms(patterns, "a.py", b"value = 'nothing of interest'\n")) == []
    (alarm,) = scan_precision.alarms(patterns, "a.py", b"card = '4539578763621486'\n")
    assert (alarm.kind, alarm.is_test_card) == ("card_numbers", False)


def test_texts_have_the_size_that_was_asked_for() -> None:
    made = scan_texts.texts(10_000)
    assert {kind: len(text) for kind, text in made.items()} == dict.fromkeys(made, 10_000)
    assert scan_texts.CODE in made
