from __future__ import annotations

from collections.abc import Callable

import pytest

from readiness.model import Because, Location, Status
from readiness.searched import Excuse, GitHistory, Hit, Searched, SourceTree
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


@pytest.mark.parametrize("build", [make.git_history, make.artifacts, make.logs])
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
    assert [finding.location and finding.location.path for finding in verdict.findings[:3]] == ["a.py", "b.py", "c.py"]


def test_unknown_when_the_history_was_not_to_be_had() -> None:
    lost = (None, GitHistory, make.missing(Because.TIMED_OUT, "it took too long"))
    verdict = judge(CHECK, make.source_tree(), lost)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_a_history_that_is_not_declared_is_told() -> None:
    absent = (None, GitHistory, make.missing(Because.NOT_CONFIGURED, "every source says `history: false`"))
    verdict = judge(CHECK, make.source_tree(), absent)
    assert verdict.status is Status.PASSED
    assert "git object" not in verdict.summary
    (note,) = verdict.findings
    assert note.message == "the git history: every source says `history: false`"


def test_what_else_is_open_or_aside_is_told_beside_a_failure() -> None:
    """Who mends only what failed would be surprised by the next run."""
    hits = (make.hit("bearer token", "a.py"), make.hit("bearer token", "b.py", excuses=(make.excuse(CHECK),)))
    tree = make.source_tree(credentials=hits, gaps=("src: permission denied",))
    assert [finding.message for finding in judge(CHECK, tree, make.git_history()).findings] == [
        "bearer token, raw",
        "not decided: Not searched: src: permission denied",
        "excused: bearer token: the demo page shows it",
    ]


def test_a_comment_of_today_excuses_the_same_value_in_older_commits() -> None:
    """No comment can be written into a commit that is there already."""
    today = make.hit("bearer token", "a.py", fingerprint="a1", excuses=(make.excuse(CHECK),))
    before = make.hit("bearer token", "old.py", fingerprint="a1")
    tree = make.source_tree(credentials=(today,))
    assert judge(CHECK, tree, make.git_history(credentials=(before,))).status is Status.PASSED
    for other in (before.model_copy(update={"fingerprint": "b2"}), before.model_copy(update={"fingerprint": None})):
        assert judge(CHECK, tree, make.git_history(credentials=(other,))).status is Status.FAILED
    elsewhere = make.source_tree(credentials=(today, make.hit("bearer token", "b.py", fingerprint="a1")))
    assert judge(CHECK, elsewhere, make.git_history()).status is Status.FAILED


@pytest.mark.parametrize(
    ("check", "reason", "told"),
    [
        ("no-other-credentials", "a reason", "it is for `no-other-credentials`"),
        (CHECK, "", "it gives no reason"),
        ("", "", "it names no check"),
    ],
)
def test_a_comment_that_excuses_nothing_is_told(check: str, reason: str, told: str) -> None:
    hit = make.hit("bearer token", "a.py", excuses=(Excuse(check=check, reason=reason),))
    verdict = judge(CHECK, make.source_tree(credentials=(hit,)), make.git_history())
    assert verdict.status is Status.FAILED
    assert verdict.summary.startswith("1 credential ")
    assert told in verdict.findings[1].message
    assert f"`readiness: allow {CHECK} REASON`" in verdict.findings[1].message


def test_a_place_that_two_searches_meet_counts_once() -> None:
    hit = make.hit("bearer token", "dist/a.js", fingerprint="a1")
    verdict = judge(CHECK, make.source_tree(credentials=(hit,)), make.artifacts(credentials=(hit,)), make.git_history())
    assert len(verdict.findings) == 1
    excused = hit.model_copy(update={"excuses": (make.excuse(CHECK),)})
    verdict = judge(CHECK, make.source_tree(credentials=(hit, excused)), make.git_history())
    assert verdict.status is Status.FAILED


def test_configured_secrets_without_a_value_may_be_what_was_found() -> None:
    tree = make.source_tree(credentials=(make.hit("bearer token", "a.py"),), not_searched=("sandbox client_secret",))
    told = judge(CHECK, tree, make.git_history()).findings[-1].message
    assert told == "without a value, so that what was found may be one of these: sandbox client_secret"
