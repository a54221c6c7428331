from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from readiness.config import Config, load_config
from readiness.errors import ConfigError

TODAY = date(2026, 11, 10)
MINIMAL = """\
version: 1
integration: {name: Acme Checkout, kind: merchant}
environments:
  sandbox: {preset: aurora}
"""

Load = Callable[[str], Config]
Refuse = Callable[[str], tuple[str, ...]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads a text as `readiness.yaml` in the working directory."""
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> Config:
        Path("readiness.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        return load_config("readiness.yaml", today=TODAY)

    return load


@pytest.fixture
def refuse(load: Load) -> Refuse:
    """Loads a text that must be refused; gives the problems."""

    def refuse(text: str) -> tuple[str, ...]:
        with pytest.raises(ConfigError) as caught:
            load(text)
        assert caught.value.exit_code == 2
        return caught.value.problems

    return refuse
