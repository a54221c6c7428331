from __future__ import annotations

import pytest

from readiness.evidence import Attempt, Body, Exchange
from readiness.facts import Account
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.judging import judge

CHECK = "account/key-can-take-payments"


def reading(payment_config: Attempt, mint: Attempt | None = None) -> Account:
    return make.account(payment_config=payment_config, mint=mint or make.token())


def test_passes_and_names_the_merchant() -> None:
    verdict = judge(CHECK, make.account())
    assert verdict.status is Status.PASSED
    assert "Acme Inc" in verdict.summary
    assert "Cards" in verdict.summary


def test_reads_the_older_names_and_other_cases() -> None:
    old = {"CompanyName": "Acme", "AvailablePaymentProcessors": [{"Id": "p", "Name": "Old cards", "Type": "Tsys"}]}
    verdict = judge(CHECK, reading(make.exchange(200, old)))
    assert verdict.status is Status.PASSED
    assert "Old cards" in verdict.summary


@pytest.mark.parametrize("body", [{"errorCode": "F0000"}, None])
def test_fails_on_403_and_names_both_causes(body: object) -> None:
    verdict = judge(CHECK, reading(make.exchange(403, body, correlation_id="c-3")))
    assert verdict.status is Status.FAILED
    assert "partner" in verdict.summary
    assert "permission" in verdict.summary
    assert "c-3" in verdict.findings[0].message


def test_a_403_page_of_a_firewall_is_not_the_vendors_word() -> None:
    verdict = judge(CHECK, reading(make.exchange(403, body=Body.HTML)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


def test_fails_on_401_to_a_fresh_token() -> None:
    assert judge(CHECK, reading(make.unauthorised())).status is Status.FAILED


@pytest.mark.parametrize("processors", [None, []])
def test_fails_without_a_processor(processors: object) -> None:
    verdict = judge(CHECK, reading(make.exchange(200, {"availablePaymentProcessors": processors})))
    assert verdict.status is Status.FAILED


@pytest.mark.parametrize("body", [{}, {"companyName": "Acme"}, {"availablePaymentProcessors": "Tsys"}])
def test_unknown_when_it_is_no_payment_configuration(body: dict[str, object]) -> None:
    assert judge(CHECK, reading(make.exchange(200, body))).status is Status.UNKNOWN


@pytest.mark.parametrize("answer", [make.config_read(), make.unauthorised(), make.exchange(403)])
def test_unknown_when_the_key_got_no_token(answer: Exchange) -> None:
    verdict = judge(CHECK, reading(answer, mint=make.refused()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


def test_unknown_when_it_was_not_asked() -> None:
    verdict = judge(CHECK, reading(make.missing(Because.TIMED_OUT)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)
