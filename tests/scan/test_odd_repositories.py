"""Repositories of every odd kind: shallow, partial, bare, linked, of other hashes, hostile."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from readiness.scan.connectivity import ABSENT
from readiness.scan.object_store import INTERRUPTED
from readiness.scan.repositories import NONE, PARTIAL, SHALLOW
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN
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


def test_an_empty_repository_holds_nothing(repository: Repository) -> None:
    found = searched(repository.path)
    assert (found.secrets, found.gaps, found.objects) == ([], [], 0)


def test_no_repository_is_a_gap(tmp_path: Path) -> None:
    assert searched(tmp_path).gaps == [f"{tmp_path}: {NONE}"]
    gone = tmp_path / "gone"
    assert searched(gone).gaps == [f"{gone}: no such file or directory"]


def test_alternates_are_searched_and_missed(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": PLAIN})
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--shared", str(repository.path), str(clone))
    assert len(searched(clone).secrets) == 1
    (clone / ".git" / "objects" / "info" / "alternates").write_text("/nonexistent/objects\n")
    assert searched(clone).gaps != []


@pytest.mark.parametrize("name", ["base", 'a  "b" é'])
def test_what_git_does_not_see_in_alternates_is_a_gap(tmp_path: Path, name: str) -> None:
    """Of alternates that have alternates too, whatever they are called."""
    base, middle, clone = Repository(tmp_path / name), tmp_path / "middle", tmp_path / "clone"
    base.commit({"a": "fine"})
    base.git("clone", "--quiet", "--shared", str(base.path), str(middle))
    base.git("clone", "--quiet", "--shared", str(middle), str(clone))
    assert searched(clone).gaps == []
    packs = base.path / ".git" / "objects" / "pack"
    (packs / "pack-4f2a.pack").write_bytes(b"PACK\0\0\0\2")
    (packs / "tmp_pack_4f2a").write_bytes(b"PACK\0\0\0\2")
    assert searched(clone).gaps == [
        f"{clone}: {INTERRUPTED}",
        f"{clone}: git cannot read the index of pack-4f2a.pack, so what is packed there is not seen",
    ]


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


def test_a_bare_repository_within_a_source_is_searched(repository: Repository) -> None:
    repository.commit({"a.txt": "1"})
    inner = repository.path / "fixtures" / "one.git"
    other = Repository(repository.path.parent / "other")
    other.commit({"b.txt": PLAIN})
    other.git("clone", "--quiet", "--bare", str(other.path), str(inner))
    assert [hit.location.path for hit in searched(repository.path).secrets] == [f"{inner}/b.txt"]


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


def test_a_secret_in_packed_refs_is_found_where_git_passes_over_it(repository: Repository) -> None:
    head = repository.commit({"a.txt": "fine"})
    packed = repository.path / ".git" / "packed-refs"
    packed.write_text(f"# pack-refs with: peeled fully-peeled sorted \n{head} refs/heads/bad..{PLAIN}\n")
    hits = searched(repository.path).secrets
    assert [(hit.location.path, hit.form) for hit in hits] == [(str(packed), "raw, in what is no name of a ref")]


@pytest.mark.parametrize(
    "setting",
    [
        '[remote "a"]\n\tpromisor\n',
        "[extensions]\n\tpartialClone = false\n",
        '[remote "a"]\n\tpartialCloneFilter = blob:none\n',
    ],
)
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
