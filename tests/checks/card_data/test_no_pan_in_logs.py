from __future__ import annotations

import pytest

from readiness.model import Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "card-data/no-pan-in-logs"


def test_passes_when_none_was_found() -> None:
    verdict = judge(CHECK, make.logs())
    assert verdict.status is Status.PASSED
    assert "12 log files" in verdict.summary


def test_fails_with_file_and_line_whatever_a_log_says_for_itself() -> None:
    hit = make.hit("visa card number", "var/log/app.log", excuses=(make.excuse(CHECK),))
    verdict = judge(CHECK, make.logs(matches={"card_numbers": (hit,)}, gaps=("x",)))
    assert verdict.status is Status.FAILED
    assert "1 card number" in verdict.summary
    assert str(verdict.findings[0].location) == "var/log/app.log:3"


def test_not_applicable_when_no_logs_are_kept() -> None:
    assert judge(CHECK, make.logs(files=0, globs=())).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("change", [{"files": 0}, {"gaps": ("x: unreadable",)}, {"unmatched": ("var/log/*.log",)}])
def test_unknown_when_not_everything_was_searched(change: dict[str, object]) -> None:
    assert judge(CHECK, make.logs(**change)).status is Status.UNKNOWN
