from __future__ import annotations

import asyncio
import gzip
import zipfile
from pathlib import Path

import pytest

from readiness.config.loader import load_config
from readiness.evidence import Missing
from readiness.model import Because
from readiness.probe import Probe
from readiness.probes.declared_files import ArtifactsProbe, LogsProbe
from readiness.probes.git_history import GitHistoryProbe
from readiness.searched import Artifacts, GitHistory, Logs
from tests.probes.test_source_tree import CONFIG, SOURCES, context, folder
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN, SECRET

__all__ = ["folder"]


def planned(probe: Probe, text: str) -> object:
    Path("readiness.yaml").write_text(text)
    return probe.plan(load_config("readiness.yaml"), None)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("probe", "declared"),
    [(ArtifactsProbe(), "artifacts: []"), (LogsProbe(), "logs: []"), (GitHistoryProbe(), "sources: [{path: .}]")],
)
def test_what_is_not_declared_is_missing(probe: Probe, declared: str) -> None:
    missing = planned(probe, CONFIG)
    assert isinstance(missing, Missing)
    assert missing.because is Because.NOT_CONFIGURED
    assert planned(probe, f"{CONFIG}{declared}\n") == []


def test_artifacts_are_opened(folder: Path) -> None:
    (folder / "dist").mkdir()
    with zipfile.ZipFile(folder / "dist" / "app.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("app/settings.py", f"\nKEY = '{SECRET}'\n")
    Path("readiness.yaml").write_text(CONFIG + 'artifacts: ["dist/**", "image.tar"]\n')
    found = asyncio.run(ArtifactsProbe().gather(context()))
    assert isinstance(found, Artifacts)
    assert [str(hit.location) for hit in found.secrets] == ["dist/app.whl!app/settings.py:2:8"]
    assert (found.files, found.unmatched, found.gaps) == (1, ("image.tar",), ())


def test_compressed_logs_are_read_and_cards_are_found(folder: Path) -> None:
    (folder / "var" / "log").mkdir(parents=True)
    line = f"paid with 4242 4242 4242 4242, secret {PLAIN}\n"
    (folder / "var" / "log" / "a.log.1.gz").write_bytes(gzip.compress(line.encode()))
    (folder / "var" / "log" / "a.log").write_text("nothing\n")
    Path("readiness.yaml").write_text(CONFIG + 'logs: ["var/log/*"]\n')
    found = asyncio.run(LogsProbe().gather(context()))
    assert isinstance(found, Logs)
    assert [str(hit.location) for hit in found.secrets] == ["var/log/a.log.1.gz:1:39"]
    assert [str(hit.location) for hit in found.matches["card_numbers"]] == ["var/log/a.log.1.gz:1:11"]
    assert (found.files, found.gaps) == (2, ())


def test_history_is_searched_once_for_all_sources(folder: Path) -> None:
    repository = Repository.__new__(Repository)
    repository.path = folder
    repository.commit({"src/a.py": SECRET, "lib/b.py": "x"})
    repository.commit({"src/a.py": "fine"})
    Path("readiness.yaml").write_text(CONFIG + "sources: [{path: src}, {path: lib}]\n")
    found = asyncio.run(GitHistoryProbe().gather(context()))
    assert isinstance(found, GitHistory)
    assert [hit.location.path for hit in found.secrets] == ["src/a.py"]
    assert (found.repositories, found.gaps) == ((".",), ())
    assert found.not_searched == ("production client_secret",)


def test_sources_may_leave_history_out(folder: Path) -> None:
    text = CONFIG + SOURCES.replace("path: .,", "path: ., history: false,")
    missing = planned(GitHistoryProbe(), text)
    assert isinstance(missing, Missing)
    assert folder.exists()
