from __future__ import annotations

import json

import pytest

from readiness.emulator.core.errors import (
    KINDS,
    ApiError,
    BareError,
    BindingError,
    ErrorContext,
    OAuthError,
    UnauthorizedError,
)


def context(style: str = "default", *, legacy: bool = False) -> ErrorContext:
    return ErrorContext("c-1", "00-t-s-00", style, legacy)  # type: ignore[arg-type] # parametrised literals


@pytest.mark.parametrize(
    ("status", "code", "exception", "title"),
    [
        (400, "V0000", "ValidationException", "Validation failed"),
        (401, "V0000", "UnauthorizedException", "Validation failed"),
        (402, "P0000", "PaymentFailedException", "Payment failed"),
        (403, "F0000", "ForbiddenException", "Access forbidden"),
        (404, "N0000", "NotFoundException", "Resource not found"),
        (409, "C0000", "ConflictException", "Resource conflict"),
        (429, "R0000", "RateLimitExceededException", "Rate limit exceeded"),
        (500, "I0000", "IntegrationException", "Internal server error"),
    ],
)
def test_the_envelope(status: int, code: str, exception: str, title: str) -> None:
    response = ApiError(status, "why", entity_id="e").response(context())
    body = json.loads(response.body)
    assert (response.status, body["statusCode"]) == (status, status)
    assert (body["errorCode"], body["exceptionType"], body["title"]) == (code, exception, title)
    assert (body["details"], body["entityId"], body["correlationId"]) == ("why", "e", "c-1")
    assert body["documentationUrl"] == "https://developer.flute.com/"
    assert "errors" not in body
    headers = dict(response.headers)
    assert {headers[name] for name in (b"x-request-id", b"x-arise-trace-correlationid", b"x-correlation-id")} == {
        b"c-1"
    }


def test_every_kind_is_tested() -> None:
    assert set(KINDS) == {400, 401, 402, 403, 404, 409, 429, 500}


def test_pascal_case_keeps_field_names_of_errors() -> None:
    body = json.loads(ApiError(400, "x", errors={"": ["form"]}).response(context("pascal", legacy=True)).body)
    assert body["ErrorCode"] == "V0000"
    assert body["Errors"] == {"": ["form"]}
    assert body["DocumentationUrl"] == "https://developer.risewithaurora.com/"
    assert all(key[0].isupper() for key in body)


def test_problem_details() -> None:
    response = BindingError({"$.x": ["no"]}).response(context())
    assert json.loads(response.body) == {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-t-s-00",
        "errors": {"$.x": ["no"]},
    }
    assert not any(name.startswith(b"x-") for name, _ in response.headers)


def test_openiddict() -> None:
    response = OAuthError(401, "invalid_client", "no", "ID1").response(context("pascal"))
    assert json.loads(response.body) == {
        "error": "invalid_client",
        "error_description": "no",
        "error_uri": "https://documentation.openiddict.com/errors/ID1",
    }


def test_empty() -> None:
    response = BareError(404).response(context("envelope"))
    assert (response.status, response.body, response.headers) == (404, b"", ())


@pytest.mark.parametrize(("style", "key"), [("envelope", "errors"), ("pascal", "Errors")])
def test_401_with_an_envelope(style: str, key: str) -> None:
    response = UnauthorizedError("The access token is expired.").response(context(style))
    assert json.loads(response.body)[key] == {"BearerTokenError": ["invalid_token, The access token is expired."]}
    assert dict(response.headers)[b"www-authenticate"].startswith(b"Bearer error=")
