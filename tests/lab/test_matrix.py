"""The lab against applications that are right, and against the same with one fault each."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.apps.driver import NAMES
from tests.lab.proof import DOCUMENT, problems, render
from tests.lab.trials import run_all, trials

REPETITIONS = int(os.environ.get("LAB_REPETITIONS", "2"))
"""How often the applications are run under load."""
SHARE = int(os.environ.get("LAB_SHARE", "1"))
"""Every how manieth fault is tried; with 1, the default, all are, and the document must say what came out."""


@pytest.fixture
def one_at_a_time() -> Iterator[None]:
    """Keep the tests of this module apart where pytest runs several at once: each is load enough."""
    with (Path(tempfile.gettempdir()) / "readiness-test-matrix.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("one_at_a_time")
def test_every_fault_is_caught_and_nobody_else_is_blamed() -> None:
    every = trials(NAMES)
    good = [trial for trial in every if not trial.fault]
    found = run_all([*good, *[trial for trial in every if trial.fault][::SHARE]])
    assert problems(found) == []
    if SHARE == 1:
        assert DOCUMENT.read_text() == render(found), "run `make lab-proof`"


@pytest.mark.slow
@pytest.mark.usefixtures("one_at_a_time")
def test_no_good_application_is_blamed_on_a_busy_machine() -> None:
    good = [trial for trial in trials(NAMES) if not trial.fault]
    with _busy_cores():
        wrong = [line for _ in range(REPETITIONS) for line in problems(run_all(good))]
    assert wrong == []


@contextmanager
def _busy_cores() -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    loops = [context.Process(target=_loop, daemon=True) for _ in range(os.cpu_count() or 1)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.join()


def _loop() -> None:
    while True:
        pass
