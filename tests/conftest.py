from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from readiness.emulator import EmbeddedEmulator, Settings
from tests.stage import MakeStage, Stage


def pytest_configure() -> None:
    """Undo what `nohup` and a shell's `&` do: children inherit ignored signals, and tests interrupt children."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Commands take over the root logger, for their process; here many run in one."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def make_stage(tmp_path: Path) -> Iterator[MakeStage]:
    """Starts an emulator with these settings, and gives the stage around it."""
    with ExitStack() as running:

        def make(*, tls: bool = False, **settings: Any) -> Stage:
            emulator = running.enter_context(EmbeddedEmulator(Settings(**settings), tls=tls))
            return Stage(emulator, tmp_path)

        yield make


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A stage with an emulator as it is."""
    return make_stage()
