"""Waivers and attestations against the catalogue of checks: which of them can ever take effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from readiness.config.model import Config, ConfigPath
from readiness.config.problem import Problem, did_you_mean
from readiness.config.quoting import Quoter
from readiness.errors import ConfigError
from readiness.model import Severity

UNWAIVABLE_AREAS = frozenset({"key-storage", "environment-separation", "card-data"})
"""Areas whose blockers nobody may accept, not even for a time."""
MEASURED_AREAS = frozenset({"key-storage", "environment-separation"})
"""Areas where nobody's word stands for a measurement."""


LAUNCH_CHECKS = tuple(
    f"launch/{name}"
    for name in (
        *("payment-flows-tested", "refund-and-void-tested", "error-codes-covered", "load-testing-coordinated"),
        *("pci-scope-confirmed", "monitoring-and-alerts", "rollback-plan", "key-rotation-owner"),
        *("incident-contacts", "vendor-sign-off"),
    )
)
"""What only a person can vouch for. Attestations of these load, whether or not this version judges them."""


def validate_waivers(config: Config, severities: Mapping[str, Severity]) -> None:
    """Refuse waivers and attestations that name no check or could never take effect.

    `severities` holds every known check, whether it runs or not. Raises ConfigError with all problems at once.
    """
    problems = [
        Problem(sentence, _point(config, place), suggestion)
        for place, sentence, suggestion in (
            *_waiver_faults(config, severities),
            *_attestation_faults(config, severities),
        )
    ]
    if problems:
        raise ConfigError((config.quoter or Quoter(config.path)).write(problems))


Fault = tuple[ConfigPath, str, str | None]


def _waiver_faults(config: Config, severities: Mapping[str, Severity]) -> Iterator[Fault]:
    for index, waiver in enumerate(config.waivers):
        place: ConfigPath = ("waivers", index, "check")
        area = waiver.check.partition("/")[0]
        if waiver.check not in severities:
            yield place, f"no check is named `{waiver.check}`", _nearest(waiver.check, severities)
        elif severities[waiver.check] is Severity.BLOCKER and area in UNWAIVABLE_AREAS:
            yield place, f"a blocker of `{area}` cannot be waived", "fix it, and remove the waiver"


def _attestation_faults(config: Config, severities: Mapping[str, Severity]) -> Iterator[Fault]:
    for check in config.attestations:
        place: ConfigPath = ("attestations", check)
        area = check.partition("/")[0]
        if check not in severities and check not in LAUNCH_CHECKS:
            yield place, f"no check is named `{check}`", _nearest(check, [*severities, *LAUNCH_CHECKS])
        elif area in MEASURED_AREAS:
            yield place, f"an attestation never stands for a check of `{area}`", "remove it; the check must pass"


def _nearest(check: str, known: Iterable[str]) -> str:
    return did_you_mean(check, known) or "`readiness checks` lists all checks"


def _point(config: Config, place: ConfigPath) -> tuple[int, int] | None:
    location = config.at(*place)
    return None if location.line is None or location.column is None else (location.line, location.column)
