from __future__ import annotations

from tests.emulator.driver import PRODUCTION, Driver, parsed

CONFIG_FIELDS = {
    *("companyName", "mccCode", "mccCodeDescription", "ttpIosTerminalProfileId", "currency", "availableCurrencies"),
    *("zeroCostProcessingOption", "defaultTipsOptions", "defaultSurchargeRate", "defaultCashDiscountRate"),
    *("defaultDualPricingRate", "maxTransactionAmount", "availableCardTypes", "availableTransactionTypes"),
    *("isTipsEnabled", "isCustomerCardSavingByTerminalEnabled", "availablePaymentProcessors"),
    "addressVerificationServiceOptions",
}


def test_payment_config(driver: Driver, merchant: str) -> None:
    config = parsed(driver.call("GET", "/v2/settings/payment-config", merchant))
    assert set(config) == CONFIG_FIELDS
    assert (config["currency"], config["companyName"]) == ("USD", "Acme Inc")
    assert [one["type"] for one in config["availablePaymentProcessors"]] == ["SandboxCard", "SandboxAch"]
    assert all(one["isDefault"] is True for one in config["availablePaymentProcessors"])
    token = driver.token(environment=PRODUCTION)
    live = parsed(driver.call("GET", "/v2/settings/payment-config", token, environment=PRODUCTION))
    assert [one["type"] for one in live["availablePaymentProcessors"]] == ["Tsys", "Ach"]


def test_a_change_of_settings_shows_at_once_and_ids_stay(driver: Driver, merchant: str) -> None:
    before = parsed(driver.call("GET", "/v2/settings/payment-config", merchant))
    driver.configure(company_name="Other", sandbox_processors=["Tsys", "SandboxCard"])
    after = parsed(driver.call("GET", "/v2/settings/payment-config", merchant))
    assert after["companyName"] == "Other"
    assert [one["type"] for one in after["availablePaymentProcessors"]] == ["Tsys", "SandboxCard"]
    assert after["availablePaymentProcessors"][1] == before["availablePaymentProcessors"][0]


def test_older_names(driver: Driver, merchant: str) -> None:
    driver.configure(generation="G1")
    config = parsed(driver.call("GET", "/v2/settings/payment-config", merchant))
    assert config["avsOptions"] == {"isEnabled": True, "profile": "Moderate"}
    assert {"id", "name", "type"} <= set(config["availablePaymentProcessors"][0])
    contact = parsed(driver.call("GET", "/v2/settings/contact-info", merchant))["contactInfos"][0]
    assert {"id", "line1", "line2", "mobileNumber"} <= set(contact)
    assert driver.call("GET", "/v2/settings/contact-information", merchant).status == 404


def test_contact_information(driver: Driver, merchant: str) -> None:
    contact = parsed(driver.call("GET", "/v2/settings/contact-information", merchant))["contactInfos"][0]
    assert set(contact) == {
        *("contactInfoId", "addressName", "addressLine1", "addressLine2", "city", "stateCode", "postalCode"),
        *("countryCode", "email", "mobilePhoneNumber", "isMainAddress", "isDefaultAddress"),
    }
    assert driver.call("GET", "/v2/settings/contact-info", merchant).status == 404
