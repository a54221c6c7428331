from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness.config.loader import load_config
from readiness.config.model import Source
from readiness.configuration import describe_config, read_secrets
from readiness.evidence import Missing
from readiness.model import Because, Environment
from readiness.probe import ProbeContext
from readiness.probes import searching
from readiness.probes.source_tree import SourceTreeProbe
from readiness.scan import blocks
from readiness.scan.tree import Findings, TreeSearch
from readiness.searched import SourceTree
from readiness.transport import Guard, Transport
from tests.scan.conftest import Repository
from tests.scan.planting import CLIENT_ID, PLAIN, SECRET, encoded

WEBHOOK = "4b1d0e9f8a7c6b5d4e3f2a1b0c9d8e7f"
CONFIG = f"""\
version: 1
integration: {{name: Shop, kind: merchant}}
environments:
  sandbox:
    preset: aurora
    client_id: {CLIENT_ID}
    client_secret: {{env: SANDBOX_SECRET}}
    webhook_secret: {{file: webhook.key}}
    retired_keys:
      - {{client_id: 0b9d6c1e-7b2d-4c68-9e15-0d8f6a4b7c21, client_secret: {{env: RETIRED_SECRET}}}}
  production:
    preset: aurora
    client_id: 77aa9a1e-7b2d-4c68-9e15-0d8f6a4b7c21
    client_secret: {{env: PRODUCTION_SECRET}}
"""
SOURCES = """\
sources:
  - {path: ., exclude: [{pattern: "tests/**", reason: made-up keys}]}
artifacts: [dist/**]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a config, whose folder is the working directory."""
    repository = Repository(tmp_path / "shop")
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("SANDBOX_SECRET", SECRET)
    monkeypatch.setenv("RETIRED_SECRET", PLAIN)
    monkeypatch.delenv("PRODUCTION_SECRET", raising=False)
    repository.write({".gitignore": "*.key\n", "readiness.yaml": CONFIG + SOURCES, "webhook.key": f"{WEBHOOK}\n"})
    (repository.path / "webhook.key").chmod(0o600)
    return repository.path


def context(**changes: object) -> ProbeContext:
    config = load_config("readiness.yaml")
    book = read_secrets(config, b"k" * 32)
    now = datetime.now(UTC)
    built = ProbeContext(
        config=config,
        configuration=describe_config(config, book),
        environment=None,
        now=now,
        run_id="run",
        state_dir=Path(),
        transport=Transport(Guard([]), book.redactor, user_agent="test", started_at=now, timeout=1.0),
        secrets=book,
        sessions={},
        deadline=60.0,
        progress=lambda _text, _remaining=None: None,
    )
    for name, value in changes.items():
        setattr(built, name, value)
    return built


def gathered(**changes: object) -> SourceTree:
    return asyncio.run(SourceTreeProbe().gather(context(**changes)))


def test_a_clean_project_has_no_hits_and_no_gaps(folder: Path) -> None:
    (folder / "shop.py").write_text("import os\nkey = os.environ['SANDBOX_SECRET']\n")
    tree = gathered(progress=lambda *_: None)
    assert [hit.location.path for hit in tree.secrets] == ["webhook.key"]  # the file that is there to hold it
    assert (tree.credentials, tree.retired_hosts, tree.gaps) == ((), (), ())
    assert tree.searched == (
        "sandbox client_secret",
        "sandbox webhook_secret",
        "sandbox retired_keys[0] client_secret",
    )
    assert tree.not_searched == ("production client_secret",)
    assert tree.bytes > 0


def test_everything_planted_is_found(folder: Path) -> None:
    files = {
        "app.py": f"\nKEY = '{SECRET}'\n",
        "call.sh": f"curl -H 'Authorization: Basic {encoded(SECRET, before=CLIENT_ID + ':').decode()}'\n",
        "old.js": f"const key = '{PLAIN[:16]}' +\n  '{PLAIN[16:]}';\n",
        "tests/fixture.py": f"KEY = '{SECRET}'\n",
        "other.env": "FLUTE_CLIENT_SECRET=kR7vQ2mZ9xT4bN8cW3jL6pY1\n",
        "url.ini": "oauth = https://oauth.uat.arise.risewithaurora.com/oauth2/token\n",
        ".env": "A=1\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / ".env").chmod(0o644)
    tree = gathered()
    assert {(str(hit.location), hit.what, hit.form) for hit in tree.secrets if hit.location.path != "webhook.key"} == {
        ("app.py:2:8", "sandbox client_secret", "raw"),
        ("call.sh:1:31", "sandbox client_secret", "Basic header"),
        ("old.js:1:14", "sandbox retired_keys[0] client_secret", "raw, broken up"),
        ("tests/fixture.py:1:8", "sandbox client_secret", "raw"),
    }
    assert all(hit.environment is Environment.SANDBOX for hit in tree.secrets)
    assert [str(hit.location) for hit in tree.credentials] == ["other.env:1:21"]
    assert [(hit.what, str(hit.location)) for hit in tree.retired_hosts] == [
        ("oauth.uat.arise.risewithaurora.com", "url.ini:1:17")
    ]
    assert [(each.pattern, each.files) for each in tree.excluded] == [("tests/**", 1)]
    dotenv, key = tree.secret_files
    assert (dotenv.path, dotenv.tracked, dotenv.ignored, dotenv.readable_by_others) == (".env", False, False, True)
    assert (key.path, key.tracked, key.ignored, key.readable_by_others) == ("webhook.key", False, True, False)
    assert key.location is not None
    assert key.location.line == 8
    text = tree.model_dump_json()
    assert not [value for value in (SECRET, PLAIN, WEBHOOK, "kR7vQ2mZ9xT4bN8cW3jL6pY1") if value in text]


def test_evidence_survives_json(folder: Path) -> None:
    (folder / "app.py").write_text(SECRET)
    tree = gathered()
    assert SourceTree.model_validate_json(tree.model_dump_json()) == tree


def test_no_network_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = context()

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert asyncio.run(SourceTreeProbe().gather(work)).files >= 3


def test_a_plan_needs_sources_and_announces_no_request(folder: Path) -> None:
    assert SourceTreeProbe().plan(load_config("readiness.yaml"), None) == []
    (folder / "readiness.yaml").write_text(CONFIG)
    missing = SourceTreeProbe().plan(load_config("readiness.yaml"), None)
    assert isinstance(missing, Missing)
    assert missing.because is Because.NOT_CONFIGURED
    assert "`sources`" in missing.detail


@pytest.mark.parametrize("limit", ["run", "scan"])
def test_a_deadline_leaves_a_gap(folder: Path, limit: str) -> None:
    work = context()
    if limit == "run":
        work.deadline = 0.0
    else:
        policy = work.config.policy.model_copy(update={"scan_deadline": work.config.policy.drill_watch * 0})
        work.config = work.config.model_copy(update={"policy": policy})
    tree = asyncio.run(SourceTreeProbe().gather(work))
    assert "the time for the search was over" in tree.gaps[0]


def test_cancelling_ends_the_search_within_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 16)
    (folder / "big").write_bytes(b"0123456789abcdef" * (1 << 20))
    work = context()

    async def interrupted() -> float:
        started = asyncio.Event()
        loop = asyncio.get_running_loop()

        class Watched(TreeSearch):
            def search(self, sources: Sequence[Source]) -> Findings:
                loop.call_soon_threadsafe(started.set)
                return super().search(sources)

        monkeypatch.setattr(searching, "TreeSearch", Watched)
        task = asyncio.create_task(SourceTreeProbe().gather(work))
        await started.wait()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await loop.shutdown_default_executor()
        return time.monotonic() - began

    assert asyncio.run(interrupted()) < 1


def test_a_literal_secret_is_found_in_the_config_itself(folder: Path) -> None:
    text = (CONFIG + SOURCES).replace("{env: SANDBOX_SECRET}", f"'{SECRET}'")
    (folder / "readiness.yaml").write_text(text)
    assert "readiness.yaml" in {hit.location.path for hit in gathered().secrets}
