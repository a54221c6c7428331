"""Asks one built-in check for its verdict on literal evidence."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from readiness.check import Check
from readiness.evidence import Evidence, EvidenceView, Missing
from readiness.facts import Account, Connection, RetiredKeys, TokenUse, WebhookEndpoints
from readiness.layout import data_folder
from readiness.model import Environment, Verdict
from readiness.registry import Registry, load_builtin
from tests.checks.factories import NOW, SANDBOX

PER_ENVIRONMENT = (Account, Connection, RetiredKeys, TokenUse, WebhookEndpoints)

Item = Evidence | tuple[Environment, Evidence] | tuple[Environment | None, type[Evidence], Missing]


FILES = {
    f"{path.parent.name}/{path.stem}".replace("_", "-"): path for path in sorted(data_folder("checks").glob("*/*.py"))
}
"""Every built-in check's file by id."""
IDS = tuple(FILES)


@cache
def _builtin() -> Registry:
    return load_builtin()


def load(check_id: str) -> Check:
    """One built-in check, as the registry gives it."""
    return _builtin().check(check_id)


def view(check: Check, *items: Item, environment: Environment | None = None, now: datetime = NOW) -> EvidenceView:
    """The evidence as the judge would show it to this check."""
    environment = (environment or SANDBOX) if check.per_environment else None
    declared: dict[type[Evidence], dict[Environment | None, Evidence | Missing]]
    declared = {kind: {} for kind in (*check.needs, *check.optional)}
    for item in items:
        home, kind, content = _placed(item, environment)
        if kind in declared:
            declared[kind][home] = content
    return EvidenceView(environment, now, declared)


def _placed(
    item: Item, environment: Environment | None
) -> tuple[Environment | None, type[Evidence], Evidence | Missing]:
    if isinstance(item, Evidence):
        home = environment or SANDBOX if isinstance(item, PER_ENVIRONMENT) else None
        return home, type(item), item
    if len(item) == 3:
        return item
    return item[0], type(item[1]), item[1]


def judge(check_id: str, *items: Item, environment: Environment | None = None, now: datetime = NOW) -> Verdict:
    """The verdict of one check on literal evidence."""
    check = load(check_id)
    return check.judge(view(check, *items, environment=environment, now=now))
