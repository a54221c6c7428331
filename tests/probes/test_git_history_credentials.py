"""Of the history, credentials that nobody declared count in the declared sources only; known secrets everywhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from readiness.probes.git_history import GitHistoryProbe
from readiness.scan.nested import LINKED
from readiness.searched import GitHistory
from tests.probes.test_source_tree import CONFIG, context
from tests.scan.conftest import Repository
from tests.scan.planting import SECRET

UNKNOWN = "# for api.flute.com\nclient_secret = 'kR7vQ2mZ9xT4bN8cW3jL6pY1'\n"
SOURCES = """\
sources:
  - {path: shop, exclude: [{pattern: "tests/**", reason: made-up keys}]}
  - {path: old, history: false}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    repository = Repository(tmp_path / "work")
    monkeypatch.chdir(repository.path)
    for name in ("SANDBOX_SECRET", "RETIRED_SECRET"):
        monkeypatch.setenv(name, SECRET if name == "SANDBOX_SECRET" else SECRET[::-1])
    repository.write({"webhook.key": "4b1d0e9f8a7c6b5d4e3f2a1b0c9d8e7f\n", "readiness.yaml": CONFIG + SOURCES})
    return repository


def gathered() -> GitHistory:
    found = asyncio.run(GitHistoryProbe().gather(context()))
    assert isinstance(found, GitHistory)
    return found


def test_credentials_count_in_declared_sources_only(repository: Repository) -> None:
    paths = ["shop/a.py", "shop/tests/b.py", "shopping/c.py", "old/d.py", "e.py"]
    repository.commit({path: UNKNOWN + f"# {path}\n" for path in paths})
    repository.commit(dict.fromkeys(paths, "nothing any more\n"))
    assert [hit.location.path for hit in gathered().credentials] == ["shop/a.py"]


def test_known_secrets_count_everywhere(repository: Repository) -> None:
    paths = ["shop/a.py", "shop/tests/b.py", "shopping/c.py", "old/d.py", "e.py"]
    repository.commit({path: f"# {path}\nkey = '{SECRET}'\n" for path in paths})
    repository.commit(dict.fromkeys(paths, "nothing any more\n"))
    assert sorted(hit.location.path for hit in gathered().secrets) == sorted(paths)


def test_an_excluded_link_to_another_repository_is_no_gap(repository: Repository) -> None:
    repository.commit({"shop/a.py": "fine", "shop/tests/b.py": "fine"})
    Repository(repository.path.parent / "other").commit({"a": SECRET})
    for folder in ("shop", "shop/tests"):
        (repository.path / folder / "link").symlink_to(repository.path.parent / "other")
    assert gathered().gaps == (f"shop/link: {LINKED}",)
