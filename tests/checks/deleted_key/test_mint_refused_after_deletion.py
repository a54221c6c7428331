from __future__ import annotations

from typing import Any

import pytest

from readiness.evidence import Attempt
from readiness.facts import Clock, KeyDrill, RetiredKeys
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "deleted-key/mint-refused-after-deletion"


def test_passes_with_the_interval() -> None:
    clock = make.clock(make.refused(), last_accepted=1.5, first_refused=1.75, accepted=9)
    verdict = judge(CHECK, make.drill(mint_clock=clock))
    assert verdict.status is Status.PASSED
    assert verdict.summary == "Clock A: refused between 1.50 s and 1.75 s after the deletion."


def never(refusal: Attempt, **kwargs: Any) -> Clock:
    given = {"last_accepted": 29.9, "first_refused": None, "watched": 30.0, "accepted": 60, "refused": 0}
    return make.clock(refusal, **{**given, **kwargs})


UNREFUSED = make.missing(Because.TIMED_OUT, "not refused before the end of the watch")


def test_fails_when_never_refused() -> None:
    verdict = judge(CHECK, make.drill(mint_clock=never(UNREFUSED)))
    assert verdict.status is Status.FAILED
    assert "still accepted at the end of the watch, 30.00 s" in verdict.summary
    assert verdict.findings[0].pointer == "/mint_clock"


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ({"accepted": 0, "undecided": 40, "last_accepted": 0.0}, Status.UNKNOWN),
        ({"accepted": 1, "undecided": 39, "last_accepted": 0.2}, Status.UNKNOWN),
        ({"accepted": 30, "undecided": 10, "last_accepted": 29.0}, Status.FAILED),
        ({"accepted": 0, "undecided": 0, "last_accepted": 0.0}, Status.UNKNOWN),
    ],
)
def test_answers_that_stayed_away_decide_nothing(clock: dict[str, Any], expected: Status) -> None:
    assert judge(CHECK, make.drill(mint_clock=never(UNREFUSED, **clock))).status is expected


@pytest.mark.parametrize("step", ["mint", "delete"])
def test_unknown_when_the_key_never_lived_or_never_died(step: str) -> None:
    verdict = judge(CHECK, make.drill({step: make.exchange(403, {"errorCode": "F0000"})}))
    assert verdict.status is Status.UNKNOWN


@pytest.mark.parametrize("status", [200, 204, 404])
def test_each_way_to_confirm_a_deletion_counts(status: int) -> None:
    assert judge(CHECK, make.drill({"delete": make.exchange(status)})).status is Status.PASSED


def test_a_guided_drill_needs_no_deletion_of_ours() -> None:
    steps = tuple(step for step in make.drill().steps if step.name in {"mint", "read"})
    assert judge(CHECK, make.drill(way="guided", steps=steps)).status is Status.PASSED


def test_unknown_when_the_drill_ended_early_says_where() -> None:
    steps = make.drill({"create": make.exchange(403, correlation_id="c-5")}).steps[:2]
    verdict = judge(CHECK, make.drill(steps=steps, mint_clock=make.missing(Because.UNREACHABLE)))
    assert verdict.status is Status.UNKNOWN
    assert "`create`" in verdict.summary
    assert "c-5" in verdict.summary


def test_a_retired_key_proves_the_same() -> None:
    absent = make.missing(Because.NOT_CONFIGURED, "no partner")
    verdict = judge(CHECK, (None, KeyDrill, absent), make.retired_keys())
    assert verdict.status is Status.PASSED
    assert "No clock" in verdict.summary


def test_a_retired_key_helps_a_drill_that_came_to_nothing() -> None:
    lame = make.drill(mint_clock=make.missing(Because.UNREACHABLE))
    assert judge(CHECK, lame, make.retired_keys()).status is Status.PASSED


def test_a_retired_key_does_not_outweigh_a_drill() -> None:
    assert judge(CHECK, make.drill(mint_clock=never(UNREFUSED)), make.retired_keys()).status is Status.FAILED


def test_fails_when_a_retired_key_still_works() -> None:
    verdict = judge(CHECK, make.retired_keys(make.refused(), make.token()))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/trials/1/mint"
    assert verdict.findings[0].evidence == "retired-keys:sandbox"


def test_production_s_retired_keys_prove_nothing_of_the_sandbox() -> None:
    assert judge(CHECK, (PRODUCTION, make.retired_keys())).status is Status.UNKNOWN


def test_unknown_when_the_live_key_is_refused_as_well() -> None:
    assert judge(CHECK, make.retired_keys(control=make.refused())).status is Status.UNKNOWN


def test_unknown_when_no_retired_key_gave_an_answer() -> None:
    assert judge(CHECK, make.retired_keys(make.unauthorised())).status is Status.UNKNOWN


def test_unknown_says_what_would_enable_it() -> None:
    absent = make.missing(Because.NOT_CONFIGURED, "the config does not give `environments.sandbox.partner`")
    verdict = judge(CHECK, (None, KeyDrill, absent), (SANDBOX, RetiredKeys, make.missing()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    for words in ("environments.sandbox.partner", "sandbox-writes", "--guided", "retired_keys"):
        assert words in verdict.summary


def test_unknown_without_the_permission_repeats_its_reason() -> None:
    absent = make.missing(Because.NOT_PERMITTED, "it needs the permission `sandbox-writes`")
    verdict = judge(CHECK, (None, KeyDrill, absent))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_PERMITTED)
    assert verdict.summary == absent.detail
