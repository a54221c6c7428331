from __future__ import annotations

import pytest

from readiness.model import Location, Status
from readiness.searched import Hit, SourceTree
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "key-storage/no-other-credentials"


def test_passes_when_none_is_found() -> None:
    assert judge(CHECK, make.source_tree()).status is Status.PASSED


def test_fails_with_file_and_line() -> None:
    place = Location(path="scripts/old.sh", line=2)
    hit = Hit(what="bearer token", environment=None, location=place, form="raw")
    verdict = judge(CHECK, make.source_tree(credentials=(hit,), gaps=("x",)))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location == place


@pytest.mark.parametrize("tree", [make.source_tree(files=0), make.source_tree(gaps=("x: unreadable",))])
def test_unknown_when_not_everything_was_searched(tree: SourceTree) -> None:
    assert judge(CHECK, tree).status is Status.UNKNOWN
