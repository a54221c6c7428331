"""What `exclude` takes out of the sources is told by every check that does not look there."""

from __future__ import annotations

import pytest

from readiness.model import Status
from readiness.searched import Excluded
from tests.checks import factories as make
from tests.checks.judging import judge

CHECKS = [
    "card-data/no-test-cards-in-release",
    "environment-separation/no-retired-hosts",
    "environment-separation/no-sandbox-residue",
    "key-storage/no-other-credentials",
]


@pytest.mark.parametrize("check", CHECKS)
def test_exclusions_are_told(check: str) -> None:
    excluded = (
        Excluded(pattern="tests/**", reason="not shipped", files=4),
        Excluded(pattern="docs/**", reason=None, files=1),
    )
    configuration = [make.configuration()] if check.startswith("environment-separation/") else []
    verdict = judge(check, *configuration, make.source_tree(excluded=excluded), make.artifacts(), make.git_history())
    assert verdict.status is Status.PASSED
    assert [finding.message for finding in verdict.findings] == [
        "excluded: 4 files by `tests/**`: not shipped",
        "excluded: 1 file by `docs/**`: no reason given",
    ]
