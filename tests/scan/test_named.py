"""What globs name, and what of it is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readiness.scan.tree import TreeSearch
from tests.scan.conftest import Repository
from tests.scan.planting import SECRET, needles


def test_what_a_named_link_leads_to_must_be_named_too(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.txt").write_text(SECRET)
    (tmp_path / "logs" / "app.log").write_text("fine")
    (tmp_path / "logs" / "current.log").symlink_to("app.log")
    (tmp_path / "logs" / "latest.log").symlink_to("../archive/a.txt")
    (tmp_path / "logs" / "python").symlink_to("/usr/bin/python3")

    def gaps(*globs: str) -> list[str]:
        return TreeSearch(tmp_path, needles(SECRET)).search_globs(globs).gaps

    (gap,) = gaps("logs/*.log")
    assert gap == f"{tmp_path}/logs/latest.log: a link that leads out of the source; it was not followed"
    (gap,) = gaps("**/*.log")
    assert gap == f"{tmp_path}/logs/latest.log: a link to what no glob names; it was not followed"
    assert gaps("**/*.log", "archive/**") == []
    (tmp_path / "logs" / "latest.log").unlink()
    assert gaps("logs/*.log") == []


def globbed(folder: Path, *globs: str) -> list[str]:
    gaps = TreeSearch(folder, needles(SECRET)).search_globs(globs).gaps
    return [gap.replace(str(folder), "") for gap in gaps]


def test_a_link_to_a_folder_that_may_hold_what_is_named_is_a_gap(tmp_path: Path) -> None:
    for name in ("dist/1/app.jar", "dist/1/lib/x.jar", "elsewhere/app.jar", "logs/web/x.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("fine")
    (tmp_path / "elsewhere" / "app.jar").write_text(SECRET)
    (tmp_path / "dist" / "2").symlink_to("../elsewhere")
    (tmp_path / "dist" / "3").symlink_to("1/lib")
    (tmp_path / "dist" / "current").symlink_to("1")
    (tmp_path / "dist" / "gone").symlink_to("4")
    (tmp_path / "logs" / "app").symlink_to("../elsewhere")
    (tmp_path / "logs" / "api").symlink_to("web")
    left_out = "a link that leads out of the source; it was not followed"
    unnamed = "/dist/3: a link to what no glob names; it was not followed"
    assert globbed(tmp_path, "dist/*/app.jar") == [f"/dist/2: {left_out}", unnamed]
    assert globbed(tmp_path, "dist/*/app.jar", "elsewhere/**") == [unnamed]
    assert globbed(tmp_path, "dist/**/*.jar") == [f"/dist/2: {left_out}"]
    assert globbed(tmp_path, "dist/1/*.jar") == []
    assert globbed(tmp_path, "logs/**/*.log") == [f"/logs/app: {left_out}"]
    assert globbed(tmp_path, "logs/**/*.log", "elsewhere/*.jar") == [f"/logs/app: {left_out}"]


def test_links_within_what_a_linked_root_names_are_no_gaps(tmp_path: Path) -> None:
    (tmp_path / "build" / "out").mkdir(parents=True)
    (tmp_path / "build" / "out" / "app-1.jar").write_text("fine")
    (tmp_path / "build" / "out" / "app.jar").symlink_to("app-1.jar")
    (tmp_path / "dist").symlink_to("build/out")
    assert globbed(tmp_path, "dist/**") == []
    assert globbed(tmp_path / "build", f"{tmp_path}/dist/*.jar") == []


def test_a_closed_folder_is_a_gap_where_what_is_named_may_stand_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dist/1/app.jar", "dist/1/lib/x", "dist/2/app.jar"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("fine")
    (tmp_path / "dist" / "3").symlink_to("2/inner")
    scandir, status = os.scandir, os.stat

    def listing(path: str) -> object:
        return scandir(refused(path, "/2", "/lib"))

    def looking(path: str, **how: bool) -> object:
        return status(refused(path, "/3"), **how)

    def refused(path: str, *ends: str) -> str:
        if str(path).endswith(ends):
            raise PermissionError(13, "Permission denied", path)
        return path

    monkeypatch.setattr(os, "scandir", listing)
    monkeypatch.setattr(os, "stat", looking)
    assert globbed(tmp_path, "dist/*/app.jar") == [
        "/dist/3: a link to what no glob names; it was not followed",
        "/dist/2: permission denied",
    ]
    (tmp_path / "dist" / "3").unlink()
    assert globbed(tmp_path, "dist/*/app.jar") == ["/dist/2: permission denied"]
    assert globbed(tmp_path, "dist/1/*") == ["/dist/1/lib: permission denied"]


def test_a_git_repository_among_artifacts_is_a_gap(repository: Repository) -> None:
    repository.commit({"dist/app/a.txt": SECRET})
    repository.commit({"dist/app/a.txt": "fine"})
    app = repository.path / "dist" / "app"
    reason = "objects of a git repository, whose history was not searched: leave `.git` out of what is shipped"
    assert globbed(repository.path, "dist/**") == []
    (repository.path / ".git").rename(app / ".git")
    assert globbed(repository.path, "dist/**") == [f"/dist/app/.git: {reason}"]
    assert globbed(repository.path, "**/*.txt") == []
    repository.path = app
    repository.git("gc", "--quiet")
    repository.path = app.parent.parent
    assert globbed(repository.path, "dist/**") == [f"/dist/app/.git: {reason}"]
