"""Files searched together are told apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readiness.scan.batch import Batch
from tests.scan.planting import PLAIN, SECRET, needles


@pytest.fixture(name="batch")
def _batch() -> Batch[str]:
    return Batch(needles(SECRET, PLAIN))


def add(batch: Batch[str], folder: Path, name: str, content: bytes, size: int | None = None) -> None:
    path = folder / name
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        batch.read(name, descriptor, len(content) if size is None else size)
    finally:
        os.close(descriptor)


def names(batch: Batch[str]) -> list[str]:
    return [held.file for held in batch.suspects()]


def test_only_files_with_something_are_suspects(batch: Batch[str], tmp_path: Path) -> None:
    for number in range(40):
        add(batch, tmp_path, f"file{number}", b"" if number % 3 else b"ordinary text\n" * 1000)
    add(batch, tmp_path, "secret", f"key = '{PLAIN}'".encode())
    add(batch, tmp_path, "after", b"ordinary text\n" * 1000)
    assert (batch.files, batch.bytes) == (42, 15 * 14_000 + len(PLAIN) + 8)
    assert set(names(batch)) - {"file39", "after"} == {"secret"}  # neighbours may be looked at for nothing


def test_a_secret_does_not_reach_from_one_file_into_the_next(batch: Batch[str], tmp_path: Path) -> None:
    add(batch, tmp_path, "a", b"x = " + SECRET[:20].encode())
    add(batch, tmp_path, "b", SECRET[20:].encode())
    whole = b"\n".join([SECRET[:20].encode(), SECRET[20:].encode()])
    assert needles(SECRET).find(whole)
    for name in names(batch):
        assert not needles(SECRET).find((tmp_path / name).read_bytes())


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04", b"\x1f\x8b\x08rest", b"a" * 257 + b"ustar", "text".encode("utf-16"), b"BZh9"],
)
def test_what_is_not_read_as_it_is_needs_a_closer_look(batch: Batch[str], tmp_path: Path, content: bytes) -> None:
    add(batch, tmp_path, "plain", b"plain")
    add(batch, tmp_path, "special", content)
    add(batch, tmp_path, "plain too", b"ustar" * 60)
    assert names(batch) == ["special"]


def test_a_file_that_changes_needs_a_closer_look(batch: Batch[str], tmp_path: Path) -> None:
    add(batch, tmp_path, "same", b"12345", size=5)
    add(batch, tmp_path, "longer", b"1234567890", size=5)
    add(batch, tmp_path, "shorter", b"123", size=5)
    assert names(batch) == ["longer", "shorter"]


def test_it_is_empty_afterwards(batch: Batch[str], tmp_path: Path) -> None:
    add(batch, tmp_path, "large", b"ordinary text\n" * 30_000)
    assert batch.full
    assert names(batch) == []
    assert (batch.files, batch.bytes, batch.full) == (0, 0, False)
    assert names(batch) == []
    add(batch, tmp_path, "secret", SECRET.encode())
    assert names(batch) == ["secret"]
