from __future__ import annotations

import pytest

from tests.emulator.driver import Driver, parsed


@pytest.fixture
def listed(driver: Driver, merchant: str) -> Driver:
    for index, amount in enumerate([30, 10, 20]):
        driver.sale(merchant, base_amount=amount, referenceId=f"r{index}")
        driver.core.clock.advance(60)
    driver.sale(merchant, card="4000000010050005", base_amount=99, referenceId="declined")
    return driver


@pytest.mark.parametrize(
    ("query", "references"),
    [
        ("", ["declined", "r2", "r1", "r0"]),
        ("pageSize=2", ["declined", "r2"]),
        ("pageSize=2&pageIndex=1", ["r1", "r0"]),
        ("pageSize=2&pageIndex=9", []),
        ("sortBy=transactionDateTime", ["r0", "r1", "r2", "declined"]),
        ("sortBy=processedAmount&sortOrder=Desc", ["declined", "r0", "r2", "r1"]),
        ("transactionStatus=Captured", ["r2", "r1", "r0"]),
        ("referenceId=r1", ["r1"]),
        ("minAmount=15&maxAmount=30", ["r2", "r0"]),
        ("fromDate=2026-09-21T14:14:20Z&toDate=2026-09-21T14:15:20", ["r2", "r1"]),
        ("limit=1", ["declined", "r2", "r1", "r0"]),
        ("paymentMethodType=ACH", []),
    ],
)
def test_filters_order_and_pages(listed: Driver, query: str, references: list[str]) -> None:
    response = listed.call("GET", f"/v2/transactions?{query}", listed.token())
    assert [item["referenceId"] for item in parsed(response)["items"]] == references


def test_page_info(listed: Driver) -> None:
    body = parsed(listed.call("GET", "/v2/transactions?pageSize=3", listed.token()))
    assert body["pageInfo"] == {"pageIndex": 0, "pageSize": 3, "totalItems": 4, "totalPages": 2, "hasMore": True}
    assert "declineDetails" not in body["items"][0]


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("pageSize=101", "envelope"),
        ("pageSize=0", "envelope"),
        ("pageIndex=-1", "envelope"),
        ("pageSize=many", "problem"),
        ("minAmount=x", "problem"),
        ("fromDate=yesterday", "problem"),
        ("sortBy=colour", "envelope"),
    ],
)
def test_refusals(listed: Driver, query: str, shape: str) -> None:
    response = listed.call("GET", f"/v2/transactions?{query}", listed.token())
    assert response.status == 400
    assert ("errorCode" in parsed(response)) is (shape == "envelope")
