from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from readiness.emulator.core.faults import FaultPlan, FaultRule
from readiness.emulator.core.messages import Request
from tests.emulator.driver import PRODUCTION, SANDBOX, Driver, header, parsed

TOKEN = "/oauth2/token"


def rule(**fields: Any) -> FaultRule:
    return FaultRule.model_validate({"fault": {"kind": "status", "status": 503}, **fields})


def request(method: str = "GET", path: str = "/v2/ping", host: Any = "api", environment: Any = SANDBOX) -> Request:
    return Request(environment, host, method, path, "a=b", (), b"")


@pytest.mark.parametrize(
    ("match", "hits"),
    [
        ({}, True),
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"path": "/v2/*"}, True),
        ({"path": "/v2/ping"}, True),
        ({"path": "/v2/pin?"}, True),
        ({"path": "/v2"}, False),
        ({"host": "oauth"}, False),
        ({"host": "api", "method": "GET", "path": "*ping"}, True),
    ],
)
def test_matching(match: dict[str, Any], *, hits: bool) -> None:
    plan = FaultPlan()
    plan.add(rule(match=match))
    assert (plan.strike(request()) is not None) is hits


def test_environment() -> None:
    plan = FaultPlan()
    plan.add(rule(environment="production"))
    assert plan.strike(request()) is None
    assert plan.strike(request(environment=PRODUCTION)) is not None


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        ({}, "xxxxx"),
        ({"times": 2}, "xx..."),
        ({"match": {"nth": 3}}, "..x.."),
        ({"match": {"nth": 3}, "times": None}, "..xxx"),
        ({"match": {"nth": 2}, "times": 2}, ".xx.."),
    ],
)
def test_nth_and_times(fields: dict[str, Any], pattern: str) -> None:
    plan = FaultPlan()
    armed = plan.add(rule(**fields))
    struck = "".join("x" if plan.strike(request()) else "." for _ in range(5))
    assert struck == pattern
    assert (armed.matched, armed.applied) == (5, pattern.count("x"))


def test_the_first_that_applies_is_the_only_one() -> None:
    plan = FaultPlan()
    plan.add(rule(times=1, fault={"kind": "empty_body"}))
    second = plan.add(rule(fault={"kind": "throttle"}))
    kinds = [fault.kind for fault in (plan.strike(request()), plan.strike(request())) if fault]
    assert kinds == ["empty_body", "throttle"]
    assert second.matched == 1
    assert plan.clear() == 2
    assert plan.strike(request()) is None


@pytest.mark.parametrize(
    "body",
    [
        {"fault": {"kind": "unknown"}},
        {"fault": {"kind": "status", "status": 99}},
        {"fault": {"kind": "latency", "seconds": -1}},
        {"fault": {"kind": "empty_body", "extra": 1}},
        {"fault": {"kind": "empty_body"}, "match": {"nth": 0}},
        {"fault": {"kind": "empty_body"}, "times": 0},
        {"fault": {"kind": "empty_body"}, "environment": "staging"},
        {},
    ],
)
def test_wrong_rules(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FaultRule.model_validate(body)


def arm(driver: Driver, fault: dict[str, Any], **fields: Any) -> None:
    driver.core.faults.add(FaultRule.model_validate({"fault": fault, **fields}))


def test_status_without_effect(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "status", "status": 503, "retry_after": 7}, times=1)
    response = driver.sale(merchant)
    assert (response.status, response.body, header(response, "retry-after")) == (503, b"", "7")
    assert parsed(driver.call("GET", "/v2/transactions", merchant))["items"] == []
    entry = [one for one in driver.core.journal if one.fault][-1]
    assert (entry.fault, entry.status, entry.committed, entry.malformed) == ("status", 503, False, False)


def test_status_after_the_effect(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "status", "status": 500, "commit": True}, times=1)
    response = driver.sale(merchant)
    assert (response.status, parsed(response)["errorCode"]) == (500, "I0000")
    assert len(parsed(driver.call("GET", "/v2/transactions", merchant))["items"]) == 1


@pytest.mark.parametrize(
    ("fault", "content_type", "body"),
    [
        ({"body": {"a": 1}}, "application/json; charset=utf-8", b'{"a":1}'),
        ({"body": "oops"}, "text/plain; charset=utf-8", b"oops"),
        ({"body": "<p>", "content_type": "text/html", "headers": {"X-Made-Up": "1"}}, "text/html", b"<p>"),
    ],
)
def test_status_with_a_body(driver: Driver, fault: dict[str, Any], content_type: str, body: bytes) -> None:
    arm(driver, {"kind": "status", "status": 502, **fault})
    response = driver.call("GET", "/v2/ping")
    assert (response.status, response.body, header(response, "content-type")) == (502, body, content_type)
    assert header(response, "x-made-up") == fault.get("headers", {}).get("X-Made-Up")


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, "invalid_request"), (401, "invalid_client"), (500, "server_error"), (429, None), (503, None)],
)
def test_status_at_the_token_endpoint_is_openiddicts(driver: Driver, status: int, error: str | None) -> None:
    arm(driver, {"kind": "status", "status": status})
    response = driver.mint("a", "b")
    assert response.status == status
    assert (parsed(response)["error"] if response.body else None) == error


def test_status_401_at_the_api_is_the_usual_one(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "status", "status": 401})
    response = driver.call("GET", "/v2/ping", merchant)
    assert (response.status, response.body) == (401, b"")
    assert "invalid_token" in (header(response, "www-authenticate") or "")


def test_throttling(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "throttle", "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"})
    response = driver.call("GET", "/v2/ping", merchant)
    assert (response.status, parsed(response)["errorCode"]) == (429, "R0000")
    assert header(response, "retry-after") == "Wed, 21 Oct 2026 07:28:00 GMT"


def test_expired_token(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "expired_token"})
    response = driver.call("GET", "/v2/ping", merchant)
    assert (response.status, response.body) == (401, b"")
    assert "expired" in (header(response, "www-authenticate") or "")
    assert [entry.token_state for entry in driver.core.journal][-1] == "valid"


@pytest.mark.parametrize(
    ("fault", "length"),
    [({"kind": "truncated_body"}, 61), ({"kind": "truncated_body", "keep": 3}, 3), ({"kind": "empty_body"}, 0)],
)
def test_cut_bodies_keep_status_and_type(driver: Driver, fault: dict[str, Any], length: int) -> None:
    key = driver.core.environments[SANDBOX].merchant
    arm(driver, fault, match={"path": TOKEN})
    response = driver.mint(key.client_id, key.client_secret)
    assert (response.status, len(response.body)) == (200, length)
    assert header(response, "content-type") == "application/json;charset=UTF-8"


def test_malformed_html_and_wrong_content_type(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "malformed_body"}, times=1)
    arm(driver, {"kind": "html"}, times=1)
    arm(driver, {"kind": "content_type", "content_type": "text/plain"}, times=1)
    path = "/v2/settings/payment-config"
    malformed, html, plain = (driver.call("GET", path, merchant) for _ in range(3))
    assert malformed.body == b'{"broken": tru'
    assert (html.status, header(html, "content-type")) == (200, "text/html; charset=utf-8")
    assert header(plain, "content-type") == "text/plain"
    assert parsed(plain)["currency"] == "USD"


def test_fields_by_dotted_path(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "missing_field", "field": "availablePaymentProcessors.1.type"}, times=1)
    arm(driver, {"kind": "wrong_type", "field": "companyName", "value": ["x"]}, times=1)
    arm(driver, {"kind": "missing_field", "field": "nowhere.at.all"}, times=1)
    path = "/v2/settings/payment-config"
    missing, wrong, same = (parsed(driver.call("GET", path, merchant)) for _ in range(3))
    assert ["type" in one for one in missing["availablePaymentProcessors"]] == [True, False]
    assert wrong["companyName"] == ["x"]
    assert same == parsed(driver.call("GET", path, merchant))


def test_redirect_and_echo(driver: Driver, merchant: str) -> None:
    arm(driver, {"kind": "redirect", "location": "http://127.0.0.1:1/x", "status": 302}, times=1)
    arm(driver, {"kind": "echo"}, times=1)
    redirected = driver.call("GET", "/v2/ping", merchant)
    assert (redirected.status, header(redirected, "location")) == (302, "http://127.0.0.1:1/x")
    echoed = parsed(driver.call("GET", "/v2/ping?q=1", merchant))
    assert echoed["headers"]["authorization"] == f"Bearer {merchant}"
    assert echoed["target"] == "/v2/ping?q=1"


@pytest.mark.parametrize(
    ("fault", "transmission", "commits"),
    [
        ({"kind": "reset"}, "reset", False),
        ({"kind": "reset", "when": "after_commit"}, "reset", True),
        ({"kind": "hang", "seconds": 3}, "hang", False),
        ({"kind": "hang", "commit": True}, "hang", True),
        ({"kind": "truncated_body", "framing": "broken"}, "break_off", True),
        ({"kind": "huge_body", "size": 99}, "huge", False),
        ({"kind": "latency", "seconds": 2}, "normal", True),
    ],
)
def test_transmission_and_effect(
    driver: Driver, merchant: str, fault: dict[str, Any], transmission: str, *, commits: bool
) -> None:
    arm(driver, fault, times=1)
    body = b"{}"
    headers = {"Authorization": f"Bearer {merchant}", "Content-Type": "application/json"}
    played = driver.exchange("POST", "/v2/payment-sessions", headers=headers, body=body).played
    assert played is not None
    assert played.transmission == transmission
    entry = [one for one in driver.core.journal if one.fault][-1]
    assert entry.committed is commits
    assert (entry.status is None) is (transmission in {"reset", "hang"})
    assert played.seconds == fault.get("seconds", 3600 if transmission == "hang" else 0)
