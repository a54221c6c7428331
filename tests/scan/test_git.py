from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from readiness.scan import git as module
from readiness.scan.git import FileStatus, Git, GitError, Head, NoRepository, head
from tests.scan.conftest import Repository


def test_head_tells_the_commit_and_whether_files_changed(repository: Repository) -> None:
    assert head(repository.path) is None
    commit = repository.commit({"a.txt": "one\n", "sub/b.txt": "two\n"})
    assert head(repository.path) == Head(commit, dirty=False)
    assert head(repository.path / "sub") == Head(commit, dirty=False)
    repository.write({"untracked.txt": "x"})
    assert head(repository.path) == Head(commit, dirty=False)
    repository.write({"a.txt": "another\n"})
    assert head(repository.path) == Head(commit, dirty=True)


def test_there_is_no_head_outside_a_repository(tmp_path: Path) -> None:
    assert head(tmp_path) is None
    assert head(tmp_path / "absent") is None
    with pytest.raises(NoRepository, match="no git repository"):
        Git(tmp_path)


def test_files_are_tracked_ignored_or_neither(repository: Repository) -> None:
    repository.commit({".gitignore": ".env\n*.key\n", "tracked.key": "x", "a.txt": "x"})
    repository.write({".env": "x", "new.txt": "x", "odd\n[*] name": "x", "deep/.env": "x", ":(top).key": "x"})
    names = ("tracked.key", "a.txt", ".env", "new.txt", "odd\n[*] name", "deep/.env", "absent", ":(top).key")
    found = Git(repository.path).files(names)
    assert [found[name] for name in names] == [
        FileStatus(tracked=True, ignored=False),
        FileStatus(tracked=True, ignored=False),
        FileStatus(tracked=False, ignored=True),
        FileStatus(tracked=False, ignored=False),
        FileStatus(tracked=False, ignored=False),
        FileStatus(tracked=False, ignored=True),
        FileStatus(tracked=False, ignored=False),
        FileStatus(tracked=False, ignored=True),
    ]


def test_rules_of_this_user_alone_do_not_count(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    ignore = repository.path.parent / "git" / "ignore"
    ignore.parent.mkdir()
    ignore.write_text("*\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(repository.path.parent))
    monkeypatch.setenv("HOME", str(repository.path.parent))
    repository.write({".env": "x"})
    assert Git(repository.path).files([".env"])[".env"] == FileStatus(tracked=False, ignored=False)


def test_a_folder_may_be_reached_over_a_link(repository: Repository) -> None:
    repository.commit({"sub/a.txt": "x"})
    link = repository.path.parent / "link"
    link.symlink_to(repository.path / "sub")
    assert Git(link).files(["a.txt"]) == {"a.txt": FileStatus(tracked=True, ignored=False)}


def test_the_callers_git_variables_are_not_passed_on(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit({"a.txt": "x"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "nonsense")
    assert head(repository.path) == Head(commit, dirty=False)


def trap(repository: Repository) -> Path:
    """Everything that a repository's own settings can start would touch this file."""
    canary = repository.path.parent / "canary"
    script = repository.path.parent / "trap"
    script.write_text(f"#!/bin/sh\necho $0 $* >> {canary}\ncat\nexit 0\n")
    script.chmod(0o755)
    hooks = repository.path / ".git" / "hooks"
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout", "reference-transaction"):
        shutil.copy(script, hooks / hook)
    run = str(script)
    settings = {
        "core.fsmonitor": run,
        "core.hooksPath": str(hooks),
        "core.pager": run,
        "pager.status": run,
        "pager.ls-files": run,
        "core.editor": run,
        "core.sshCommand": run,
        "core.gitProxy": run,
        "core.askPass": run,
        "core.alternateRefsCommand": run,
        "credential.helper": run,
        "diff.external": run,
        "diff.evil.textconv": run,
        "diff.evil.command": run,
        "filter.evil.clean": run,
        "filter.evil.smudge": run,
        "filter.evil.process": run,
        "filter.evil.required": "true",
        "merge.evil.driver": run,
        "gpg.program": run,
        "alias.status": f"!{run}",
        "alias.ls-files": f"!{run}",
        "protocol.ext.allow": "always",
        "remote.origin.url": f"ext::{run}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": run,
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "trace2.eventTarget": str(canary),
        "submodule.recurse": "true",
        "status.submoduleSummary": "true",
    }
    for key, value in settings.items():
        repository.git("config", key, value)
    return canary


def test_a_hostile_repository_starts_nothing(repository: Repository) -> None:
    repository.commit({"a.txt": "one\n", ".env": "KEY=1\n"})
    repository.commit({".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    canary = trap(repository)
    repository.write({"a.txt": "two\n"})  # of the same size and time: git must look inside to tell
    before = snapshot(repository.path)
    found = head(repository.path)
    assert found is not None
    assert found.dirty is None  # only the filters could tell
    status = Git(repository.path).files([".env", "a.txt"])
    assert all(one.tracked for one in status.values())
    assert not canary.exists()
    assert snapshot(repository.path) == before
    repository.git("status", check=False)
    assert canary.exists()  # the trap would have caught anyone


def test_missing_objects_are_not_fetched(repository: Repository) -> None:
    commit = repository.commit({"a.txt": "one\n"})
    tree = repository.git("rev-parse", "HEAD^{tree}")
    canary = trap(repository)
    repository.git("config", "--remove-section", "filter.evil")
    (repository.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    assert head(repository.path) in {None, Head(commit, dirty=True), Head(commit, dirty=False)}
    assert not canary.exists()


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in sorted(root.rglob("*"))
        if not path.is_dir()
    }


def test_a_repository_of_another_user_is_left_alone(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit({"a.txt": "x"})
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(module, "_ENVIRONMENT", {**module._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    with pytest.raises(GitError, match=r"another user.*safe\.directory"):
        Git(repository.path)
    assert head(repository.path) is None
    (home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repository.path}\n")
    assert head(repository.path) == Head(commit, dirty=False)


def test_git_may_be_missing(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="not on the PATH"):
        Git(repository.path)
    assert head(repository.path) is None


def test_a_git_in_the_current_folder_is_not_run(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\ntouch ran\n")
    fake.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(GitError, match="not on the PATH"):
        Git(repository.path)
    assert not (tmp_path / "ran").exists()


def test_a_git_that_hangs_is_ended_with_its_children(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nwait\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(module, "TIMEOUT", 0.5)
    with pytest.raises(GitError, match=r"no answer within 0\.5 s"):
        Git(repository.path)
    child = int((tmp_path / "child").read_text())
    ended = time.monotonic() + 5
    while alive(child) and time.monotonic() < ended:
        time.sleep(0.01)
    assert not alive(child)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize("damage", ["HEAD", "index", "config"])
def test_a_broken_repository_is_an_error(repository: Repository, damage: str) -> None:
    repository.commit({"a.txt": "x"})
    (repository.path / ".git" / damage).write_bytes(b"\0garbage\xff\n")
    with pytest.raises(GitError, match=r"^[^\n]+$"):
        Git(repository.path).files(["a.txt"])


def test_a_linked_worktree_has_a_head(repository: Repository) -> None:
    commit = repository.commit({"a.txt": "x"})
    repository.git("worktree", "add", "--quiet", "--detach", "../linked")
    assert head(repository.path.parent / "linked") == Head(commit, dirty=False)


def test_git_is_new_enough_for_these_tests() -> None:
    version = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    assert tuple(map(int, version.split(".")[:2])) >= (2, 36)
