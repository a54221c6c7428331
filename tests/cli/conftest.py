from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import run_command
from tests.complete import Complete, complete

LIVE = tuple(
    word
    for check in (
        *("token-issued", "token-accepted", "tokens-overlap", "lifetime-is-short"),
        *("bad-secret-refused", "bad-token-refused", "refresh-margin"),
    )
    for word in ("--only", f"token-refresh/{check}")
)
"""A selection that is ready when nothing is wrong, and takes neither drill nor lab."""


@pytest.fixture
def integration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Complete]:
    """An integration in good order, with its secrets set for this process and its children."""
    with complete(tmp_path) as made:
        variables = {**made.variables, "XDG_STATE_HOME": str(made.stage.state_dir.parent), "COLUMNS": "120"}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("NO_COLOR", raising=False)
        made.stage.emulator.core.journal.clear()
        made.stage.write()
        yield made


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `result.json` and `evidence.json` of one run."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patched, complete(folder) as made:
        for name, value in {**made.variables, "XDG_STATE_HOME": str(folder / "state")}.items():
            patched.setenv(name, value)
        result, evidence = folder / "result.json", folder / "evidence.json"
        config = str(made.stage.write())
        assert run_command(["run", config, *LIVE, "-q", "-o", f"json={result}", "--save-evidence", str(evidence)]) == 0
    return folder


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
