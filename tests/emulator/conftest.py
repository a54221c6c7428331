from __future__ import annotations

import pytest

from tests.emulator.driver import Driver


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def merchant(driver: Driver) -> str:
    return driver.token()


@pytest.fixture
def partner(driver: Driver) -> str:
    return driver.token("partner")
