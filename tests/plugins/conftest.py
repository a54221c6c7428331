from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins.installed import ROOT, THIRD_PARTY, build_wheel, new_environment, run
from tests.stage import Stage

Tool = Callable[..., str]


@pytest.fixture(scope="package")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This distribution."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="package")
def names(wheel: Path) -> frozenset[str]:
    """Every file in it."""
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="package")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that holds it and the third-party package."""
    plugin = build_wheel(THIRD_PARTY, tmp_path_factory.mktemp("plugin"))
    return new_environment(tmp_path_factory.mktemp("fresh"), wheel, plugin)


@pytest.fixture
def readiness(python: Path, stage: Stage) -> Tool:
    """The installed command, run in the stage's folder; it must end with the code that is expected."""

    def tool(*arguments: str, code: int = 0) -> str:
        return run(str(python.parent / "readiness"), *arguments, cwd=stage.folder, code=code)

    return tool
