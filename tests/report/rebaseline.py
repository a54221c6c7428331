"""Renders the sample in every format. `python -m tests.report.rebaseline` writes the golden files anew.

Run it when a report is meant to change, and read the difference: it is the change that readers will see.
"""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from readiness.report import render
from readiness.report.terminal import print_summary
from tests.report.sample import sample

GOLDEN = Path(__file__).parent / "golden"


def renderings() -> dict[str, str]:
    """File name to text."""
    result = sample()
    return {
        "report.json": render(result, "json"),
        "report.html": render(result, "html"),
        "report.md": render(result, "md"),
        "report.xml": render(result, "junit"),
        "terminal.txt": on_terminal(verbose=False),
        "terminal-verbose.txt": on_terminal(verbose=True),
    }


def on_terminal(*, verbose: bool) -> str:
    """The summary without colours, 100 columns wide."""
    console = Console(file=io.StringIO(), width=100, color_system=None)
    print_summary(sample(), console, verbose=verbose, written=[Path("report.html")])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in renderings().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
