"""The whole core under arbitrary requests: it answers each, and never with a failure of its own."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.emulator.core.messages import Request
from tests.emulator.driver import SANDBOX, Driver

ID = "11111111-1111-4111-8111-111111111111"
PATHS = [
    "/oauth2/token",
    "/v2/ping",
    "/v2/api-keys",
    f"/v2/api-keys/{ID}",
    "/v2/settings/payment-config",
    "/v2/settings/contact-information",
    "/v2/settings/contact-info",
    "/v2/transactions",
    "/v2/transactions/calculate-amount",
    f"/v2/transactions/{ID}",
    f"/v2/transactions/{ID}/capture",
    f"/v2/transactions/{ID}/reversal",
    "/v2/settlements/batches/close",
    "/v2/payment-sessions",
    "/pay-int-api/payment-sessions",
    f"/v2/payment-sessions/{ID}/cancel",
    "/v2/webhooks/endpoints",
    f"/v2/webhooks/endpoints/{ID}/ping",
    "/v2/webhooks/event-types",
    "/v2/webhooks/delivery-logs",
    "/v2/webhooks/delivery-logs/export",
    f"/v2/webhooks/delivery-logs/{ID}/retry",
    "/isv-api/v2/ping",
]
NAMES = st.sampled_from(
    ["pageSize", "pageIndex", "page", "sortBy", "fromDate", "minAmount", "merchantId", "format", "httpStatus", "x"]
)
VALUES = st.text(max_size=12) | st.sampled_from(["1", "-1", "1e400", ID, "2026-01-01", "9" * 30, "0001-01-01"])
SCALARS: Any = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES
FIELDS = st.sampled_from(
    [
        *("baseAmount", "paymentProcessorId", "transactionDetails", "cardData", "achData", "paymentMethodDetails"),
        *("amount", "mode", "expiresAt", "endpointUrl", "endpointName", "eventTypes", "merchantId", "apiKeyName"),
        *("captureAmount", "reversalAmount", "tipRate", "secret", "metadata"),
    ]
)
BODIES = st.recursive(
    SCALARS,
    lambda children: st.lists(children, max_size=2) | st.dictionaries(FIELDS, children, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def armed() -> tuple[Driver, dict[str, str]]:
    driver = Driver()
    return driver, {kind: driver.token(kind) for kind in ("merchant", "partner")}


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", ""]),
    path=st.sampled_from(PATHS) | st.text(max_size=10).map("/{}".format),
    query=st.dictionaries(NAMES, VALUES, max_size=3),
    payload=BODIES,
    kind=st.sampled_from(["merchant", "partner", "nobody"]),
    generation=st.sampled_from(["G1", "G2", "G4"]),
)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_never_fails_itself(
    armed: tuple[Driver, dict[str, str]],
    caplog: pytest.LogCaptureFixture,
    *,
    method: str,
    path: str,
    query: dict[str, str],
    payload: Any,
    kind: str,
    generation: str,
) -> None:
    driver, tokens = armed
    driver.configure(generation=generation)
    target = path + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    host = "oauth" if path == "/oauth2/token" else "api"
    with caplog.at_level(logging.ERROR):
        try:
            driver.call(method, target, tokens.get(kind, "x"), payload, host=host)
        except AssertionError:
            # It waits for a delivery, which nobody makes here.
            assert path.endswith(("/ping", "/retry"))
    assert not caplog.records


@given(
    raw=st.binary(max_size=80), content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded"])
)
@settings(max_examples=100, deadline=None)
def test_nor_for_any_bytes(armed: tuple[Driver, dict[str, str]], *, raw: bytes, content_type: str) -> None:
    driver, tokens = armed
    headers = [
        (b"authorization", f"Bearer {tokens['merchant']}".encode()),
        (b"content-type", content_type.encode()),
        (b"content-length", b"1"),
        (b"x-any", raw),
    ]
    for host, path in (("api", "/v2/transactions"), ("oauth", "/oauth2/token")):
        request = Request(SANDBOX, host, "POST", path, raw.decode("latin-1"), headers, raw)  # type: ignore[arg-type] # literals
        played = driver.core.receive(request).played
        assert played is not None
        assert played.response.status in {400, 401, 415}
