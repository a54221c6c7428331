"""The real command in a process of its own, with secrets by reference and a state folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.stage import Stage

MERCHANT, PARTNER = "READINESS_TEST_MERCHANT_SECRET", "READINESS_TEST_PARTNER_SECRET"


def by_reference(stage: Stage) -> dict[str, str]:
    """Move the sandbox's secrets into environment variables, and the state folder into the stage's own."""
    settings = stage.settings()
    variables = {MERCHANT: settings["client_secret"], PARTNER: settings["partner"]["client_secret"]}
    settings["client_secret"], settings["partner"]["client_secret"] = {"env": MERCHANT}, {"env": PARTNER}
    return {**variables, "XDG_STATE_HOME": str(stage.state_dir.parent)}


def start(*arguments: str | Path, variables: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start `readiness` with these arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "readiness", *map(str, arguments)],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def call(
    *arguments: str | Path, variables: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `readiness` to its end, its two streams apart."""
    return subprocess.run(
        [sys.executable, "-m", "readiness", *map(str, arguments)],
        env={**os.environ, **(variables or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
