"""The texts of every check: complete, short enough for a report, and in one style."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from readiness import requirements
from readiness.check import HEADINGS
from readiness.model import Severity
from tests.checks.judging import FILES, IDS, load

KNOWN_REQUIREMENTS = {
    *(f"go-live {code}: {item}" for code, item in requirements.CHECKLIST.items()),
    *(f"getting-started {code}: {rule}" for code, rule in requirements.GUIDE.items()),
}
SHORTEST, LONGEST_TITLE, LONGEST_SECTION = 20, 70, 900

BLOCKER, MAJOR, MINOR = Severity.BLOCKER, Severity.MAJOR, Severity.MINOR
CATALOGUE: dict[str, tuple[Severity, bool]] = {
    "key-storage/secret-is-a-reference": (BLOCKER, True),
    "key-storage/production-secret-in-manager": (BLOCKER, False),
    "key-storage/secret-not-in-tree": (BLOCKER, True),
    "key-storage/secret-not-in-history": (BLOCKER, True),
    "key-storage/secret-not-in-artifacts": (BLOCKER, True),
    "key-storage/secret-not-in-logs": (BLOCKER, True),
    "key-storage/no-other-credentials": (BLOCKER, False),
    "key-storage/secret-files-protected": (MAJOR, False),
    "key-storage/key-age": (MINOR, True),
    "key-storage/no-unused-keys": (MINOR, False),
    "token-refresh/token-issued": (BLOCKER, True),
    "token-refresh/token-accepted": (BLOCKER, True),
    "token-refresh/lifetime-is-short": (MAJOR, True),
    "token-refresh/tokens-overlap": (MAJOR, True),
    "token-refresh/bad-secret-refused": (BLOCKER, True),
    "token-refresh/bad-token-refused": (BLOCKER, True),
    "token-refresh/expired-token-refused": (MINOR, True),
    "token-refresh/refresh-margin": (MINOR, False),
    "environment-separation/hosts-match-environment": (BLOCKER, True),
    "environment-separation/no-retired-hosts": (MAJOR, True),
    "environment-separation/distinct-credentials": (BLOCKER, False),
    "environment-separation/credentials-refused-across": (BLOCKER, False),
    "environment-separation/tokens-refused-across": (BLOCKER, False),
    "environment-separation/production-account-is-live": (BLOCKER, False),
    "environment-separation/webhooks-point-home": (MAJOR, True),
    "environment-separation/no-sandbox-residue": (BLOCKER, False),
    "environment-separation/only-expected-hosts": (BLOCKER, False),
    "card-data/no-pan-in-logs": (BLOCKER, False),
    "card-data/no-cvv-in-logs": (BLOCKER, False),
    "card-data/no-test-cards-in-release": (MAJOR, False),
    "deleted-key/mint-refused-after-deletion": (BLOCKER, False),
    "deleted-key/token-dies-with-key": (BLOCKER, False),
    "deleted-key/key-unlisted": (MINOR, False),
    "deleted-key/drill-leaves-nothing": (MAJOR, False),
    "deleted-key/retired-keys-refused": (BLOCKER, True),
    "transport/https-only": (BLOCKER, True),
    "transport/reachable": (BLOCKER, True),
    "transport/tls-modern": (BLOCKER, True),
    "transport/certificate-valid": (MAJOR, True),
    "transport/clock-in-sync": (MAJOR, False),
    "account/key-can-take-payments": (BLOCKER, True),
    "key-storage/secret-not-in-process-list": (MAJOR, False),
    "token-refresh/never-sends-expired-token": (BLOCKER, False),
    "token-refresh/recovers-from-401": (BLOCKER, False),
    "token-refresh/single-flight": (MAJOR, False),
    "token-refresh/survives-token-outage": (MAJOR, False),
    "token-refresh/no-401-loop": (BLOCKER, False),
    "token-refresh/token-not-exposed": (MAJOR, False),
    "deleted-key/app-stops-cleanly": (BLOCKER, False),
    "deleted-key/app-raises-alarm": (MAJOR, False),
    "deleted-key/app-recovers-with-new-key": (MAJOR, False),
    "resilience/idempotency-key-on-mutations": (BLOCKER, False),
    "resilience/idempotency-key-reused": (BLOCKER, False),
    "resilience/times-out": (MAJOR, False),
    "resilience/backs-off": (MAJOR, False),
    "resilience/honours-retry-after": (MAJOR, False),
    "resilience/no-retry-on-client-error": (MAJOR, False),
    "resilience/declines-handled": (BLOCKER, False),
    "resilience/errors-hidden-from-users": (MAJOR, False),
    "resilience/tolerates-odd-answers": (MAJOR, False),
    "resilience/no-credentials-on-redirect": (BLOCKER, False),
    "resilience/amounts-in-dollars": (BLOCKER, False),
    "webhooks/signature-verified": (BLOCKER, False),
    "webhooks/replay-refused": (MAJOR, False),
    "webhooks/raw-body-used": (MAJOR, False),
    "webhooks/duplicates-harmless": (MAJOR, False),
}
"""Ids, severities and scopes are contract: whoever changes one changes what other people's gates do."""


def test_the_catalogue_is_as_promised() -> None:
    found = {check_id: (load(check_id).severity, load(check_id).per_environment) for check_id in IDS}
    assert found == CATALOGUE


@pytest.mark.parametrize("check_id", IDS)
def test_sections_are_complete_and_short(check_id: str) -> None:
    sections = load(check_id).sections
    assert tuple(sections) == HEADINGS
    for text in sections.values():
        assert SHORTEST <= len(text) <= LONGEST_SECTION
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")


@pytest.mark.parametrize("check_id", IDS)
def test_titles_describe_a_state(check_id: str) -> None:
    check = load(check_id)
    for title in (check.title, check.failing_title):
        assert SHORTEST <= len(title) <= LONGEST_TITLE
        assert not title.endswith(".")
        assert not re.match(r"(Ensure|Check|Verify|Make sure|Do not|Use)\b", title)


def test_titles_are_unique() -> None:
    titles = Counter(title for check_id in IDS for title in (load(check_id).title, load(check_id).failing_title))
    assert [title for title, times in titles.items() if times > 1] == []


@pytest.mark.parametrize("check_id", IDS)
def test_a_check_that_may_be_excused_knows_its_own_id(check_id: str) -> None:
    names = [
        node.value.value
        for node in ast.parse(FILES[check_id].read_text()).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "CHECK"
        and isinstance(node.value, ast.Constant)
    ]
    assert set(names) <= {check_id}


@pytest.mark.parametrize("check_id", IDS)
def test_requirements_are_the_vendors(check_id: str) -> None:
    assert set(load(check_id).requirements) <= KNOWN_REQUIREMENTS


@pytest.mark.parametrize("check_id", IDS)
def test_the_function_is_named_like_the_file(check_id: str) -> None:
    path = FILES[check_id]
    decorated = [
        node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef) and node.decorator_list
    ]
    assert [node.name for node in decorated] == [path.stem]
