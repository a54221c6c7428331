from __future__ import annotations

from tests.emulator.driver import Driver, parsed

KEY = {"Idempotency-Key": "flute_1"}


def total(driver: Driver) -> int:
    listed = parsed(driver.call("GET", "/v2/transactions", driver.token()))
    count: int = listed["pageInfo"]["totalItems"]
    return count


def test_the_same_request_is_answered_again_and_charged_once(driver: Driver, merchant: str) -> None:
    first = driver.sale(merchant, headers=KEY)
    second = driver.sale(merchant, headers=KEY)
    assert first.body == second.body
    assert [entry.replayed for entry in driver.core.journal][-2:] == [False, True]
    assert total(driver) == 1


def test_another_request_with_the_key_conflicts(driver: Driver, merchant: str) -> None:
    driver.sale(merchant, headers=KEY)
    conflict = driver.sale(merchant, base_amount=11, headers=KEY)
    body = parsed(conflict)
    assert (conflict.status, body["errorCode"], body["exceptionType"]) == (409, "C0000", "ConflictException")
    assert body["cause"] == "IDEMPOTENCY_CONFLICT"
    assert "idempotency key" in body["resolution"]
    assert total(driver) == 1


def test_a_refused_request_may_be_corrected_under_its_key(driver: Driver, merchant: str) -> None:
    assert driver.sale(merchant, base_amount=0, headers=KEY).status == 400
    assert driver.sale(merchant, headers=KEY).status == 200


def test_records_end(driver: Driver, merchant: str) -> None:
    driver.sale(merchant, headers=KEY)
    driver.core.clock.advance(86_400)
    assert driver.sale(driver.token(), headers=KEY).status == 200
    assert total(driver) == 2


def test_a_vendor_without_them_can_be_shown(driver: Driver, merchant: str) -> None:
    driver.configure(idempotency=False)
    driver.sale(merchant, headers=KEY)
    driver.sale(merchant, headers=KEY)
    assert total(driver) == 2


def test_reads_are_not_recorded(driver: Driver, merchant: str) -> None:
    before = driver.call("GET", "/v2/transactions", merchant, headers=KEY)
    driver.sale(merchant)
    assert driver.call("GET", "/v2/transactions", merchant, headers=KEY).body != before.body
