from __future__ import annotations

import pytest

from readiness.facts import KeyDrill
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "deleted-key/drill-leaves-nothing"


def test_passes_when_nothing_remains() -> None:
    assert judge(CHECK, make.drill()).status is Status.PASSED


@pytest.mark.parametrize("way", ["api", "guided"])
def test_fails_on_a_key_left_behind(way: str) -> None:
    verdict = judge(CHECK, make.drill(way=way, leftovers=("readiness-drill-old",)))
    assert verdict.status is Status.FAILED
    assert "readiness-drill-old" in verdict.findings[0].message


def test_fails_on_an_open_journal_even_when_the_list_was_not_read() -> None:
    drill = make.drill(journal_empty=False, leftovers=make.missing(Because.UNREACHABLE))
    assert judge(CHECK, drill).status is Status.FAILED


def test_unknown_when_the_list_was_not_read() -> None:
    verdict = judge(CHECK, make.drill(leftovers=make.missing(Because.UNREACHABLE)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.UNREACHABLE)


def test_not_applicable_to_a_guided_drill() -> None:
    assert judge(CHECK, make.drill(way="guided", leftovers=make.missing())).status is Status.NOT_APPLICABLE


def test_unknown_without_a_drill() -> None:
    verdict = judge(CHECK, (None, KeyDrill, make.missing(Because.NOT_PERMITTED, "no permission")))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_PERMITTED)
