"""Wheels, built offline from the trees as they are, and a fresh environment with both installed."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
THIRD_PARTY = Path(__file__).parent / "thirdparty"


def build_wheel(project: Path, folder: Path) -> Path:
    """Build a project's wheel into an empty folder, with the build backend that is installed here."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), cwd=project)
    (wheel,) = folder.glob("*.whl")
    return wheel


def new_environment(folder: Path, *wheels: Path) -> Path:
    """A new environment with these wheels and nothing else installed; gives its Python.

    Their dependencies are lent by the environment that the tests run in: a line in a .pth file puts its packages at the
    end of the path, where they cannot come before what is installed.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet")
    options = ("--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check")
    run(*pip, *options, *map(str, wheels), cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def run(*command: str, cwd: Path, code: int = 0) -> str:
    """Run a command that must end with this code; gives what it printed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout
