"""Repositories in which something is broken or gone: what is left is searched, the rest is a gap."""

from __future__ import annotations

import random
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from readiness.scan.closer_look import NOT_AGAIN
from readiness.scan.connectivity import ABSENT
from readiness.scan.content import Bounds
from readiness.scan.file import FileSearch
from readiness.scan.history import HistorySearch
from readiness.scan.nested import HEADLESS
from readiness.scan.repositories import DAMAGED
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN, needles
from tests.scan.test_history import searched


def test_a_part_of_a_pack_is_a_gap(repository: Repository) -> None:
    repository.commit({"a": "fine"})
    (repository.path / ".git/objects/pack/tmp_pack_4f2a").write_bytes(b"PACK")
    (gap,) = searched(repository.path).gaps
    assert "an interrupted git left parts of objects" in gap


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


def test_a_branch_that_is_no_more_is_no_gap(repository: Repository) -> None:
    """What `git fetch --prune` leaves when the other side's default branch has another name now."""
    repository.commit({"a.txt": "fine"})
    remote = repository.path / ".git" / "refs" / "remotes" / "origin"
    remote.mkdir(parents=True)
    (remote / "HEAD").write_text("ref: refs/remotes/origin/master\n")
    assert searched(repository.path).gaps == []


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


def test_a_pack_without_a_readable_index_is_a_gap(repository: Repository) -> None:
    repository.commit({"a.txt": PLAIN})
    repository.git("gc", "--quiet")
    (index,) = (repository.path / ".git" / "objects" / "pack").glob("*.idx")
    index.unlink()
    assert any(f"the index of {index.stem}.pack" in gap for gap in searched(repository.path).gaps)


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


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("lost", ["refs", "HEAD", "HEAD's content"])
def test_a_bare_repository_that_git_does_not_open_is_a_gap(repository: Repository, lost: str, *, packed: bool) -> None:
    """Copies to zip archives and to object storage leave empty folders out, such as `refs` of packed ones."""
    repository.commit({"a": "fine"})
    bare = repository.path / "backup.git"
    other = Repository(repository.path.parent / "other")
    other.commit({"a": PLAIN})
    other.git("clone", "--quiet", "--bare", "--no-local", str(other.path), str(bare))
    if packed:
        other.git("-C", str(bare), "gc", "--quiet")
    else:
        shutil.rmtree(bare / "objects")
        shutil.copytree(other.path / ".git" / "objects", bare / "objects")
        shutil.rmtree(bare / "objects" / "pack")
    if lost == "refs":
        shutil.rmtree(bare / "refs")
    elif lost == "HEAD":
        (bare / "HEAD").unlink()
    else:
        (bare / "HEAD").write_text("")
    assert searched(repository.path).gaps == [f"{bare}: {HEADLESS}"]


def test_folders_that_are_called_as_git_s_are_no_repositories(repository: Repository) -> None:
    repository.commit({"src/objects/ab/model.bin": "fine", "src/objects/data.json": "{}", "src/HEAD": "fine"})
    assert searched(repository.path).gaps == []


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


def write_loose(repository: Repository, name: str, data: bytes) -> None:
    path = repository.path / ".git" / "objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))


def test_an_object_that_is_longer_than_it_says_hides_no_other(repository: Repository) -> None:
    """What git gives behind it looks like the header of a harmless object, and would take the next one along."""
    repository.commit({"a.txt": "fine\n"})
    harmless = repository.git("rev-parse", "HEAD:a.txt")
    text = 10 * "a line\n" + f"KEY = '{PLAIN}'\n"
    (repository.path / "b.txt").write_text(text)
    hidden = repository.git("hash-object", "-w", "b.txt")
    size = 1 + len(f"{hidden} blob {len(text)}\n") + len(text)
    before = int(hidden[:2], 16)
    for number in range(max(before - 12, 0), before):  # one of them is asked for right before the hidden one
        write_loose(repository, f"{number:02x}{'e' * 38}", f"blob 5\0clean\n{harmless} blob {size}\n".encode())
    found = searched(repository.path)
    assert [hit.history and hit.history.object for hit in found.secrets] == [hidden]
    assert any("git cannot read this object" in gap for gap in found.gaps)


def test_what_damaged_objects_give_is_told_by_their_names_only(repository: Repository) -> None:
    repository.commit({"a.txt": "fine\n"})
    name = "ab" + "c" * 38
    for size in (5, 500):
        write_loose(repository, name, f"blob {size}\0clean\n{PLAIN}\n{PLAIN} x\n".encode())
        gaps = searched(repository.path).gaps
        assert any(f"object {name[:12]}" in gap and "git cannot read this object" in gap for gap in gaps)
        assert not any(PLAIN[:6] in gap for gap in gaps)
        assert not any("-" in gap.partition(" objects were not read")[0][-3:] for gap in gaps)


def test_a_secret_that_is_not_found_again_is_a_gap(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository changes meanwhile, or git was led astray in a way that nobody thought of."""
    repository.commit({"a.txt": PLAIN})
    monkeypatch.setattr(FileSearch, "found", property(lambda _: False))
    found = searched(repository.path)
    assert found.secrets == []
    assert found.gaps == [f"{repository.path}/a.txt: {NOT_AGAIN}"]
