from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from readiness.emulator.core.binding import BODY_LIMIT, Dto, Guid, Money, guid_parameter, parse_json, validate
from readiness.emulator.core.errors import ApiError, BindingError
from readiness.emulator.core.messages import Request
from readiness.model import Environment


class Inner(Dto):
    post_code: str | None = None


class Outer(Dto):
    base_amount: Money
    order_id: Guid | None = None
    kind: Literal["Card", "Cash"] | None = None
    is_ready: bool | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    inner: Inner | None = None
    items: list[Inner] | None = None


def request(body: bytes, content_type: str | None = "application/json") -> Request:
    headers = [] if content_type is None else [(b"content-type", content_type.encode())]
    return Request(Environment.SANDBOX, "api", "POST", "/", "", headers, body)


def refused(payload: object) -> dict[str, list[str]]:
    with pytest.raises(BindingError) as caught:
        validate(Outer, payload, lenient=False)
    return dict(caught.value.errors)


def test_a_good_body() -> None:
    body = parse_json(request(b'{"baseAmount": 10.10, "orderId": "AAAAAAAA-0000-4000-8000-000000000000"}'))
    bound = validate(Outer, body, lenient=False)
    assert bound.base_amount == Decimal("10.10")
    assert bound.order_id == "aaaaaaaa-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("payload", "path", "text"),
    [
        ({"baseAmount": 1, "x": 1}, "$.x", "could not be mapped to any .NET member contained in type"),
        ({"baseAmount": 1, "inner": {"y": 1}}, "$.inner.y", "could not be mapped"),
        ({"baseAmount": 1, "items": [{}, {"y": 1}]}, "$.items[1].y", "could not be mapped"),
        ({"baseAmount": "1"}, "$.baseAmount", "could not be converted to System.Decimal"),
        ({"baseAmount": True}, "$.baseAmount", "System.Decimal"),
        ({"baseAmount": 1, "orderId": "x"}, "$.orderId", "System.Guid"),
        ({"baseAmount": 1, "kind": "Cheque"}, "$.kind", "Kind"),
        ({"baseAmount": 1, "isReady": "yes"}, "$.isReady", "System.Boolean"),
        ({"baseAmount": 1, "count": "1"}, "$.count", "System.Int32"),
        ({"baseAmount": 1, "inner": []}, "$.inner", "System.Object"),
        ([], "$", "System.Object"),
    ],
)
def test_what_cannot_be_bound(payload: object, path: str, text: str) -> None:
    errors = refused(payload)
    assert list(errors) == [path]
    assert text in errors[path][0]


def test_binding_goes_before_validation() -> None:
    assert list(refused({"x": 1})) == ["$.x"]


@pytest.mark.parametrize(
    ("payload", "key", "text"),
    [
        ({}, "BaseAmount", "'Base Amount' must not be empty."),
        ({"baseAmount": None}, "BaseAmount", "'Base Amount' must not be empty."),
        ({"baseAmount": -1}, "BaseAmount", "'Base Amount' is not valid"),
        ({"baseAmount": 1, "count": 0}, "Count", "'Count' is not valid"),
    ],
)
def test_what_is_not_valid(payload: object, key: str, text: str) -> None:
    with pytest.raises(ApiError) as caught:
        validate(Outer, payload, lenient=False)
    assert caught.value.status == 400
    assert caught.value.errors is not None
    assert caught.value.errors[key][0].startswith(text)


def test_older_generations_ignore_unknown_fields() -> None:
    assert validate(Outer, {"baseAmount": 1, "x": 1, "inner": {"y": 1}}, lenient=True).base_amount == 1


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", b'{"baseAmount": NaN}', b'{"baseAmount": Infinity}', b"[" * 100_000, b'"\\u12"'],
)
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(BindingError) as caught:
        parse_json(request(body))
    assert list(caught.value.errors) == ["$"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"{}", "text/plain", 415), (b"{}", None, 415), (b"x" * (BODY_LIMIT + 1), "application/json", 413)],
)
def test_wrong_type_and_size(body: bytes, content_type: str | None, status: int) -> None:
    with pytest.raises(BindingError) as caught:
        parse_json(request(body, content_type))
    assert caught.value.status == status


def test_no_body() -> None:
    assert parse_json(request(b"", None)) is None
    assert list(refused(None)) == [""]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)
KNOWN = st.sampled_from(["baseAmount", "orderId", "kind", "isReady", "count", "inner", "items", "other"])


@given(JSON | st.dictionaries(KNOWN, JSON, max_size=6))
def test_whatever_comes_is_bound_or_refused(payload: object) -> None:
    try:
        bound = validate(Outer, payload, lenient=False)
    except (BindingError, ApiError):
        return
    assert isinstance(payload, dict)
    assert set(payload) <= {"baseAmount", "orderId", "kind", "isReady", "count", "inner", "items"}
    assert Decimal(payload["baseAmount"]) == bound.base_amount


@given(st.binary(max_size=64))
def test_no_bytes_crash_the_parser(body: bytes) -> None:
    with contextlib.suppress(BindingError):
        parse_json(request(body))


def test_a_guid_parameter() -> None:
    assert guid_parameter("id", "AAAAAAAA-0000-4000-8000-000000000000") == "aaaaaaaa-0000-4000-8000-000000000000"
    with pytest.raises(BindingError) as caught:
        guid_parameter("id", "{aaaaaaaa-0000-4000-8000-000000000000}")
    assert list(caught.value.errors) == ["id"]
