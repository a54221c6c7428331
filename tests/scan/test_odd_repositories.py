"""Repositories of every odd kind: shallow, partial, bare, linked, of other hashes, damaged, hostile."""

from __future__ import annotations

import gzip
import os
import random
import socket
import subprocess
from pathlib import Path

import pytest

from readiness.scan.connectivity import ABSENT
from readiness.scan.content import Bounds
from readiness.scan.history import HistorySearch
from readiness.scan.repositories import DAMAGED, HEADLESS, PARTIAL, SHALLOW
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN, needles
from tests.scan.test_git import snapshot, trap
from tests.scan.test_history import searched


def test_a_shallow_clone_proves_nothing_about_the_rest(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": PLAIN})
    repository.commit({"a": "fine"})
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(clone))
    found = searched(clone)
    assert found.secrets == []
    assert found.gaps == [f"{clone}: {SHALLOW}"]


def test_a_partial_clone_is_a_gap_and_fetches_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": PLAIN})
    repository.git("rm", "--quiet", "a")
    repository.commit({"b": "fine"})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.path}", str(clone))
    before = snapshot(clone)
    found = searched(clone)
    assert found.gaps == [f"{clone}: {PARTIAL}"]
    assert snapshot(clone) == before


def test_bare_and_linked_repositories_are_searched(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"app/a": PLAIN})
    bare, linked = tmp_path / "bare.git", tmp_path / "linked"
    repository.git("clone", "--quiet", "--bare", str(repository.path), str(bare))
    repository.git("worktree", "add", "--quiet", "--detach", str(linked))
    assert [hit.location.path for hit in searched(bare).secrets] == [f"{bare}/app/a"]
    assert [hit.location.path for hit in searched(linked).secrets] == [f"{linked}/app/a"]
    assert len(searched(repository.path, linked, repository.path / "app").secrets) == 1


def test_a_sha256_repository_is_searched(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.mkdir()
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", str(path)], check=True)
    repository = Repository.__new__(Repository)
    repository.path = path
    repository.commit({"a": PLAIN, f"n-{PLAIN}": "x"})
    hits = searched(path).secrets
    assert sorted(hit.form for hit in hits) == ["raw", "raw, in git's own folder", "raw, in the name"]
    index = next(hit for hit in hits if hit.form.endswith("folder"))
    assert index.location.path == f"{path}/.git/index"
    hits.remove(index)
    assert all(hit.history and len(hit.history.object) == 64 and hit.history.first_commit for hit in hits)


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


def test_a_part_of_a_pack_is_a_gap(repository: Repository) -> None:
    repository.commit({"a": "fine"})
    (repository.path / ".git/objects/pack/tmp_pack_4f2a").write_bytes(b"PACK")
    (gap,) = searched(repository.path).gaps
    assert "an interrupted git left parts of objects" in gap


def test_an_empty_repository_holds_nothing(repository: Repository) -> None:
    found = searched(repository.path)
    assert (found.secrets, found.gaps, found.objects) == ([], [], 0)


def test_no_repository_is_a_gap(tmp_path: Path) -> None:
    assert searched(tmp_path).gaps == [f"{tmp_path}: it is in no git repository, so there is no history to search"]


def test_damaged_objects_are_gaps_and_the_rest_is_searched(repository: Repository) -> None:
    for number in range(30):
        repository.commit({f"{number}.txt": f"{number} {PLAIN}"})
    for number in (3, 17):
        name = repository.git("rev-parse", f"HEAD:{number}.txt")
        path = repository.path / ".git" / "objects" / name[:2] / name[2:]
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:9] + b"garbage")
    found = searched(repository.path)
    assert len(found.secrets) == 28
    assert any("git cannot read this object" in gap for gap in found.gaps)


@pytest.mark.parametrize("lost", ["HEAD~1:app/a.txt", "HEAD~1:app", "HEAD~1"])
def test_an_object_that_is_gone_is_a_gap(repository: Repository, lost: str) -> None:
    """Nobody can say what stood there: a listing of what is there does not show that it is not whole."""
    for number in range(3):
        repository.commit({"app/a.txt": f"{number}"})
    assert searched(repository.path).gaps == []
    name = repository.git("rev-parse", lost)
    (repository.path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    gaps = searched(repository.path).gaps
    assert f"{repository.path}, object {name[:12]}: {ABSENT}" in gaps
    assert not any("status" in gap for gap in gaps)


def test_a_ref_and_a_reflog_that_lead_nowhere_are_gaps(repository: Repository) -> None:
    repository.commit({"a.txt": "1"})
    refs = repository.path / ".git" / "refs" / "heads"
    (refs / "lost").write_text(f"{'1' * 40}\n")
    assert searched(repository.path).gaps == [
        f"{repository.path}: git says: error: refs/heads/lost: invalid sha1 pointer {'1' * 40}"
    ]
    (refs / "lost").unlink()
    log = repository.path / ".git" / "logs" / "HEAD"
    log.write_text(log.read_text() + f"{'2' * 40} {'3' * 40} A <a@example.com> 1700000000 +0000\tpull\n")
    assert any("invalid reflog entry" in gap for gap in searched(repository.path).gaps)


def test_alternates_are_searched_and_missed(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": PLAIN})
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--shared", str(repository.path), str(clone))
    assert len(searched(clone).secrets) == 1
    (clone / ".git" / "objects" / "info" / "alternates").write_text("/nonexistent/objects\n")
    assert searched(clone).gaps != []


def test_a_pointer_of_lfs_is_a_gap(repository: Repository) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d" * 32 + "\nsize 12345\n"
    repository.commit({"model.bin": pointer})
    (gap,) = searched(repository.path).gaps
    assert gap.startswith(f"{repository.path}/model.bin: a Git LFS pointer")


def test_a_hostile_repository_starts_nothing_and_is_left_as_it_is(repository: Repository) -> None:
    repository.commit({"a.txt": PLAIN, ".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    repository.git(
        "replace",
        "--force",
        repository.git("rev-parse", "HEAD:a.txt"),
        repository.git("rev-parse", "HEAD:.gitattributes"),
    )
    canary = trap(repository)
    run = f"!{repository.path.parent / 'trap'}"
    settings = {"log.showSignature": "true", "uploadpack.packObjectsHook": run, "alias.cat-file": run, "alias.log": run}
    for key, value in settings.items():
        repository.git("config", key, value)
    before = snapshot(repository.path)
    found = searched(repository.path)
    assert [hit.location.path for hit in found.secrets] == [f"{repository.path}/a.txt"]
    assert not canary.exists()
    assert snapshot(repository.path) == before


def test_a_damaged_object_that_ends_git_hides_no_others(repository: Repository) -> None:
    """Git dies within a large damaged object, in the pass over everything and in the closer look at it."""
    noise = random.Random(1).randbytes(900_000)
    (repository.path / "big.zip").write_bytes(b"PK\x03\x04" + noise)
    repository.git("add", "--all")
    name = repository.git("rev-parse", ":big.zip")
    damaged = repository.path / ".git" / "objects" / name[:2] / name[2:]
    damaged.chmod(0o644)
    data = damaged.read_bytes()
    damaged.write_bytes(data[:500_000] + b"\xff" * 40 + data[500_040:700_000])
    for number in range(300):
        (repository.path / f"{number}.txt").write_text(f"{number} {PLAIN}")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "All")
    found = HistorySearch(needles(PLAIN), Bounds(3, 200_000), shown=str).search([repository.path])
    assert len({hit.location.path for hit in found.secrets}) == 300
    assert any("git cannot read this object" in gap for gap in found.gaps)


def test_a_repository_that_is_damaged_is_not_taken_for_the_one_above(repository: Repository) -> None:
    repository.commit({"a.txt": "1"})
    inner = repository.path / "inner"
    subprocess.run(["git", "init", "--quiet", str(inner)], check=True)
    (inner / ".git" / "HEAD").write_text("")
    (repository.path / "gone").mkdir()
    (repository.path / "gone" / ".git").write_text("gitdir: /nonexistent\n")
    gaps = searched(repository.path).gaps
    assert gaps == [f"{repository.path}/gone, {inner}: {DAMAGED}"]
    assert searched(inner).gaps == [f"{inner}: {DAMAGED}"]


def test_a_bare_repository_within_a_source_is_searched(repository: Repository) -> None:
    repository.commit({"a.txt": "1"})
    inner = repository.path / "fixtures" / "one.git"
    other = Repository(repository.path.parent / "other")
    other.commit({"b.txt": PLAIN})
    other.git("clone", "--quiet", "--bare", str(other.path), str(inner))
    assert [hit.location.path for hit in searched(repository.path).secrets] == [f"{inner}/b.txt"]


def test_a_pack_without_a_readable_index_is_a_gap(repository: Repository) -> None:
    repository.commit({"a.txt": PLAIN})
    repository.git("gc", "--quiet")
    (index,) = (repository.path / ".git" / "objects" / "pack").glob("*.idx")
    index.unlink()
    assert any(f"the index of {index.stem}.pack" in gap for gap in searched(repository.path).gaps)


def test_a_graft_hides_nothing(repository: Repository) -> None:
    first = repository.commit({"a.txt": PLAIN})
    second = repository.commit({"a.txt": "fine"})
    info = repository.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "grafts").write_text(f"{second}\n")
    assert [hit.history.first_commit for hit in searched(repository.path).secrets if hit.history] == [first]
    (repository.path / ".git" / "objects" / first[:2] / first[2:]).unlink()
    assert any(ABSENT in gap for gap in searched(repository.path).gaps)


def test_a_secret_in_the_name_of_a_branch_or_a_tag_is_found(repository: Repository) -> None:
    repository.commit({"a.txt": "fine"})
    repository.git("branch", f"feature/{PLAIN}")
    repository.git("tag", f"rel-{PLAIN}")
    repository.git("pack-refs", "--all")
    hits = [hit for hit in searched(repository.path).secrets if "/logs/" not in hit.location.path]
    assert [(hit.location.path, hit.form) for hit in hits] == [
        (f"{repository.path}/.git", "raw, in the name of a ref")
    ] * 2


def test_a_branch_that_is_no_more_is_no_gap(repository: Repository) -> None:
    """What `git fetch --prune` leaves when the other side's default branch has another name now."""
    repository.commit({"a.txt": "fine"})
    remote = repository.path / ".git" / "refs" / "remotes" / "origin"
    remote.mkdir(parents=True)
    (remote / "HEAD").write_text("ref: refs/remotes/origin/master\n")
    assert searched(repository.path).gaps == []


@pytest.mark.parametrize("setting", ['[remote "a"]\n\tpromisor\n', "[extensions]\n\tpartialClone = false\n"])
def test_a_promise_in_any_spelling_is_one(repository: Repository, setting: str) -> None:
    repository.commit({"a.txt": "fine"})
    with (repository.path / ".git" / "config").open("a") as config:
        config.write(setting)
    assert f"{repository.path}: {PARTIAL}" in searched(repository.path).gaps


def test_the_repository_of_a_removed_submodule_is_searched(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.commit({"a": PLAIN})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "vendor/lib")
    repository.commit({"b": "fine"})
    repository.git("rm", "--quiet", "vendor/lib")
    repository.commit({"b": "still"})
    found = searched(repository.path)
    assert [hit.location.path for hit in found.secrets] == [f"{repository.path}/.git/modules/vendor/lib/a"]
    assert found.gaps == []


@pytest.mark.parametrize("place", [".git/modules/vendor", "backup/old", "backup"])
def test_objects_without_a_head_are_a_gap(repository: Repository, tmp_path: Path, place: str) -> None:
    inner = Repository(tmp_path / "inner")
    inner.commit({"a": PLAIN})
    repository.commit({"b": "fine"})
    target = repository.path / place
    target.parent.mkdir(parents=True, exist_ok=True)
    (inner.path / ".git").rename(target)
    (target / "HEAD").unlink()
    assert searched(repository.path).gaps == [f"{target}: {HEADLESS}"]


def test_a_working_tree_that_is_gone_hides_nothing(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, where the folder is named relative to another one."""
    repository.commit({"a": PLAIN})
    outer = tmp_path / "outer"
    outer.mkdir()
    (repository.path / ".git").rename(outer / "lib")
    repository.path = outer
    subprocess.run(["git", "config", "-f", str(outer / "lib" / "config"), "core.worktree", "../gone"], check=True)
    monkeypatch.chdir(tmp_path)
    assert [hit.form for hit in searched(Path("outer")).secrets] == ["raw"]


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
