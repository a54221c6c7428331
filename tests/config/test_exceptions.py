from __future__ import annotations

import pytest

from readiness.config.exceptions import validate_waivers
from readiness.errors import ConfigError
from readiness.model import Severity
from tests.config.conftest import MINIMAL, Load
from tests.config.test_rules import waiver

CATALOGUE = {
    "key-storage/key-age": Severity.MINOR,
    "key-storage/secret-not-in-tree": Severity.BLOCKER,
    "environment-separation/no-retired-hosts": Severity.MAJOR,
    "environment-separation/hosts-match-environment": Severity.BLOCKER,
    "card-data/no-pan-in-logs": Severity.BLOCKER,
    "token-refresh/token-issued": Severity.BLOCKER,
    "launch/rollback-plan": Severity.MAJOR,
}
ATTESTATION = "{by: Jo, on: 2026-11-02, expires: 2027-02-01, note: done, evidence: a ticket}"


@pytest.mark.parametrize(
    "check", ["key-storage/key-age", "environment-separation/no-retired-hosts", "token-refresh/token-issued"]
)
def test_other_failures_may_be_waived(load: Load, check: str) -> None:
    validate_waivers(load(f"{MINIMAL}waivers:\n{waiver(check=check)}"), CATALOGUE)


def test_all_that_can_never_take_effect_is_told_at_once(load: Load) -> None:
    config = load(
        f"{MINIMAL}waivers:\n"
        + waiver(check="key-storage/secret-not-in-tree")
        + waiver(check="environment-separation/hosts-match-environment")
        + waiver(check="card-data/no-pan-in-logs")
        + waiver(check="key-storage/keyage")
        + "attestations:\n"
        + f"  launch/rollback-plan: {ATTESTATION}\n"
        + f"  launch/rollback-plans: {ATTESTATION}\n"
        + f"  key-storage/key-age: {ATTESTATION}\n"
        + f"  environment-separation/no-retired-hosts: {ATTESTATION}\n"
        + f"  zzz: {ATTESTATION}\n"
    )
    with pytest.raises(ConfigError) as caught:
        validate_waivers(config, CATALOGUE)
    assert [(problem.splitlines()[0], problem.splitlines()[-1]) for problem in caught.value.problems] == [
        ("readiness.yaml:6:13: a blocker of `key-storage` cannot be waived", "  fix it, and remove the waiver"),
        (
            "readiness.yaml:7:13: a blocker of `environment-separation` cannot be waived",
            "  fix it, and remove the waiver",
        ),
        ("readiness.yaml:8:13: a blocker of `card-data` cannot be waived", "  fix it, and remove the waiver"),
        ("readiness.yaml:9:13: no check is named `key-storage/keyage`", "  did you mean `key-storage/key-age`?"),
        ("readiness.yaml:12:3: no check is named `launch/rollback-plans`", "  did you mean `launch/rollback-plan`?"),
        (
            "readiness.yaml:13:3: an attestation never stands for a check of `key-storage`",
            "  remove it; the check must pass",
        ),
        (
            "readiness.yaml:14:3: an attestation never stands for a check of `environment-separation`",
            "  remove it; the check must pass",
        ),
        ("readiness.yaml:15:3: no check is named `zzz`", "  `readiness checks` lists all checks"),
    ]
    assert "  9 |   - {check: key-storage/keyage, reason: r," in caught.value.problems[3]


def test_a_config_that_was_built_in_code_has_no_lines(load: Load) -> None:
    config = load(f"{MINIMAL}waivers:\n{waiver(check='nope')}")
    config = type(config).model_validate(config.model_dump())
    with pytest.raises(ConfigError, match=r"<config>: no check is named `nope`"):
        validate_waivers(config, CATALOGUE)


def test_launch_attestations_load_before_anything_judges_them(load: Load) -> None:
    text = (
        "attestations:\n  launch/rollback-plan:\n"
        "    {by: Jo, on: 2026-11-02, expires: 2027-02-01, note: done, evidence: a ticket}\n"
    )
    validate_waivers(load(MINIMAL + text), {"transport/https-only": Severity.BLOCKER})
