from __future__ import annotations

import pytest

from readiness.facts import Account
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "environment-separation/production-account-is-live"


def offering(*types: object, name: str = "availablePaymentProcessors", key: str = "type") -> Account:
    return make.account(payment_config=make.config_read({name: [{"processorName": "x", key: kind} for kind in types]}))


def test_passes_on_a_card_processor() -> None:
    verdict = judge(CHECK, (PRODUCTION, offering("Tsys", "Ach")))
    assert verdict.status is Status.PASSED
    assert "Tsys" in verdict.summary


def test_reads_names_in_any_case() -> None:
    account = offering("Tsys", name="AvailablePaymentProcessors", key="Type")
    assert judge(CHECK, (PRODUCTION, account)).status is Status.PASSED


@pytest.mark.parametrize("types", [("SandboxCard",), ("Tsys", "SandboxAch"), ("Ach", "sandboxcard")])
def test_fails_on_any_sandbox_processor(types: tuple[str, ...]) -> None:
    verdict = judge(CHECK, (PRODUCTION, offering(*types)))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].evidence == "account:production"


@pytest.mark.parametrize("account", [offering(), offering("Ach")], ids=["none", "ach only"])
def test_fails_without_a_card_processor(account: Account) -> None:
    assert judge(CHECK, (PRODUCTION, account)).status is Status.FAILED


def test_fails_when_the_list_is_null() -> None:
    account = make.account(payment_config=make.config_read({"availablePaymentProcessors": None}))
    assert judge(CHECK, (PRODUCTION, account)).status is Status.FAILED


@pytest.mark.parametrize("types", [("Fiserv",), (None, "Tsys"), (7, "Tsys")])
def test_unknown_on_types_that_nobody_knows(types: tuple[object, ...]) -> None:
    assert judge(CHECK, (PRODUCTION, offering(*types))).status is Status.UNKNOWN


@pytest.mark.parametrize("body", [{}, {"availablePaymentProcessors": "Tsys"}, {"availablePaymentProcessors": ["Tsys"]}])
def test_unknown_without_a_list(body: dict[str, object]) -> None:
    account = make.account(payment_config=make.config_read(body))
    assert judge(CHECK, (PRODUCTION, account)).status is Status.UNKNOWN


def test_the_sandboxs_account_says_nothing() -> None:
    verdict = judge(CHECK, (SANDBOX, offering("Tsys")))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)


def test_unknown_when_the_account_was_not_read() -> None:
    verdict = judge(CHECK, (PRODUCTION, Account, make.missing(Because.TIMED_OUT)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)
