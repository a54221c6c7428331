from __future__ import annotations

from readiness.model import Because, Environment, Location, Status
from readiness.searched import Artifacts, Hit, SourceTree
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION
from tests.checks.judging import judge

CHECK = "environment-separation/no-retired-hosts"


OLD = "https://api.uat.arise.risewithaurora.com"


def hit(environment: Environment | None, host: str = "uat.rwaapps.net") -> Hit:
    return Hit(what=host, environment=environment, location=Location(path="src/pay.js", line=3), form="raw")


def test_passes_when_none_is_named() -> None:
    verdict = judge(CHECK, make.configuration(), make.source_tree())
    assert verdict.status is Status.PASSED
    assert "12 files" in verdict.summary


def test_fails_on_a_retired_host_in_the_config() -> None:
    facts = make.configuration(urls=(make.url(OLD),))
    verdict = judge(CHECK, facts, make.source_tree())
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location == make.PLACE
    assert "decommissioned" in verdict.findings[0].message


def test_fails_on_a_retired_host_in_the_config_even_without_sources() -> None:
    absent = make.missing(detail="no sources are declared")
    facts = make.configuration(urls=(make.url(OLD),))
    assert judge(CHECK, facts, (None, SourceTree, absent)).status is Status.FAILED


def test_fails_on_a_foreign_host_in_the_sources() -> None:
    verdict = judge(CHECK, make.configuration(), make.source_tree(retired_hosts=(hit(None),)))
    assert verdict.status is Status.FAILED
    assert str(verdict.findings[0].location) == "src/pay.js:3"
    assert "another product" in verdict.findings[0].message


def test_sources_of_the_other_environment_do_not_count() -> None:
    tree = make.source_tree(retired_hosts=(hit(PRODUCTION),))
    assert judge(CHECK, make.configuration(), tree).status is Status.PASSED
    assert judge(CHECK, make.configuration(), tree, environment=PRODUCTION).status is Status.FAILED


def test_unknown_without_sources() -> None:
    absent = make.missing(detail="no sources are declared")
    verdict = judge(CHECK, make.configuration(), (None, SourceTree, absent))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)


def test_unknown_when_a_part_was_not_searched() -> None:
    verdict = judge(CHECK, make.configuration(), make.source_tree(gaps=("big.bin: too large",)))
    assert verdict.status is Status.UNKNOWN
    assert "big.bin" in verdict.summary


def test_unknown_when_the_sources_are_empty() -> None:
    assert judge(CHECK, make.configuration(), make.source_tree(files=0)).status is Status.UNKNOWN


def test_artifacts_count_where_they_are_declared() -> None:
    built = make.artifacts(retired_hosts=(hit(None),))
    assert judge(CHECK, make.configuration(), make.source_tree(), built).status is Status.FAILED
    assert judge(CHECK, make.configuration(), make.source_tree(), make.artifacts(gaps=("x",))).status is Status.UNKNOWN
    absent = (None, Artifacts, make.missing(Because.NOT_CONFIGURED))
    assert judge(CHECK, make.configuration(), make.source_tree(), absent).status is Status.PASSED
    late = (None, Artifacts, make.missing(Because.TIMED_OUT))
    assert judge(CHECK, make.configuration(), make.source_tree(), late).status is Status.UNKNOWN


def test_a_comment_excuses_it_and_is_told() -> None:
    excused = hit(None).model_copy(update={"excuses": (make.excuse(CHECK, "a page of history"),)})
    verdict = judge(CHECK, make.configuration(), make.source_tree(retired_hosts=(excused,)))
    assert verdict.status is Status.PASSED
    assert [finding.message for finding in verdict.findings] == ["excused: uat.rwaapps.net: a page of history"]
