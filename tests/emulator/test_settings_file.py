from __future__ import annotations

from pathlib import Path

import pytest

from readiness.emulator.settings import Settings
from readiness.emulator.settings_file import load_settings
from readiness.errors import UsageError


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("token_ttl: 60\ntoken_lag: null\n", Settings(token_ttl=60, token_lag=None)),
        ('{"generation": "G1", "latency": {"/v2/*": 0.5}}', Settings(generation="G1", latency={"/v2/*": 0.5})),
        ("", Settings()),
    ],
)
def test_yaml_and_json(tmp_path: Path, text: str, settings: Settings) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    assert load_settings(file) == settings


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"token_ttl: never\nunknown: 1\n", r"token_ttl: .*; unknown: "),
        (b"- 1\n", "is wrong"),
        (b"a: [", "neither YAML nor JSON"),
        (b"\xff\xfe\x00", "neither YAML nor JSON"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        load_settings(file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path / "none.yaml")
