from __future__ import annotations

import os
from pathlib import Path

import pytest

from readiness.evidence import Missing
from readiness.model import Location
from readiness.scan.secret_files import secret_files
from readiness.searched import SecretFile
from tests.scan.conftest import Repository


def facts(
    folder: Path, *names: str, artifacts: tuple[str, ...] = (), referred: tuple[str, ...] = ()
) -> list[SecretFile]:
    return list(
        secret_files(
            {folder / name: Location(path="readiness.yaml", line=3) for name in referred},
            [folder / name for name in names],
            artifacts,
            folder,
            lambda path: path.relative_to(folder).as_posix(),
        )
    )


def test_what_git_and_the_file_system_say(repository: Repository) -> None:
    repository.commit({".gitignore": ".env\n", "sub/.env.live": "A=1"})
    repository.write({".env": "A=1"})
    (repository.path / ".env").chmod(0o600)
    (repository.path / "sub" / ".env.live").chmod(0o644)
    assert facts(repository.path, ".env", "sub/.env.live", artifacts=("sub/**",)) == [
        SecretFile(
            path=".env",
            location=None,
            mode=0o600,
            readable_by_others=False,
            tracked=False,
            ignored=True,
            in_artifacts=False,
        ),
        SecretFile(
            path="sub/.env.live",
            location=None,
            mode=0o644,
            readable_by_others=True,
            tracked=True,
            ignored=False,
            in_artifacts=True,
        ),
    ]


def test_a_file_outside_every_repository_cannot_be_committed(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x")
    (file,) = facts(tmp_path, referred=("key",))
    assert (file.tracked, file.ignored) == (False, True)
    assert file.location == Location(path="readiness.yaml", line=3)


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("x")
    assert len(facts(tmp_path, ".env", referred=(".env",))) == 1


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    (file,) = facts(tmp_path, referred=("absent",))
    assert isinstance(file.readable_by_others, Missing)
    assert "absent: no such file" in file.readable_by_others.detail
    assert file.mode is None


def test_without_git_nothing_is_claimed(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.write({".env": "x"})
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    (file,) = facts(repository.path, ".env")
    assert isinstance(file.tracked, Missing)
    assert isinstance(file.ignored, Missing)
    assert "git is not on the PATH" in file.tracked.detail
