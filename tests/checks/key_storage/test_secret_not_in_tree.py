from __future__ import annotations

import pytest

from readiness.model import Because, Environment, Location, Status
from readiness.searched import Hit, SourceTree
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "key-storage/secret-not-in-tree"


def hit(environment: Environment) -> Hit:
    place = Location(path="src/config.js", line=9, column=14)
    return Hit(what=f"{environment} client_secret", environment=environment, location=place, form="base64")


def test_passes_when_all_secrets_were_searched_in_vain() -> None:
    verdict = judge(CHECK, make.source_tree(), make.configuration())
    assert verdict.status is Status.PASSED
    assert "2 secrets" in verdict.summary
    assert "12 files" in verdict.summary


def test_fails_with_file_line_and_form() -> None:
    verdict = judge(CHECK, make.source_tree(secrets=(hit(SANDBOX),)), make.configuration())
    assert verdict.status is Status.FAILED
    assert str(verdict.findings[0].location) == "src/config.js:9:14"
    assert "base64" in verdict.findings[0].message


def test_each_environment_answers_for_itself() -> None:
    tree = make.source_tree(secrets=(hit(PRODUCTION),))
    assert judge(CHECK, tree, make.configuration()).status is Status.PASSED
    assert judge(CHECK, tree, make.configuration(), environment=PRODUCTION).status is Status.FAILED


def test_a_hit_outweighs_a_gap() -> None:
    tree = make.source_tree(secrets=(hit(SANDBOX),), gaps=("x: unreadable",))
    assert judge(CHECK, tree, make.configuration()).status is Status.FAILED


def test_unknown_when_a_secret_had_no_value() -> None:
    tree = make.source_tree(searched=("sandbox webhook_secret",), not_searched=("sandbox client_secret",))
    verdict = judge(CHECK, tree, make.configuration())
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "sandbox client_secret" in verdict.summary


@pytest.mark.parametrize("tree", [make.source_tree(files=0), make.source_tree(gaps=("x: unreadable",))])
def test_unknown_when_not_everything_was_searched(tree: SourceTree) -> None:
    assert judge(CHECK, tree, make.configuration()).status is Status.UNKNOWN


def test_unknown_without_secrets() -> None:
    assert judge(CHECK, make.source_tree(), make.configuration(secrets=())).status is Status.UNKNOWN
