"""Repositories below a source: submodules that are not here, links, closed folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readiness.scan.nested import LINKED
from readiness.scan.submodules import ABSENT
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN
from tests.scan.test_history import searched


def test_a_submodule_that_is_not_here_is_a_gap(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.commit({"a": PLAIN})
    allowed = ("-c", "protocol.file.allow=always")
    repository.git(*allowed, "submodule", "--quiet", "add", "--name", "theme", str(inner.path), "docs/lib")
    repository.commit({"app/b": "fine"})
    clone, bare = tmp_path / "clone", tmp_path / "bare.git"
    repository.git("clone", "--quiet", str(repository.path), str(clone))
    repository.git("clone", "--quiet", "--bare", str(repository.path), str(bare))
    for source, place in ((clone, clone), (clone / "docs", clone), (clone / "docs" / "lib", clone), (bare, bare)):
        assert searched(source).gaps == [f"{place}/docs/lib: {ABSENT}"]
    assert searched(clone / "app").gaps == [], "the submodule is not of the source"
    repository.git("-C", str(clone), *allowed, "submodule", "--quiet", "update", "--init")
    repository.git("-C", str(clone), "submodule", "--quiet", "deinit", "--all")
    found = searched(clone)
    assert (len(found.secrets), found.gaps) == (1, []), "git keeps its repository"
    repository.git("clone", "--quiet", "--no-checkout", str(repository.path), str(tmp_path / "empty"))
    assert searched(tmp_path / "empty").gaps == [f"{tmp_path}/empty/docs/lib: {ABSENT}"]


def test_a_repository_behind_a_link_is_a_gap(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"app/a": "fine", "lib/b": "fine"})
    other = Repository(tmp_path / "elsewhere" / "other")
    other.commit({"src/a": PLAIN})
    (tmp_path / "plain" / "deep").mkdir(parents=True)
    app = repository.path / "app"
    (app / "lib").symlink_to("../lib")
    (app / "plain").symlink_to(tmp_path / "plain")
    assert searched(app).gaps == []
    for name, target in (("above", other.path / "src"), ("below", tmp_path / "elsewhere"), ("same", other.path)):
        (app / name).symlink_to(target)
        assert searched(app).gaps == [f"{app}/{name}: {LINKED}"]
        assert searched(app, tmp_path / "elsewhere").gaps[:1] != [f"{app}/{name}: {LINKED}"]
        (app / name).unlink()


def test_a_large_or_closed_folder_behind_a_link_may_hold_a_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a": "fine"})
    (tmp_path / "plain" / "deep").mkdir(parents=True)
    (repository.path / "link").symlink_to(tmp_path / "plain")
    gap = f"{repository.path}/link: {LINKED}"
    assert searched(repository.path).gaps == []
    with monkeypatch.context() as context:
        context.setattr("readiness.scan.nested._LOOKED_INTO", 2)
        assert searched(repository.path).gaps == [gap]
    close(monkeypatch, tmp_path / "plain" / "deep")
    assert searched(repository.path).gaps == [gap]


def close(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As another user's: root may read all."""
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)


def test_a_folder_that_may_hold_a_repository_and_is_closed_is_a_gap(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"src/a": "fine"})
    Repository(repository.path / "closed" / "inner").commit({"a": PLAIN})
    close(monkeypatch, repository.path / "closed")
    assert searched(repository.path, repository.path / "src").gaps == [f"{repository.path}/closed: permission denied"]
    assert searched(repository.path / "src" / "a").gaps == []
