"""Secrets in every corner of a repository."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

from readiness.facts import KnownHosts
from readiness.scan import git_objects
from readiness.scan.content import Bounds
from readiness.scan.history import HistoryFindings, HistorySearch
from readiness.scan.limits import Interrupted, Limits
from readiness.scan.needles import Needles
from readiness.scan.patterns import all_patterns
from tests.scan.conftest import Repository
from tests.scan.planting import BREAKERS, CLIENT_ID, PLAIN, SECRET, WRITERS, encoded, needles
from tests.scan.test_git import snapshot
from tests.scan.test_needles import one_off

BOUNDS = Bounds(depth=3, memory=1 << 20)


def searched(
    *folders: Path, limits: Limits | None = None, values: tuple[str, ...] = (PLAIN, SECRET)
) -> HistoryFindings:
    search = HistorySearch(needles(*values), BOUNDS, shown=str, limits=limits)
    return search.search(list(folders))


def commit_bytes(repository: Repository, name: str, data: bytes, message: str = "A change") -> str:
    path = repository.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    repository.git("add", "--force", "--", name)
    repository.git("commit", "--quiet", "--allow-empty", "--message", message)
    return repository.git("rev-parse", "HEAD")


def test_first_and_last_commit_date_and_ref_are_told(repository: Repository) -> None:
    repository.commit({"a.txt": "nothing\n"})
    first = repository.commit({"app/pay.py": f"# pay\nKEY = '{PLAIN}'\n"})
    last = repository.commit({"b.txt": "nothing\n"})
    repository.commit({"app/pay.py": "# pay\nKEY = os.environ['KEY']\n"})
    (hit,) = searched(repository.path).secrets
    assert str(hit.location) == f"{repository.path}/app/pay.py:2:8"
    assert hit.history is not None
    assert (hit.history.first_commit, hit.history.last_commit) == (first, last)
    assert hit.history.ref == "refs/heads/main"
    assert hit.history.author_date == repository.git("show", "-s", "--format=%aI", first)
    assert (hit.form, hit.what) == ("raw", "secret 0")


def test_versions_of_one_file_are_one_finding(repository: Repository) -> None:
    commits = [repository.commit({"a.env": f"N={number}\nKEY={PLAIN}\n"}) for number in range(4)]
    (hit,) = searched(repository.path).secrets
    assert hit.history is not None
    assert (hit.history.first_commit, hit.history.last_commit) == (commits[0], commits[-1])


def test_what_is_held_still_names_the_tip(repository: Repository) -> None:
    first = repository.commit({"a.env": PLAIN})
    tip = repository.commit({"b": "x"})
    (hit,) = searched(repository.path).secrets
    assert hit.history is not None
    assert (hit.history.first_commit, hit.history.last_commit) == (first, tip)


def plant_everywhere(repository: Repository) -> dict[str, str]:
    """One secret in each place. The secrets, by place."""
    values = {
        place: f"{number:02d}{PLAIN[2:]}"[:30] + f"{number:02x}"
        for number, place in enumerate(
            ["deleted", "edited", "branch", "tag only", "lost commit", "lost blob", "stash", "untracked in stash",
             "note", "merge only", "message", "author", "tag message", "file name", "folder name", "amended",
             "staged once", "loose", "packed", "submodule", "worktree", "remote branch", "replaced"]
        )
    }  # fmt: skip
    git, commit = repository.git, repository.commit
    commit({"deleted.txt": values["deleted"], "edited.txt": values["edited"], "packed.txt": values["packed"]})
    git("rm", "--quiet", "deleted.txt")
    commit({"edited.txt": "fine\n", "packed.txt": "fine"})
    base = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "-b", "side")
    commit({"branch.txt": values["branch"]})
    git("update-ref", "refs/remotes/origin/feature", commit({"remote.txt": values["remote branch"]}))
    git("checkout", "--quiet", "--detach", base)
    git("tag", "old", commit({"tagged.txt": values["tag only"]}))
    git("checkout", "--quiet", "--detach", base)
    commit({"lost.txt": values["lost commit"]})
    git("checkout", "--quiet", "main")
    subprocess.run(
        ["git", "-C", str(repository.path), "hash-object", "-w", "--stdin"],
        input=values["lost blob"].encode(), check=True, capture_output=True,
    )  # fmt: skip
    repository.write({"edited.txt": values["stash"], "new.txt": values["untracked in stash"]})
    git("stash", "push", "--quiet", "--include-untracked")
    git("notes", "add", "--message", values["note"], base)
    git("merge", "--quiet", "--no-commit", "side")
    repository.write({"merged.txt": values["merge only"]})
    git("add", "merged.txt")
    git("commit", "--quiet", "--message", "Merge")
    commit_bytes(repository, "m.txt", b"m", f"Use {values['message']}\n\nfor now")
    git(
        "-c",
        f"user.name={values['author']}",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "x",
        f"--author={values['author']} <a@b>",
    )
    git("tag", "--annotate", "--message", f"with {values['tag message']}", "v1")
    commit({f"dump-{values['file name']}.txt": "x", f"of-{values['folder name']}/a": "x"})
    commit({"amend.txt": values["amended"]})
    repository.write({"amend.txt": "fine"})
    git("commit", "--quiet", "--all", "--amend", "--no-edit")
    repository.write({"staged.txt": values["staged once"]})
    git("add", "staged.txt")
    git("rm", "--quiet", "--cached", "staged.txt")
    git("gc", "--quiet", "--prune=never")
    commit({"loose.txt": values["loose"]})
    git("worktree", "add", "--quiet", "--detach", "../linked")
    (repository.path.parent / "linked" / "w.txt").write_text(values["worktree"])
    git("-C", "../linked", "add", "w.txt")
    git("-C", "../linked", "commit", "--quiet", "--message", "In the worktree")
    inner = Repository(repository.path / "vendor" / "inner")
    inner.commit({"sub.txt": values["submodule"]})
    original = commit({"replaced.txt": values["replaced"]})
    git("replace", original, git("commit-tree", "HEAD~1^{tree}", "-m", "innocent"))
    return values


def test_every_place_is_searched(repository: Repository) -> None:
    values = plant_everywhere(repository)
    before = snapshot(repository.path)
    found = searched(repository.path, values=tuple(values.values()))
    assert snapshot(repository.path) == before
    assert found.gaps == []
    places = dict(zip((f"secret {number}" for number in range(len(values))), values, strict=True))
    hits = {places[hit.what]: hit for hit in found.secrets}
    assert set(hits) == set(values)
    refs = {place: hit.history.ref for place, hit in hits.items() if hit.history is not None}
    assert refs["stash"] == refs["untracked in stash"] == "refs/stash"
    assert refs["tag only"] == "refs/tags/old"
    assert refs["branch"] in {"refs/heads/side", "refs/heads/main", "refs/remotes/origin/feature"}
    assert refs["note"] == "refs/notes/commits"
    assert refs["lost commit"] == refs["amended"] == "reflog"
    assert refs["lost blob"] == refs["staged once"] == "unreachable"
    assert refs["tag message"] == "refs/tags/v1"
    assert hits["message"].form == "raw, in the commit's message"
    assert hits["author"].form == "raw, in the commit's author"
    assert hits["tag message"].form == "raw, in the tag's message"
    assert hits["file name"].form == "raw, in the name"
    assert hits["merge only"].location.path.endswith("/merged.txt")
    assert hits["submodule"].location.path.endswith("vendor/inner/sub.txt")
    assert hits["lost commit"].history is not None
    assert hits["lost commit"].history.first_commit is not None


def test_every_form_is_found_in_history_and_no_near_miss(repository: Repository) -> None:
    forms = WRITERS | BREAKERS
    for number, (name, write) in enumerate(forms.items()):
        path = repository.path / f"{number}.bin"
        path.write_bytes(b"\n".join((b"-- " + name.encode(), write(PLAIN))) if "utf" not in name else write(PLAIN))
        (repository.path / f"{number}.miss").write_bytes(write(one_off(PLAIN, number % len(PLAIN))))
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message", "All forms")
    found = searched(repository.path, values=(PLAIN,))
    assert {Path(hit.location.path).name for hit in found.secrets} == {f"{number}.bin" for number in range(len(forms))}


def packed_files() -> dict[str, bytes]:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.properties", f"key={PLAIN}\n" * 9)
    outer = io.BytesIO()
    with tarfile.open(fileobj=outer, mode="w:xz") as tar:
        info = tarfile.TarInfo("lib/app.jar")
        info.size = len(inner.getvalue())
        tar.addfile(info, io.BytesIO(inner.getvalue()))
    return {
        "app.jar": inner.getvalue(),
        "app.pyz": b"#!/usr/bin/env python3\n" + inner.getvalue(),
        "dist.tar.xz": outer.getvalue(),
    }


def test_archives_in_history_are_opened(repository: Repository) -> None:
    for name, data in packed_files().items():
        commit_bytes(repository, name, data)
    found = searched(repository.path, values=(PLAIN,))
    paths = [hit.location.path.removeprefix(f"{repository.path}/") for hit in found.secrets]
    files = ["app.jar!config.properties", "app.pyz!config.properties", "dist.tar.xz!lib/app.jar!config.properties"]
    assert sorted(paths) == files


@pytest.mark.parametrize("at", [0, 100, git_objects.BLOCK - 40, git_objects.BLOCK, 3 * git_objects.BLOCK + 7])
def test_borders_of_blocks_hide_nothing(repository: Repository, at: int) -> None:
    """Of an object larger than `policy.max_object`, too."""
    commit_bytes(repository, "big.txt", b"0123456 \n" * (at // 9) + b"\n" + encoded(PLAIN) + b"\n" + b"x y\n" * 200_000)
    found = searched(repository.path, values=(PLAIN,))
    assert [hit.form for hit in found.secrets] == ["base64"]
    assert found.gaps == []


def test_a_deadline_is_a_gap(repository: Repository) -> None:
    repository.commit({"a": PLAIN})
    (gap,) = searched(repository.path, limits=Limits(deadline=time.monotonic() - 1)).gaps
    assert "the time for the search was over" in gap


def test_a_search_stops_when_it_is_told_to_and_leaves_no_process(repository: Repository) -> None:
    repository.commit({"a": PLAIN})
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        searched(repository.path, limits=Limits(stop))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [child for child in children if "git" in Path(f"/proc/{child}/comm").read_text()]


def test_progress_tells_objects_and_the_time_that_is_left(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.scan.history._PROGRESS_EVERY", 0.0)
    repository.commit({"a": PLAIN})
    told: list[tuple[str, float | None]] = []
    search = HistorySearch(needles(PLAIN), BOUNDS, shown=str, progress=lambda text, left: told.append((text, left)))
    search.search([repository.path])
    assert told
    assert told[-1][0].startswith("3 of 3 objects, ")
    assert told[-1][1] == 0


def test_basic_headers_and_patterns_are_found(repository: Repository) -> None:
    header = encoded(SECRET, before=f"{CLIENT_ID}:").decode()
    repository.commit({"a.sh": f"curl -H 'Authorization: Basic {header}' https://api.flute.com\n"})
    assert [hit.form for hit in searched(repository.path).secrets] == ["Basic header"]


def credentials(repository: Repository) -> list[tuple[str, tuple[str, ...]]]:
    patterns = all_patterns(KnownHosts())
    found = HistorySearch(Needles((), patterns), BOUNDS, shown=str).search([repository.path])
    return [(str(hit.location), tuple(one.reason for one in hit.excuses)) for hit in found.matches["credentials"]]


def test_comments_excuse_in_the_history_too(repository: Repository) -> None:
    text = "const api = 'https://api.flute.com'\n{}const client_secret = '9f8b6c1d2e3f4a5b6c7d8e9fa0b1c2d3'\n"
    comment = "// readiness: allow key-storage/no-other-credentials of the docs\n"
    repository.commit({"a.js": text.format(comment)})
    assert credentials(repository) == [(f"{repository.path}/a.js:3:24", ("of the docs",))]
    repository.commit({"a.js": text.format("")})
    assert sorted(credentials(repository)) == [
        (f"{repository.path}/a.js:2:24", ()),
        (f"{repository.path}/a.js:3:24", ("of the docs",)),
    ]
