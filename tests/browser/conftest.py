"""A real browser for the HTML report. It skips only on a developer's machine that has none; CI must have it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from readiness.report import render
from tests.report.sample import sample

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No sandbox, because containers run as root; the rest keeps the browser from calling home."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one module: while it lasts, this thread has a running event loop, and other tests need their own."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    executable = os.environ.get("READINESS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        if "CI" in os.environ:
            pytest.fail("CI has no Chromium: install it, or name it in READINESS_CHROMIUM")
        pytest.skip("no Chromium here: install it, or name it in READINESS_CHROMIUM")
    browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's page in a folder of its own."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(sample(), "html"), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, an accessibility checker that is not part of this project."""
    named = os.environ.get("READINESS_AXE")
    path = Path(named) if named else Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        if "CI" in os.environ:
            pytest.fail("CI has no axe-core: `npm install --no-save axe-core`, and name axe.min.js in READINESS_AXE")
        pytest.skip("no axe-core here: `npm install --no-save axe-core` in tests/browser")
    return path.read_text(encoding="utf-8")
