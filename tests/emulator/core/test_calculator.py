from __future__ import annotations

from tests.emulator.driver import Driver, parsed

PATH = "/v2/transactions/calculate-amount"


def test_post_since_g3(driver: Driver, merchant: str) -> None:
    response = driver.call("POST", PATH, merchant, {"baseAmount": 100, "tipRate": 15, "surchargeRate": 2.5})
    body = parsed(response)
    assert set(body) == {
        *("currencyCode", "zeroCostProcessingOption", "pricingType", "cash", "creditCard", "debitCard", "ach")
    }
    assert body["creditCard"]["totalAmount"] == 117.5
    assert body["creditCard"]["tipAmount"] == 15.0
    both = driver.call("POST", PATH, merchant, {"baseAmount": 1, "tipRate": 1, "tipAmount": 1})
    assert parsed(both)["errors"] == {"TipRate": ["TipAmount and TipRate are mutually exclusive."]}


def test_get_has_become_an_id(driver: Driver, merchant: str) -> None:
    body = parsed(driver.call("GET", PATH, merchant))
    assert body["errors"] == {"transactionId": ["The value 'calculate-amount' is not valid."]}


def test_get_of_g1_takes_fractions_and_breaks_without_a_currency(driver: Driver, merchant: str) -> None:
    driver.configure(generation="G1")
    query = f"{PATH}?baseAmount=100&tipRate=0.15"
    broken = driver.call("GET", query, merchant)
    assert (broken.status, parsed(broken)["details"]) == (500, "CurrencyId must be greater than 0")
    body = parsed(driver.call("GET", f"{query}&currencyCode=USD", merchant))
    assert body["cash"]["totalAmount"] == 115.0
    assert driver.call("GET", f"{PATH}?currencyCode=USD", merchant).status == 400
