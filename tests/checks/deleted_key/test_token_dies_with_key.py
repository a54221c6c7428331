from __future__ import annotations

import pytest

from readiness.facts import KeyDrill
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "deleted-key/token-dies-with-key"


UNREFUSED = make.missing(Because.TIMED_OUT, "not refused before the end of the watch")


def test_passes_with_the_interval() -> None:
    clock = make.clock(make.unauthorised(), last_accepted=0.3, first_refused=0.61, accepted=3)
    verdict = judge(CHECK, make.drill(token_clock=clock))
    assert verdict.status is Status.PASSED
    assert verdict.summary == "Clock B: refused between 0.30 s and 0.61 s after the deletion."


def test_fails_when_the_token_lives_on() -> None:
    clock = make.clock(UNREFUSED, last_accepted=29.9, first_refused=None, watched=30.0, accepted=60, refused=0)
    verdict = judge(CHECK, make.drill(token_clock=clock))
    assert verdict.status is Status.FAILED
    assert "still accepted at the end of the watch" in verdict.summary


def test_unknown_when_the_token_may_have_expired_by_itself() -> None:
    clock = make.clock(make.unauthorised(sent=901.0, received=901.5), first_refused=880.0)
    verdict = judge(CHECK, make.drill(token_clock=clock))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)
    assert "900 s" in verdict.summary


@pytest.mark.parametrize("step", ["mint", "read", "delete"])
def test_unknown_without_its_controls(step: str) -> None:
    assert judge(CHECK, make.drill({step: make.unauthorised()})).status is Status.UNKNOWN


def test_unknown_when_answers_stayed_away() -> None:
    clock = make.clock(UNREFUSED, first_refused=None, watched=30.0, refused=0, undecided=50)
    verdict = judge(CHECK, make.drill(token_clock=clock))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.UNREACHABLE)


def test_unknown_when_the_watch_did_not_begin() -> None:
    assert judge(CHECK, make.drill(token_clock=make.missing(Because.TIMED_OUT))).because is Because.TIMED_OUT


def test_unknown_without_a_drill_says_what_would_enable_it() -> None:
    verdict = judge(CHECK, (None, KeyDrill, make.missing(Because.NOT_CONFIGURED, "no partner")))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "environments.sandbox.partner" in verdict.summary
