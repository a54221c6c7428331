"""The lab against applications that are right, and against the same with one fault each."""

from __future__ import annotations

import pytest

from tests.apps.driver import NAMES
from tests.lab.proof import DOCUMENT, problems, render
from tests.lab.trials import run_all, trials


@pytest.mark.slow
def test_every_fault_is_caught_and_nobody_else_is_blamed() -> None:
    found = run_all(trials(NAMES))
    assert problems(found) == []
    assert DOCUMENT.read_text() == render(found), "run `make lab-proof`"
