from __future__ import annotations

import pytest

from readiness.facts import PartnerKeys
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import SANDBOX
from tests.checks.judging import judge

CHECK = "key-storage/no-unused-keys"


def listing(*ids: str, shape: str = "apiKeys", merchant: str = "merchant-1", name: str = "shop") -> PartnerKeys:
    keys = [{"clientId": each, "merchantId": merchant, "apiKeyName": name} for each in ids]
    return make.partner_keys(make.exchange(200, {shape: keys}))


@pytest.mark.parametrize("shape", ["apiKeys", "tokens", "ApiKeys", "data"])
def test_passes_when_all_are_declared(shape: str) -> None:
    keys = listing("ID-Sandbox", "id-partner", shape=shape)
    assert judge(CHECK, keys, make.configuration()).status is Status.PASSED


@pytest.mark.parametrize(
    ("stray", "words"), [("id-stray", "not declared"), ("id-retired", "retired, but still listed")]
)
def test_fails_on_a_key_that_is_not_in_use(stray: str, words: str) -> None:
    verdict = judge(CHECK, listing("id-sandbox", stray), make.configuration())
    assert verdict.status is Status.FAILED
    assert words in verdict.findings[0].message


def test_keys_of_other_merchants_and_of_the_drill_do_not_count() -> None:
    keys = [
        {"clientId": "id-sandbox", "merchantId": "MERCHANT-1", "apiKeyName": "shop"},
        {"clientId": "id-other", "merchantId": "merchant-2", "apiKeyName": "shop"},
        {"clientId": "id-drill", "merchantId": "merchant-1", "apiKeyName": "readiness-drill-1"},
    ]
    found = make.partner_keys(make.exchange(200, {"apiKeys": keys}))
    assert judge(CHECK, found, make.configuration()).status is Status.PASSED


@pytest.mark.parametrize("body", [{"apiKeys": None}, {"apiKeys": []}])
def test_unknown_when_the_live_key_is_not_in_the_list(body: dict[str, object]) -> None:
    verdict = judge(CHECK, make.partner_keys(make.exchange(200, body)), make.configuration())
    assert verdict.status is Status.UNKNOWN
    assert "own key" in verdict.summary


@pytest.mark.parametrize("body", [{}, {"apiKeys": "none"}, {"apiKeys": ["id-sandbox"]}, {"apiKeys": [{"name": "x"}]}])
def test_unknown_when_there_is_no_readable_list(body: dict[str, object]) -> None:
    assert judge(CHECK, make.partner_keys(make.exchange(200, body)), make.configuration()).status is Status.UNKNOWN


def test_unknown_when_the_live_key_is_not_known() -> None:
    facts = make.of(make.configuration(), SANDBOX, client_id=None)
    verdict = judge(CHECK, make.partner_keys(), facts)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
