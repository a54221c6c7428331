from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Because, Location, Status
from readiness.searched import SecretFile, SourceTree
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "key-storage/secret-files-protected"


def tree(**kwargs: Any) -> SourceTree:
    given: dict[str, Any] = {
        "path": "deploy/.env",
        "location": None,
        "mode": 0o600,
        "readable_by_others": False,
        "tracked": False,
        "ignored": True,
        "in_artifacts": False,
    }
    return make.source_tree(secret_files=(SecretFile.model_validate({**given, **kwargs}),))


def test_passes_on_a_protected_file() -> None:
    assert judge(CHECK, tree()).status is Status.PASSED


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"tracked": True}, "tracked by git"),
        ({"ignored": False}, "not ignored"),
        ({"readable_by_others": True, "mode": 0o644}, "mode 0644"),
        ({"in_artifacts": True}, "artifact"),
    ],
)
def test_fails_on_each_exposure(fault: dict[str, Any], words: str) -> None:
    verdict = judge(CHECK, tree(**fault))
    assert verdict.status is Status.FAILED
    assert words in verdict.findings[0].message
    assert verdict.findings[0].location == Location(path="deploy/.env")


@pytest.mark.parametrize("field", ["tracked", "ignored", "readable_by_others"])
def test_unknown_when_nobody_could_say(field: str) -> None:
    verdict = judge(CHECK, tree(**{field: make.missing(Because.TIMED_OUT, "git gave no answer")}))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_unknown_when_not_everything_was_searched() -> None:
    assert judge(CHECK, make.source_tree(gaps=("x: unreadable",))).status is Status.UNKNOWN


def test_not_applicable_without_such_files() -> None:
    assert judge(CHECK, make.source_tree()).status is Status.NOT_APPLICABLE
