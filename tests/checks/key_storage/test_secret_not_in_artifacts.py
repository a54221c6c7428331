from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "key-storage/secret-not-in-artifacts"


def test_passes_when_all_was_searched_in_vain() -> None:
    verdict = judge(CHECK, make.artifacts(), make.configuration())
    assert verdict.status is Status.PASSED
    assert "2 secrets" in verdict.summary
    assert "12 files" in verdict.summary


def test_fails_with_the_place() -> None:
    hit = make.hit("sandbox client_secret", "dist/a", SANDBOX, form="base64", excuses=(make.excuse(CHECK),))
    verdict = judge(CHECK, make.artifacts(secrets=(hit,), gaps=("x",)), make.configuration())
    assert verdict.status is Status.FAILED
    assert str(verdict.findings[0].location) == "dist/a:3"
    assert "base64" in verdict.findings[0].message
    assert (
        judge(CHECK, make.artifacts(secrets=(hit,)), make.configuration(), environment=PRODUCTION).status
        is Status.PASSED
    )


def test_a_list_that_is_empty_on_purpose() -> None:
    verdict = judge(CHECK, make.artifacts(files=0, globs=()), make.configuration())
    assert verdict.status is Status.NOT_APPLICABLE
    assert "`artifacts: []`" in verdict.summary


def test_unknown_when_a_glob_matches_nothing() -> None:
    verdict = judge(CHECK, make.artifacts(unmatched=("dist/**",)), make.configuration())
    assert verdict.status is Status.UNKNOWN
    assert "`dist/**` in `artifacts` matches no file" in verdict.summary


@pytest.mark.parametrize("change", [{"files": 0}, {"gaps": ("x: unreadable",)}, {"searched": ()}])
def test_unknown_when_not_everything_was_searched(change: dict[str, Any]) -> None:
    assert judge(CHECK, make.artifacts(**change), make.configuration()).status is Status.UNKNOWN


def test_many_gaps_are_counted() -> None:
    verdict = judge(CHECK, make.artifacts(gaps=tuple(f"gap {n}" for n in range(50))), make.configuration())
    assert verdict.status is Status.UNKNOWN
    assert len(verdict.findings) == 21
    assert "30 more" in verdict.findings[-1].message
