from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from readiness.scan.walk import Walk
from tests.scan.conftest import Repository


def walked(root: Path, *exclude: str) -> tuple[list[str], Walk]:
    walk = Walk(root, exclude)
    return [entry.relative for entry in walk if entry.is_file and not entry.excluded], walk


def plant(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")


def test_all_files_come_in_a_stable_order(tmp_path: Path) -> None:
    plant(tmp_path, "b/2", "b/1", "a", "c/d/e", ".hidden/x", "z")
    assert walked(tmp_path)[0] == ["a", "z", ".hidden/x", "b/1", "b/2", "c/d/e"]


def test_ignored_and_untracked_files_count_and_of_gits_folder_the_config(repository: Repository) -> None:
    repository.commit({".gitignore": "ignored\n", "tracked": "x"})
    repository.write({"ignored": "x", "untracked": "x"})
    assert walked(repository.path)[0] == [".git/config", ".gitignore", "ignored", "tracked", "untracked"]


def test_a_folder_that_only_looks_like_gits_is_searched(tmp_path: Path) -> None:
    plant(tmp_path, ".git/notes.txt", "sub/.git")
    assert walked(tmp_path)[0] == [".git/notes.txt", "sub/.git"]


def test_excluded_files_are_counted_by_pattern(tmp_path: Path) -> None:
    plant(tmp_path, "tests/a", "tests/deep/b", "docs/c.md", "docs/d.txt", "src/e")
    files, walk = walked(tmp_path, "tests/**", "docs/*.md", "unused")
    assert files == ["docs/d.txt", "src/e"]
    assert dict(walk.excluded) == {"tests/**": 2, "docs/*.md": 1}
    assert walk.gaps == []


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("root", True),
        ("root/src/a", True),
        ("root/tests/deep/b", False),
        ("rooted/a", False),
        ("a", False),
        ("root/.git/config", True),
        ("root/.git/hooks/pre-push", False),
        ("root/link/a", False),
    ],
)
def test_what_a_walk_comes_to(tmp_path: Path, path: str, *, held: bool) -> None:
    plant(tmp_path, "root/src/a", "root/tests/deep/b")
    (tmp_path / "root" / "link").symlink_to("src")
    assert Walk(tmp_path / "root", ["tests/**"]).holds(str(tmp_path / path)) is held


def test_links_are_not_followed_and_told_of_when_they_lead_out(tmp_path: Path) -> None:
    root = tmp_path / "root"
    plant(root, "inside")
    plant(tmp_path, "outside/secret")
    (root / "loop").symlink_to(root)
    (root / "self").symlink_to("self")
    (root / "broken").symlink_to("nowhere")
    (root / "near").symlink_to("inside")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "up").symlink_to("../outside/secret")
    files, walk = walked(root)
    assert files == ["inside"]
    assert [Path(path).name for path, _ in walk.gaps] == ["out", "up"]
    assert {entry.relative: entry.target for entry in Walk(root, ()) if entry.target}["near"] == "inside"


def test_pipes_and_sockets_hold_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    files, walk = walked(tmp_path)
    assert files == []
    assert walk.gaps == []


def test_a_missing_source_is_a_gap(tmp_path: Path) -> None:
    files, walk = walked(tmp_path / "absent")
    assert files == []
    assert walk.gaps == [(str(tmp_path / "absent"), "no such file or directory")]


def test_a_source_may_be_one_file(tmp_path: Path) -> None:
    plant(tmp_path, "only.txt")
    assert walked(tmp_path / "only.txt")[0] == ["only.txt"]


def test_a_folder_that_cannot_be_read_is_a_gap_unless_excluded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "closed/a", "open/b")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    files, walk = walked(tmp_path)
    assert files == ["open/b"]
    assert walk.gaps == [(str(tmp_path / "closed"), "permission denied")]
    assert walked(tmp_path, "closed")[1].gaps == []


def test_folders_too_deep_for_the_system_are_a_gap(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    depth = 3000
    for _ in range(depth):
        os.mkdir("dd", dir_fd=here)
        below = os.open("dd", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        files, walk = walked(tmp_path)
        assert files == []
        assert [reason for _, reason in walk.gaps] == ["file name too long"]
    finally:
        unwind(tmp_path, depth)


def unwind(root: Path, depth: int) -> None:
    """Take the deep folders away, which neither pytest nor rmtree can."""
    folders = [os.open(root, os.O_RDONLY)]
    while depth:
        step = min(depth, 100)
        path = "/".join(["dd"] * step)
        folders.append(os.open(path, os.O_RDONLY, dir_fd=folders[-1]))
        depth -= step
    while len(folders) > 1:
        os.close(folders.pop())
        for step in range(100, 0, -1):
            path = "/".join(["dd"] * step)
            try:
                os.rmdir(path, dir_fd=folders[-1])
            except FileNotFoundError:
                continue
    os.close(folders.pop())


def test_strange_names_are_walked(tmp_path: Path) -> None:
    names = [b"new\nline", b"bad\xff\xfe", "\u202egpj".encode(), b"-rf", b" ", b"*"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    assert sorted(os.fsencode(name) for name in walked(tmp_path)[0]) == sorted(names)
