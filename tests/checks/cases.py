"""What each live check passes on, and the answers that it needs for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from readiness.evidence import Attempt, Evidence
from readiness.facts import KeyDrill
from readiness.model import Environment
from tests.checks import factories as make
from tests.checks.factories import JSON_OBJECTS, PLACES, PRODUCTION, SANDBOX
from tests.checks.judging import Item

Due = Literal["token", "refusal", "accepted", "401", "payload", "answer", "date", "deletion"]
"""What an answer must be for the check to pass."""

HARMLESS: Mapping[Due, frozenset[str]] = {
    "token": frozenset(),
    "refusal": frozenset(),
    "payload": frozenset(),
    "date": frozenset(),
    "accepted": JSON_OBJECTS,
    "401": frozenset({"401 empty"}),
    "answer": frozenset(
        {"401 empty", "403 envelope", "404 empty", "html", "truncated", "list", "empty", "redirect", *JSON_OBJECTS}
    ),
    "deletion": frozenset({"404 empty", "html", "truncated", "list", "empty", *JSON_OBJECTS}),
}
"""Faults that are none, because the check needs no more of that answer."""


@dataclass(frozen=True)
class Case:
    """Evidence on which a check passes, built around answers by name."""

    check: str
    build: Callable[[Mapping[str, Attempt]], list[Item]]
    due: Mapping[str, Due]

    def items(self, **answers: Attempt) -> list[Item]:
        """The evidence with some answers replaced."""
        return self.build(answers)


def _token_use(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.token_use(**answers), make.configuration()]


def _margin(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.configuration(), (SANDBOX, make.token_use(**answers)), (PRODUCTION, make.token_use())]


def _account(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.account(**answers)]


def _live_account(answers: Mapping[str, Attempt]) -> list[Item]:
    return [(PRODUCTION, make.account(**answers))]


def _cross(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.cross(None, **answers)]


def _matrix(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.cross({place: answers[_cell(*place)] for place in PLACES if _cell(*place) in answers})]


def _cell(key: Environment, endpoint: Environment) -> str:
    return f"{key}_at_{endpoint}"


def _hooks(answers: Mapping[str, Attempt]) -> list[Item]:
    page = answers.get("page", make.exchange(200, {"items": [make.hook("https://hooks.acme.example/sandbox")]}))
    return [make.hooks().model_copy(update={"pages": (page,)}), make.configuration()]


def _keys(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.partner_keys(answers.get("listing")), make.configuration()]


def _retired(answers: Mapping[str, Attempt]) -> list[Item]:
    trial = answers.get("trial", make.refused())
    return [make.retired_keys(trial, control=answers.get("control")), make.configuration()]


def _drill(answers: Mapping[str, Attempt]) -> list[Item]:
    steps = {name: answer for name, answer in answers.items() if not name.endswith("_refusal")}
    made: KeyDrill = make.drill(steps)
    for name in ("mint", "token"):
        if f"{name}_refusal" in answers:
            made = made.model_copy(update={f"{name}_clock": make.clock(answers[f"{name}_refusal"])})
    return [made]


def _hosts(answers: Mapping[str, Attempt]) -> list[Item]:
    home: Evidence = make.connection(
        *(make.host(role, **({"answer": answers[role]} if role in answers else {})) for role in ("api", "oauth"))
    )
    return [home]


def _one_host(answers: Mapping[str, Attempt]) -> list[Item]:
    return [make.connection(make.host(answer=answers["api"])) if answers else make.connection()]


CASES = (
    Case("token-refresh/token-issued", _token_use, {"mint": "token"}),
    Case("token-refresh/token-accepted", _token_use, {"read": "accepted"}),
    Case("token-refresh/lifetime-is-short", _token_use, {"mint": "token"}),
    Case(
        "token-refresh/tokens-overlap",
        _token_use,
        {
            "mint": "token",
            "second_mint": "token",
            "read": "accepted",
            "read_after_second_mint": "accepted",
            "read_with_second": "accepted",
        },
    ),
    Case("token-refresh/bad-secret-refused", _token_use, {"mint": "token", "wrong_secret": "refusal"}),
    Case(
        "token-refresh/bad-token-refused",
        _token_use,
        {"read": "accepted", "made_up_token": "401", "truncated_token": "401"},
    ),
    Case(
        "token-refresh/expired-token-refused",
        _token_use,
        {"mint": "token", "read": "accepted", "after_expiry": "payload"},
    ),
    Case("token-refresh/refresh-margin", _margin, {"mint": "token"}),
    Case(
        "environment-separation/credentials-refused-across",
        _matrix,
        {_cell(*place): "token" if place[0] is place[1] else "refusal" for place in PLACES},
    ),
    Case(
        "environment-separation/tokens-refused-across",
        _cross,
        {
            "sandbox_token_at_home": "accepted",
            "production_token_at_home": "accepted",
            "sandbox_token_at_production": "401",
            "production_token_at_sandbox": "401",
        },
    ),
    Case("environment-separation/production-account-is-live", _live_account, {"payment_config": "payload"}),
    Case("environment-separation/webhooks-point-home", _hooks, {"page": "payload"}),
    Case("key-storage/no-unused-keys", _keys, {"listing": "payload"}),
    Case(
        "deleted-key/mint-refused-after-deletion",
        _drill,
        {"mint": "token", "delete": "deletion", "mint_refusal": "refusal"},
    ),
    Case(
        "deleted-key/token-dies-with-key",
        _drill,
        {"mint": "token", "read": "accepted", "delete": "deletion", "token_refusal": "401"},
    ),
    Case("deleted-key/key-unlisted", _drill, {"list": "payload", "list_after": "payload", "delete": "deletion"}),
    Case("deleted-key/retired-keys-refused", _retired, {"trial": "refusal", "control": "token"}),
    Case("deleted-key/mint-refused-after-deletion", _retired, {"trial": "refusal", "control": "token"}),
    Case("transport/reachable", _hosts, {"api": "answer", "oauth": "answer"}),
    Case("transport/clock-in-sync", _one_host, {"api": "date"}),
    Case("account/key-can-take-payments", _account, {"mint": "token", "payment_config": "payload"}),
)
