"""Evidence of earlier runs that stands in for what this one cannot gather: a guided drill, for instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import JsonValue

from readiness.config.model import Config
from readiness.errors import UsageError
from readiness.evidence import EvidenceError, EvidenceItem, EvidenceSet, read_evidence
from readiness.model import Because, Environment
from readiness.registry import Registry
from readiness.result import NotChecked

STAND_IN = frozenset({Because.NOT_CONFIGURED, Because.NOT_PERMITTED})
"""Only what could not be gathered for these reasons is replaced; a failed attempt never is."""

Addresses = Mapping[Environment, Mapping[str, JsonValue]]


def read_saved(config: Config) -> dict[str, EvidenceSet]:
    """Read the files that `evidence:` names. Raises UsageError with the place of the one that cannot be read."""
    sets = {}
    for index, name in enumerate(config.evidence):
        place = config.at("evidence", index)
        try:
            text = (Path(config.path).parent / name).read_text(encoding="utf-8")
            sets[name] = read_evidence(text)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise UsageError(f"{place}: the evidence file {name} cannot be read: {reason}.") from None
        except EvidenceError as error:
            raise UsageError(
                f"{place}: {name} is not usable: {error}.", "Save it again with the same version."
            ) from None
    return sets


def stand_in(
    items: Sequence[EvidenceItem],
    saved: Mapping[str, EvidenceSet],
    registry: Registry,
    addresses: Addresses,
    now: datetime,
) -> tuple[tuple[EvidenceItem, ...], tuple[NotChecked, ...]]:
    """Put saved items in the place of missing ones, where kind, age and hosts allow; say what was not used, and why."""
    kinds = registry.evidence_kinds()
    replaced = {item.id: item for item in items}
    unused: list[NotChecked] = []
    for name, evidence in saved.items():
        for item in evidence.items:
            kind = kinds.get(item.kind)
            if kind is None or not kind.keeps_days or item.data is None:
                continue
            if reason := _unfit(item, evidence, kind.keeps_days, addresses, now):
                unused.append(NotChecked(what=f"{item.id} in {name}", why=reason))
            elif _may_replace(replaced.get(item.id)):
                replaced[item.id] = item.model_copy(update={"origin": name})
    return tuple(replaced.values()), tuple(unused)


def _may_replace(item: EvidenceItem | None) -> bool:
    return item is not None and item.missing is not None and item.missing.because in STAND_IN


def _unfit(item: EvidenceItem, evidence: EvidenceSet, days: int, addresses: Addresses, now: datetime) -> str | None:
    age = now - item.taken_at
    if age < timedelta(0):
        return "it is dated in the future"
    if age > timedelta(days=days):
        return f"it is {age.days} days old, and evidence of this kind keeps for {days}"
    environment = item.environment or Environment.SANDBOX  # what keeps is about the sandbox, the drill first of all
    then, today = evidence.environments.get(environment), addresses.get(environment)
    if then is None or today is None or any(then.get(key) != today.get(key) for key in ("api_url", "oauth_url")):
        return f"it was taken at other hosts than those of {environment}"
    return None
