from __future__ import annotations

import pytest

from readiness.emulator.core.latency import latency_of
from readiness.emulator.settings import Settings


@pytest.mark.parametrize(
    ("latency", "path", "seconds"),
    [
        (0.05, "/v2/ping", 0.05),
        ({"/v2/*": 1, "*": 2}, "/v2/ping", 1),
        ({"/v2/*": 1, "*": 2}, "/oauth2/token", 2),
        ({"/v2/*": 1}, "/oauth2/token", 0),
    ],
)
def test_latency(latency: object, path: str, seconds: float) -> None:
    assert latency_of(Settings.model_validate({"latency": latency}), path) == seconds
