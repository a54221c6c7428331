from __future__ import annotations

from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "token-refresh/tokens-overlap"


def test_passes_when_both_tokens_work() -> None:
    assert judge(CHECK, make.token_use()).status is Status.PASSED


def test_fails_when_the_second_mint_kills_the_first_token() -> None:
    verdict = judge(CHECK, make.token_use(read_after_second_mint=make.unauthorised()))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/read_after_second_mint"


def test_fails_when_the_second_token_does_not_work() -> None:
    verdict = judge(CHECK, make.token_use(read_with_second=make.unauthorised()))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/read_with_second"


def test_unknown_when_the_first_token_had_ended_by_itself() -> None:
    late = make.unauthorised(sent=901.0, received=901.1)
    verdict = judge(CHECK, make.token_use(read_after_second_mint=late))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_unknown_when_both_mints_bring_the_same_token() -> None:
    use = make.token_use()
    assert judge(CHECK, use.model_copy(update={"second_token": use.token})).status is Status.UNKNOWN


def test_unknown_when_the_first_token_never_worked() -> None:
    use = make.token_use(read=make.unauthorised(), read_after_second_mint=make.unauthorised())
    assert judge(CHECK, use).status is Status.UNKNOWN


def test_unknown_when_tokens_were_not_told_apart() -> None:
    assert judge(CHECK, make.token_use(token=None)).status is Status.UNKNOWN
