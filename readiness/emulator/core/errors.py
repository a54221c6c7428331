"""The four shapes in which the vendor refuses: envelope, ProblemDetails, OpenIddict, and an empty body.

VendorError
├── ApiError       the documented envelope (`errorCode`, `title`, …), camelCase or, as seen live, PascalCase
├── BindingError   ProblemDetails (RFC 9457) of the edge's model binding, without a correlation id
├── OAuthError     OpenIddict's `error`, `error_description`, `error_uri` (RFC 6749 section 5.2)
├── BareError      an empty body
└── UnauthorizedError  401: empty with `WWW-Authenticate`, or the envelope, as the settings say
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from readiness.emulator.core.messages import JSON_HEADERS, Headers, Response, encode

DOCUMENTATION = "https://developer.flute.com/"
LEGACY_DOCUMENTATION = "https://developer.risewithaurora.com/"

Errors = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What the vendor's table says for one status (facts: error envelope)."""

    code: str
    exception: str
    title: str
    resolution: str


KINDS = {
    400: ErrorKind("V0000", "ValidationException", "Validation failed", "Correct the request and send it again."),
    401: ErrorKind("V0000", "UnauthorizedException", "Validation failed", "Obtain a new access token."),
    402: ErrorKind("P0000", "PaymentFailedException", "Payment failed", "Use another payment method."),
    403: ErrorKind("F0000", "ForbiddenException", "Access forbidden", "Check the permissions of the API key."),
    404: ErrorKind("N0000", "NotFoundException", "Resource not found", "Check the identifier."),
    409: ErrorKind("C0000", "ConflictException", "Resource conflict", "Use a different idempotency key."),
    429: ErrorKind(
        "R0000", "RateLimitExceededException", "Rate limit exceeded", "Wait as the Retry-After header says."
    ),
    500: ErrorKind("I0000", "IntegrationException", "Internal server error", "Try again later."),
}


@dataclass(frozen=True, slots=True)
class ErrorContext:
    """What rendering needs: ids made for this request, and the settings that shape errors."""

    correlation_id: str
    trace_id: str
    style: Literal["default", "envelope", "pascal"]
    legacy: bool

    def correlation_headers(self) -> Headers:
        """Headers seen on refusals; ordinary successful reads lack them."""
        value = self.correlation_id.encode()
        return (
            (b"x-request-id", value),
            (b"x-arise-trace-correlationid", value),
            (b"x-correlation-id", value),
        )


class VendorError(Exception):
    """A refusal that knows how the vendor writes it."""

    def response(self, context: ErrorContext) -> Response:
        """The refusal as the vendor would send it."""
        raise NotImplementedError


class ApiError(VendorError):
    """The envelope. `errors` maps a field to texts, the key `""` meaning the whole form."""

    def __init__(
        self,
        status: int,
        details: str,
        *,
        errors: Errors | None = None,
        cause: str | None = None,
        entity_id: str | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(details)
        self.status = status
        self.details = details
        self.errors = errors
        self.cause = cause
        self.entity_id = entity_id
        self.headers = headers

    def response(self, context: ErrorContext) -> Response:
        """Every field is present, unknown ones null; `errors` only where there are some."""
        kind = KINDS[self.status]
        body: dict[str, Any] = {
            "details": self.details,
            "statusCode": self.status,
            "source": "IsvApiBff",
            "exceptionType": kind.exception,
            "correlationId": context.correlation_id,
            "entityId": self.entity_id,
            "errorCode": kind.code,
            "title": kind.title,
            "cause": self.cause,
            "resolution": kind.resolution,
            "documentationUrl": LEGACY_DOCUMENTATION if context.legacy else DOCUMENTATION,
        }
        if self.errors is not None:
            body["errors"] = dict(self.errors)
        if context.style == "pascal":
            body = {key[0].upper() + key[1:]: value for key, value in body.items()}
        return Response(self.status, encode(body), (*JSON_HEADERS, *self.headers, *context.correlation_headers()))


class BindingError(VendorError):
    """ProblemDetails: the JSON or a parameter could not be bound to the .NET type."""

    TITLES: Mapping[int, str] = {
        400: "One or more validation errors occurred.",
        413: "Payload Too Large",
        415: "Unsupported Media Type",
    }

    def __init__(self, errors: Errors, status: int = 400) -> None:
        super().__init__(next(iter(errors), ""))
        self.errors = errors
        self.status = status

    def response(self, context: ErrorContext) -> Response:
        """The body ASP.NET writes (RFC 9457), with its trace id and without a correlation id."""
        body: dict[str, Any] = {
            "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
            "title": self.TITLES[self.status],
            "status": self.status,
            "traceId": context.trace_id,
        }
        if self.errors:
            body["errors"] = dict(self.errors)
        return Response(self.status, encode(body), ((b"content-type", b"application/problem+json; charset=utf-8"),))


class OAuthError(VendorError):
    """A refusal of the token endpoint."""

    def __init__(self, status: int, error: str, description: str, documentation_id: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.documentation_id = documentation_id

    def response(self, context: ErrorContext) -> Response:  # noqa: ARG002 - this shape has no correlation id
        """RFC 6749 section 5.2, with OpenIddict's `error_uri`."""
        body = {
            "error": self.error,
            "error_description": self.description,
            "error_uri": f"https://documentation.openiddict.com/errors/{self.documentation_id}",
        }
        headers = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
        return Response(self.status, encode(body), ((b"content-type", b"application/json;charset=UTF-8"), *headers))


class BareError(VendorError):
    """A status without a body, or with the HTML a gateway writes."""

    def __init__(self, status: int, *, headers: Headers = (), body: bytes = b"") -> None:
        super().__init__(str(status))
        self.status = status
        self.headers = headers
        self.body = body

    def response(self, context: ErrorContext) -> Response:  # noqa: ARG002 - nothing of it is used
        """As it stands."""
        return Response(self.status, self.body, self.headers)


class UnauthorizedError(VendorError):
    """The token is missing, unknown, expired or revoked."""

    def __init__(self, reason: str | None) -> None:
        super().__init__(reason or "no bearer token")
        self.reason = reason

    def response(self, context: ErrorContext) -> Response:
        """By default an empty body and a challenge (RFC 6750 section 3)."""
        challenge = (
            "Bearer" if self.reason is None else f'Bearer error="invalid_token", error_description="{self.reason}"'
        )
        header = (b"www-authenticate", challenge.encode())
        if context.style == "default":
            return Response(401, b"", (header, *context.correlation_headers()))
        texts = [f"invalid_token, {self.reason}"] if self.reason else ["invalid_token"]
        error = ApiError(401, "Unauthorized", errors={"BearerTokenError": texts}, headers=(header,))
        return error.response(context)
