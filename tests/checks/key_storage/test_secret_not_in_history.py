from __future__ import annotations

import pytest

from readiness.model import Because, Status
from readiness.searched import GitHistory, InHistory
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "key-storage/secret-not-in-history"
SINCE = InHistory(
    object="0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    ref="refs/heads/main",
    first_commit="1111111111112222222222223333333333334444",
    last_commit="9999999999998888888888887777777777776666",
    author_date="2026-03-02T10:00:00+00:00",
)
LOST = InHistory(object=SINCE.object, ref="unreachable")
WHAT = "sandbox client_secret"


def test_passes_when_all_objects_were_searched_in_vain() -> None:
    verdict = judge(CHECK, make.git_history(files=15_000), make.configuration())
    assert verdict.status is Status.PASSED
    assert "15,000 git objects" in verdict.summary


@pytest.mark.parametrize(
    ("history", "told"),
    [
        (SINCE, "commit 111111111111 of 2026-03-02 to 999999999999, on refs/heads/main"),
        (SINCE.model_copy(update={"last_commit": SINCE.first_commit}), "commit 111111111111 of 2026-03-02, on refs"),
        (LOST, "object 0a1b2c3d4e5f, reached by no ref"),
    ],
)
def test_fails_with_place_and_time(history: InHistory, told: str) -> None:
    hit = make.hit(WHAT, "config/old.env", SANDBOX, history=history)
    verdict = judge(CHECK, make.git_history(secrets=(hit,)), make.configuration())
    assert verdict.status is Status.FAILED
    assert str(verdict.findings[0].location) == "config/old.env:3"
    assert told in verdict.findings[0].message


def test_no_comment_excuses_a_secret() -> None:
    hit = make.hit(WHAT, environment=SANDBOX, excuses=(make.excuse(CHECK),))
    assert judge(CHECK, make.git_history(secrets=(hit,)), make.configuration()).status is Status.FAILED


def test_each_environment_answers_for_itself() -> None:
    found = make.git_history(secrets=(make.hit("production client_secret", environment=PRODUCTION),))
    assert judge(CHECK, found, make.configuration()).status is Status.PASSED
    assert judge(CHECK, found, make.configuration(), environment=PRODUCTION).status is Status.FAILED


def test_unknown_for_a_shallow_clone_with_the_command_that_completes_it() -> None:
    gap = "shop: the clone is shallow; `git fetch --unshallow` completes it"
    verdict = judge(CHECK, make.git_history(gaps=(gap,)), make.configuration())
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.UNREACHABLE)
    assert "git fetch --unshallow" in verdict.summary


@pytest.mark.parametrize("because", Because)
def test_unknown_without_a_search(because: Because) -> None:
    verdict = judge(CHECK, (None, GitHistory, make.missing(because, "set `history: true`")), make.configuration())
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, because)
    assert "history: true" in verdict.summary


def test_unknown_when_there_was_no_object_or_no_secret() -> None:
    assert judge(CHECK, make.git_history(files=0), make.configuration()).status is Status.UNKNOWN
    assert judge(CHECK, make.git_history(), make.configuration(secrets=())).status is Status.UNKNOWN
    assert judge(CHECK, make.git_history(searched=()), make.configuration()).status is Status.UNKNOWN


def test_keys_of_the_emulator_are_in_no_history() -> None:
    facts = make.of(make.configuration(), SANDBOX, emulated=True)
    assert judge(CHECK, make.git_history(), facts).status is Status.PASSED
    assert judge(CHECK, (None, GitHistory, make.missing()), facts).status is Status.NOT_APPLICABLE
    assert judge(CHECK, make.git_history(gaps=("shallow",)), facts).status is Status.NOT_APPLICABLE
    hit = make.hit(WHAT, environment=SANDBOX)
    assert judge(CHECK, make.git_history(secrets=(hit,), gaps=("shallow",)), facts).status is Status.FAILED
