"""The wheel holds all that the repository ships, under one name, and works where nothing else of it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness import __version__
from readiness.layout import data_folder
from readiness.registry import load_builtin
from tests.plugins.conftest import Tool
from tests.plugins.installed import ROOT, run
from tests.stage import Stage


def test_its_only_top_level_name_is_readiness(names: frozenset[str]) -> None:
    assert {name.partition("/")[0] for name in names} == {"readiness", f"aurora_readiness-{__version__}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


@pytest.mark.parametrize("folder", ["checks", "templates", "sample_configs"])
def test_every_shipped_file_is_in_it(names: frozenset[str], folder: str) -> None:
    tracked = run("git", "ls-files", "-z", folder, cwd=ROOT).split("\0")
    shipped = {name for name in tracked if name and (ROOT / name).exists()}
    assert shipped
    assert {f"readiness/{name}" for name in shipped} <= names


def test_it_is_typed_and_names_its_licence(names: frozenset[str]) -> None:
    assert "readiness/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_package_is_the_one_that_runs(python: Path, tmp_path: Path) -> None:
    program = "import readiness.layout as l; print(l.__file__, l.data_folder('checks'), sep='\\n')"
    for place in run(str(python), "-c", program, cwd=tmp_path).splitlines():
        assert Path(place).is_relative_to(python.parents[1])


def test_version(readiness: Tool) -> None:
    assert __version__ in readiness("--version")


def test_the_catalogue_is_complete(readiness: Tool) -> None:
    words = readiness("checks").split()
    assert set(load_builtin().checks) <= set(words)


def test_a_run_and_its_reports_work_from_it(readiness: Tool, stage: Stage) -> None:
    outputs = [f"{kind}=report.{kind}" for kind in ("html", "md", "json", "junit")]
    stage.write()
    options = [argument for output in outputs for argument in ("-o", output)]
    readiness("run", "readiness.yaml", "-q", "--only", "token-refresh/token-issued", *options)
    result = json.loads((stage.folder / "report.json").read_text(encoding="utf-8"))
    assert {each["status"] for each in result["results"]} == {"passed"}
    assert result["tool"]["version"] == __version__
    assert "<html" in (stage.folder / "report.html").read_text(encoding="utf-8")


def test_samples_load_where_they_were_installed(readiness: Tool, python: Path) -> None:
    (samples,) = python.parents[1].glob("lib/python*/site-packages/readiness/sample_configs")
    configs = sorted(path.name for path in data_folder("sample_configs").glob("*.yaml"))
    assert configs
    assert sorted(path.name for path in samples.glob("*.yaml")) == configs
    assert "Requests that would be sent" in readiness("plan", str(samples / "demo.yaml"))
