from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from readiness.scan import blocks
from readiness.scan.blocks import Block, blocks_of


@contextmanager
def opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read(path: Path, overlap: int) -> list[Block]:
    with opened(path) as descriptor:
        return list(blocks_of(descriptor, overlap))


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 199, 200, 201, 1000])
@pytest.mark.parametrize("overlap", [0, 1, 30, 99])
def test_blocks_hold_every_byte_and_share_the_borders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, overlap: int
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 100)
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    found = read(tmp_path / "file", overlap)
    assert all(content[block.offset :].startswith(block.data) for block in found)
    assert b"".join(block.data[block.head :] for block in found) == content
    assert [block.tail for block in found[:-1]] == [block.head for block in found[1:]]
    owners = [sum(block.owns(at - block.offset) for block in found) for at in range(size)]
    assert owners == [1] * size


def test_a_small_file_is_one_block(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert read(tmp_path / "file", 1000) == [Block(0, b"abc")]


def test_holes_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(b"begin")
        file.seek(1 << 40)
        file.write(b"middle")
        file.seek((1 << 40) + (1 << 36))
        file.write(b"end")
    found = read(path, 100)
    assert [block.data.strip(b"\0") for block in found if block.data.strip(b"\0")] == [b"begin", b"middle", b"end"]
    assert len(found) <= 6
    middle = next(block for block in found if b"middle" in block.data)
    assert middle.offset + middle.data.index(b"middle") == 1 << 40


def test_a_file_that_ends_with_a_hole_ends(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(b"begin")
        file.truncate(1 << 40)
    assert b"".join(block.data for block in read(path, 10)).rstrip(b"\0") == b"begin"
