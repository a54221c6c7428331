from __future__ import annotations

from collections.abc import Callable

import pytest

from readiness.model import Because, Location, Status
from readiness.searched import Hit, Searched, SourceTree
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


@pytest.mark.parametrize("build", [make.git_history, make.artifacts, make.logs])
def test_other_places_count_too(build: Callable[..., Searched]) -> None:
    found = build(credentials=(make.hit("bearer token", "app.log"),))
    assert judge(CHECK, make.source_tree(), found).status is Status.FAILED
    assert judge(CHECK, make.source_tree(), build()).status is Status.PASSED
    absent = (None, build().__class__, make.missing(Because.NOT_CONFIGURED))
    assert judge(CHECK, make.source_tree(), absent).status is Status.PASSED


@pytest.mark.parametrize("build", [make.artifacts, make.logs])
def test_unknown_when_another_place_was_not_searched_to_the_end(build: Callable[..., Searched]) -> None:
    assert judge(CHECK, make.source_tree(), build(gaps=("x",))).status is Status.UNKNOWN


def test_a_comment_excuses_it_and_is_told() -> None:
    excused = make.hit("bearer token", "a.py", excuses=(make.excuse(CHECK),))
    verdict = judge(CHECK, make.source_tree(credentials=(excused,)))
    assert verdict.status is Status.PASSED
    assert verdict.findings[0].message == "excused: bearer token: the demo page shows it"
    other = make.hit("bearer token", "a.py", excuses=(make.excuse("key-storage/secret-not-in-tree"),))
    assert judge(CHECK, make.source_tree(credentials=(other,))).status is Status.FAILED


def test_one_value_in_many_places_is_one_credential() -> None:
    hits = tuple(make.hit("bearer token", f"{name}.py", fingerprint="a1b2") for name in "abc")
    verdict = judge(CHECK, make.source_tree(credentials=hits))
    assert verdict.summary.startswith("1 credential ")
    assert len(verdict.findings) == 3
