"""What git keeps in its own folder beside objects."""

from __future__ import annotations

import gzip
import os
import socket
from pathlib import Path

import pytest

from readiness.scan.content import Bounds
from readiness.scan.git_folder import MISNAMED
from readiness.scan.history import HistorySearch
from readiness.scan.signatures import REPOSITORY
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN, needles
from tests.scan.test_history import searched


def test_what_git_keeps_beside_objects_is_searched(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"app/a": "fine"})
    kept = ["COMMIT_EDITMSG", "config", "hooks/pre-push", "lfs/objects/4f/2a/4f2a", "logs/refs/remotes/origin/main"]
    for name in kept:
        file = repository.path / ".git" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as text:
            text.write(f"\n# {PLAIN}\n")

    def places(*folders: Path) -> list[str]:
        git = f"{repository.path}/.git/"
        found = searched(*folders)
        assert found.gaps == []
        assert {hit.form for hit in found.secrets} == {"raw, in git's own folder"}
        return [hit.location.path.removeprefix(git) for hit in found.secrets]

    linked = tmp_path / "linked"
    repository.git("worktree", "add", "--quiet", "--detach", str(linked))
    assert places(repository.path) == [name for name in kept if name != "config"], "it is searched with the tree"
    assert places(linked) == kept
    assert places(repository.path / "app") == kept


def test_archives_names_and_links_in_git_s_folder(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "fine"})
    git = repository.path / ".git"
    (git / "backup.gz").write_bytes(gzip.compress(PLAIN.encode()))
    (git / f"h-{PLAIN}").write_text("")
    (git / "lost").symlink_to(f"/nowhere/{PLAIN}")
    (git / "hooks-here").symlink_to(repository.path)
    (git / "hooks-there").symlink_to(tmp_path)
    found = searched(repository.path)
    assert sorted((hit.location.path.rpartition("/")[2], hit.form) for hit in found.secrets) == [
        ("backup.gz", "raw, in git's own folder"),
        (f"h-{PLAIN}", "raw, in the name, in git's own folder"),
        ("lost", "raw, in the name, in git's own folder"),
    ]
    (gap,) = found.gaps
    assert "hooks-there: a link that leads out" in gap


def test_what_of_git_s_folder_cannot_be_looked_at_is_a_gap(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a": PLAIN})
    look = Path.is_symlink

    def refused(path: Path) -> bool:
        if path.name == "description":
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "is_symlink", refused)
    found = searched(repository.path)
    assert found.gaps == [f"{repository.path}/.git/description: permission denied"]
    assert len(found.secrets) == 1, "and the rest is searched"


def test_sockets_and_pipes_of_git_store_nothing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit({"a": "fine"})
    monkeypatch.chdir(repository.path / ".git")
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.bind("fsmonitor--daemon.ipc")
        assert searched(repository.path).gaps == []


def test_folders_may_be_as_deep_as_they_like(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit({"a": PLAIN})
    monkeypatch.chdir(repository.path)
    for _ in range(1100):
        Path("d").mkdir()
        os.chdir("d")
    found = searched(repository.path)
    for _ in range(1100):  # no other test should have to
        os.chdir("..")
        Path("d").rmdir()
    assert [hit.form for hit in found.secrets] == ["raw"]


def test_what_stands_among_objects_and_is_none_is_searched(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "fine"})
    repository.git("gc", "--quiet")
    objects = repository.path / ".git" / "objects"
    (pack,) = objects.glob("pack/*.pack")
    names = ["4f/notes", "info/notes", "notes.txt", f"pack/{pack.stem}.keep", "pack/unpacked.idx"]
    for name in names:
        (objects / name).parent.mkdir(exist_ok=True)
        (objects / name).write_text(PLAIN)
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--shared", str(repository.path), str(clone))
    for folder in (repository.path, clone):
        found = searched(folder)
        assert [hit.location.path for hit in found.secrets] == [
            f"{objects}/{name}" for name in sorted(names, key=order)
        ]
        assert {hit.form for hit in found.secrets} == {"raw, in git's own folder"}
        assert found.gaps == []


def order(name: str) -> tuple[bool, str]:
    """Files of a folder come before those below it."""
    return "/" in name, name


def test_objects_and_packs_under_names_that_git_does_not_read_are_gaps(repository: Repository) -> None:
    repository.commit({"a": "fine"})
    repository.git("gc", "--quiet")
    objects = repository.path / ".git" / "objects"
    (pack,) = objects.glob("pack/*.pack")
    (objects / "pack" / "kept.pack.old").write_bytes(pack.read_bytes())
    name = repository.commit({"a": PLAIN})
    assert searched(repository.path).gaps == [f"{objects}/pack/kept.pack.old: {REPOSITORY}"]
    (objects / "pack" / "kept.pack.old").unlink()
    loose = objects / name[:2] / name[2:]
    loose.with_name(f"{name[2:]}.bak").write_bytes(loose.read_bytes())
    assert searched(repository.path).gaps == [f"{loose}.bak: {MISNAMED}"]


def test_two_lines_of_a_secret_in_a_complaint_of_git_are_masked(repository: Repository) -> None:
    key = "Zk3pQ9vLx2mW8rT5\nYh7nB4cJ6dF1gS0a"
    repository.commit({"a": "fine"})
    spelled = key.replace("\n", "\\n")
    (repository.path / ".git" / "config").write_text(f'[core]\n\tbare = "{spelled}"\n')
    sought = needles(key)
    search = HistorySearch(sought, Bounds(3, 1 << 20), shown=str, masked=sought.hidden)
    (gap,) = search.search([repository.path]).gaps
    assert "bad boolean config value" in gap
    assert "Zk3pQ9vL" not in gap
