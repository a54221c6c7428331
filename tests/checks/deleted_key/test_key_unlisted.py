from __future__ import annotations

import pytest

from readiness.evidence import Missing
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "deleted-key/key-unlisted"


def test_passes_when_the_key_left_the_list() -> None:
    assert judge(CHECK, make.drill()).status is Status.PASSED


def test_fails_when_the_probe_saw_it_afterwards() -> None:
    verdict = judge(CHECK, make.drill(unlisted=False))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].pointer == "/unlisted"


def test_fails_when_the_list_still_holds_it() -> None:
    assert judge(CHECK, make.drill({"list_after": make.STEPS["list"]})).status is Status.FAILED


def test_unknown_when_it_was_never_listed() -> None:
    assert judge(CHECK, make.drill({"list": make.STEPS["list_after"]})).status is Status.UNKNOWN


@pytest.mark.parametrize("unlisted", [make.missing(Because.UNREACHABLE), make.missing(Because.NOT_CONFIGURED)])
def test_unknown_when_the_list_was_not_read(unlisted: Missing) -> None:
    assert judge(CHECK, make.drill(unlisted=unlisted)).because is unlisted.because


def test_unknown_without_a_drill() -> None:
    assert judge(CHECK).status is Status.UNKNOWN
