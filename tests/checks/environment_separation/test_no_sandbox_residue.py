from __future__ import annotations

from typing import Any

import pytest

from readiness.model import Because, Status
from readiness.searched import BESIDE_PRODUCTION, Artifacts, Hit
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import Item, judge

CHECK = "environment-separation/no-sandbox-residue"
KINDS = ("sandbox_hosts", "test_cards")
EXTRA: tuple[Item, ...] = (make.configuration(),)
GOOD: tuple[Item, ...] = (*EXTRA, make.source_tree(), make.artifacts())


def with_tree(kind: str, hit: Hit) -> tuple[Item, ...]:
    return (*EXTRA, make.source_tree(matches={kind: (hit,)}), make.artifacts())


def with_built(kind: str, hit: Hit) -> tuple[Item, ...]:
    return (*EXTRA, make.source_tree(), make.artifacts(matches={kind: (hit,)}))


def test_passes_when_none_is_shipped() -> None:
    verdict = judge(CHECK, *GOOD)
    assert verdict.status is Status.PASSED
    assert "24 files" in verdict.summary


@pytest.mark.parametrize("kind", KINDS)
def test_fails_on_sources_and_artifacts(kind: str) -> None:
    hit = make.hit("found", "src/pay.js")
    for items in (with_tree(kind, hit), with_built(kind, hit)):
        verdict = judge(CHECK, *items)
        assert verdict.status is Status.FAILED
        assert str(verdict.findings[0].location) == "src/pay.js:3"


@pytest.mark.parametrize("kind", KINDS)
def test_sources_for_the_sandbox_are_not_shipped(kind: str) -> None:
    assert judge(CHECK, *with_tree(kind, make.hit("found", environment=SANDBOX))).status is Status.PASSED
    assert judge(CHECK, *with_tree(kind, make.hit("found", environment=PRODUCTION))).status is Status.FAILED


@pytest.mark.parametrize("kind", KINDS)
def test_a_comment_excuses_it_and_is_told(kind: str) -> None:
    verdict = judge(CHECK, *with_tree(kind, make.hit("found", excuses=(make.excuse(CHECK),))))
    assert verdict.status is Status.PASSED
    assert [finding.message for finding in verdict.findings] == ["excused: found: the demo page shows it"]
    other = make.hit("found", excuses=(make.excuse("transport/reachable"),))
    assert judge(CHECK, *with_tree(kind, other)).status is Status.FAILED


@pytest.mark.parametrize("path", ["node_modules/a/b.js", "app.whl!site-packages/faker/cards.py"])
@pytest.mark.parametrize("kind", KINDS)
def test_packages_of_others_are_told_but_do_not_count(kind: str, path: str) -> None:
    verdict = judge(CHECK, *with_built(kind, make.hit("found", path)))
    assert verdict.status is Status.PASSED
    assert "in a dependency" in verdict.findings[0].message


@pytest.mark.parametrize("change", [{"files": 0}, {"gaps": ("x: unreadable",)}, {"matches": {}}])
def test_unknown_when_not_everything_was_searched(change: dict[str, Any]) -> None:
    assert judge(CHECK, *EXTRA, make.source_tree(**change), make.artifacts()).status is Status.UNKNOWN
    assert judge(CHECK, *EXTRA, make.source_tree(), make.artifacts(**change)).status is Status.UNKNOWN


def test_unknown_until_artifacts_are_declared() -> None:
    absent = (None, Artifacts, make.missing(detail="add `artifacts: [dist/**]`"))
    verdict = judge(CHECK, *EXTRA, make.source_tree(), absent)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert judge(CHECK, *EXTRA, make.source_tree(), make.artifacts(unmatched=("dist/**",))).status is Status.UNKNOWN
    assert judge(CHECK, *EXTRA, make.source_tree(), make.artifacts(files=0, globs=())).status is Status.PASSED


def test_fails_on_production_settings_that_lead_into_the_sandbox() -> None:
    urls = (*make.urls(SANDBOX), make.url("https://sandbox.oauth.api.flute.com/oauth2/token", PRODUCTION, "oauth"))
    verdict = judge(CHECK, make.configuration(urls=urls), *GOOD[1:])
    assert verdict.status is Status.FAILED
    assert "sandbox.oauth.api.flute.com" in verdict.summary
    assert verdict.findings[0].location == make.PLACE


def test_a_table_of_both_environments_is_told_in_artifacts_and_counts_in_sources() -> None:
    table = make.hit("sandbox.api.flute.com", "dist/app.js", form=BESIDE_PRODUCTION)
    verdict = judge(CHECK, *with_built("sandbox_hosts", table))
    assert verdict.status is Status.PASSED
    assert BESIDE_PRODUCTION in verdict.findings[0].message
    assert judge(CHECK, *with_tree("sandbox_hosts", table)).status is Status.FAILED


def test_the_config_of_the_audit_may_name_the_sandbox() -> None:
    assert (
        judge(CHECK, *with_tree("sandbox_hosts", make.hit("sandbox.api.flute.com", make.PLACE.path))).status
        is Status.PASSED
    )
