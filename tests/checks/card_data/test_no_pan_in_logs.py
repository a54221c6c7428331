from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Because, Status
from readiness.searched import Logs
from readiness.traces import BehaviourTrace
from tests.checks import factories as make
from tests.checks import lives
from tests.checks.judging import judge

CHECK = "card-data/no-pan-in-logs"
LAB = BehaviourTrace(scenarios=lives.good(), habits=lives.HABITS, declared=lives.DECLARED, duration=60.0)


def test_passes_when_none_was_found() -> None:
    verdict = judge(CHECK, make.logs(), LAB)
    assert verdict.status is Status.PASSED
    assert "12 log files" in verdict.summary


def test_fails_with_file_and_line_whatever_a_log_says_for_itself() -> None:
    hit = make.hit("visa card number", "var/log/app.log", excuses=(make.excuse(CHECK),))
    for others in ((), (LAB,)):
        verdict = judge(CHECK, make.logs(matches={"card_numbers": (hit,)}, gaps=("x",)), *others)
        assert verdict.status is Status.FAILED
        assert "1 card number" in verdict.summary
        assert str(verdict.findings[0].location) == "var/log/app.log:3"


def test_where_no_logs_are_kept_the_lab_decides() -> None:
    assert judge(CHECK, make.logs(files=0, globs=()), LAB).status is Status.PASSED
    verdict = judge(CHECK, make.logs(files=0, globs=()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)


def test_unknown_until_logs_are_declared() -> None:
    verdict = judge(CHECK, (None, Logs, make.missing(detail="add `logs: [var/log/*.log]`")), LAB)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "add `logs: [var/log/*.log]`" in verdict.summary


@pytest.mark.parametrize(
    "change", [{"files": 0}, {"gaps": ("x: unreadable",)}, {"unmatched": ("var/log/*.log",)}, {"matches": {}}]
)
def test_unknown_when_not_everything_was_searched(change: dict[str, Any]) -> None:
    assert judge(CHECK, make.logs(**change), LAB).status is Status.UNKNOWN
