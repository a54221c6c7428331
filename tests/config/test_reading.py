from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from readiness.config import load_config
from readiness.config.reading import MAX_BYTES
from readiness.errors import ConfigError
from tests.config.conftest import MINIMAL


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    (problem,) = caught.value.problems
    return problem


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "readiness.yaml"
    path.write_bytes(content)
    return path


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, b"\xef\xbb\xbf" + MINIMAL.encode()))
    assert config.at("version").column == 10


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_other_line_breaks_count_as_one(tmp_path: Path, line_break: str) -> None:
    config = load_config(written(tmp_path, MINIMAL.replace("\n", line_break).encode()))
    assert config.at("environments", "sandbox").line == 4


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            b"a: 1\nb: \xc3\xa9\xff!\n",
            ":2:5: this character is not UTF-8\n  2 | ***\n    | ^\n  save the file as UTF-8",
        ),
        ("a: 1".encode("utf-16"), ":1:1: the file is in UTF-16"),
        (b"a: 1\nname: x\x00y\n", ":2:8: the control character U+0000 stands here\n  2 | name: ***\n    |       ^"),
        ("a: 1\r\nb: \u202e".encode(), ":2:4: the control character U+202E stands here"),
        ("a: \u2028b".encode(), ":1:4: the control character U+2028 stands here"),
        (b"a: \x1b[31m", ":1:4: the control character U+001B stands here"),
        (b"", ": the file is empty"),
    ],
)
def test_what_is_not_clean_text_is_refused_with_its_place(tmp_path: Path, content: bytes, text: str) -> None:
    assert refusal(written(tmp_path, content)).startswith(f"{tmp_path}/readiness.yaml{text}")


def test_a_big_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"a: b\n")
    os.truncate(path, 10 * MAX_BYTES)
    tracemalloc.start()
    problem = refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "the file is bigger than 1 MiB" in problem
    assert peak < 3 * MAX_BYTES


@pytest.mark.parametrize(
    "content", [b"#" * MAX_BYTES, b"a" * MAX_BYTES, b"a: b\n" * (MAX_BYTES // 5), b"[" * MAX_BYTES, b"\n" * MAX_BYTES]
)
def test_the_biggest_files_that_are_read_are_refused_in_little_memory(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    tracemalloc.start()
    problem = refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(problem) < 1000
    assert peak < 64 * MAX_BYTES


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(tmp_path / "nope.yaml")
    assert "Not a directory" in refusal(written(tmp_path, b"x") / "nope.yaml")
    assert "cannot be read" in refusal(tmp_path / ("x" * 5000))


def test_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    problem = refusal(tmp_path / "a\x00\nb")
    assert "cannot be read" in problem
    assert "\n" not in problem
    assert "\x00" not in problem


def test_a_folder(tmp_path: Path) -> None:
    assert "this is a folder" in refusal(tmp_path)


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)  # root may read everything, so the refusal is played
    assert refusal(tmp_path / "readiness.yaml").endswith("cannot be read: Permission denied")


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "this is not a regular file" in refusal(tmp_path / "pipe")


def test_a_device_is_not_read() -> None:
    assert "this is not a regular file" in refusal(Path("/dev/zero"))
