"""What a fault makes of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from readiness.emulator.core import faults
from readiness.emulator.core.errors import (
    KINDS,
    ApiError,
    BareError,
    ErrorContext,
    OAuthError,
    UnauthorizedError,
    VendorError,
)
from readiness.emulator.core.messages import HTML_HEADERS, JSON_HEADERS, Headers, Request, Response, encode

Transmission = Literal["normal", "reset", "hang", "break_off", "huge"]


@dataclass(slots=True)
class Played:
    """A response and how it goes over the wire. `seconds` is the latency, or the length of a hang."""

    response: Response
    transmission: Transmission = "normal"
    seconds: float = 0.0
    size: int = 0


def commits(fault: faults.Fault) -> bool:
    """Whether the request takes effect although it meets this fault."""
    match fault:
        case faults.StatusFault() | faults.HangFault():
            return fault.commit
        case faults.ResetFault():
            return fault.when == "after_commit"
        case (
            faults.ThrottleFault()
            | faults.ExpiredTokenFault()
            | faults.RedirectFault()
            | faults.HtmlFault()
            | faults.HugeBodyFault()
            | faults.EchoFault()
        ):
            return False
        case _:
            return True


def play(fault: faults.Fault, request: Request, response: Response, context: ErrorContext) -> Played:
    """The answer under the fault. `response` is the right one, empty if the request took no effect."""
    disturbed = _disturbed(fault, response)
    if disturbed is not None:
        return disturbed
    if commits(fault) and not isinstance(fault, faults.StatusFault):
        return Played(_spoiled(fault, response))
    return Played(_replaced(fault, request, context))


def _disturbed(fault: faults.Fault, response: Response) -> Played | None:
    """The right answer, sent in a wrong way."""
    match fault:
        case faults.LatencyFault():
            return Played(response, seconds=fault.seconds)
        case faults.ResetFault():
            return Played(response, "reset")
        case faults.HangFault():
            return Played(response, "hang", fault.seconds)
        case faults.HugeBodyFault():
            return Played(Response(200, b"", JSON_HEADERS), "huge", size=fault.size)
        case faults.TruncatedBodyFault():
            return _truncated(fault, response)
        case _:
            return None


def _truncated(fault: faults.TruncatedBodyFault, response: Response) -> Played:
    keep = len(response.body) // 2 if fault.keep is None else fault.keep
    if fault.framing == "broken":
        return Played(response, "break_off", size=min(keep, max(len(response.body) - 1, 0)))
    return Played(Response(response.status, response.body[:keep], response.headers))


def _replaced(fault: faults.Fault, request: Request, context: ErrorContext) -> Response:
    """Another answer instead of the right one."""
    match fault:
        case faults.StatusFault():
            return _status(fault, request, context)
        case faults.ThrottleFault():
            return ApiError(429, "Too many requests.", headers=_retry_after(fault.retry_after)).response(context)
        case faults.ExpiredTokenFault():
            return UnauthorizedError("The access token is expired.").response(context)
        case faults.HtmlFault():
            return Response(fault.status, fault.body.encode(), HTML_HEADERS)
        case faults.RedirectFault():
            return Response(fault.status, b"", ((b"location", fault.location.encode()),))
        case faults.EchoFault():
            return _echo(fault, request)
        case _:
            raise AssertionError(fault)


def _spoiled(fault: faults.Fault, response: Response) -> Response:
    """The right answer with something wrong about it."""
    match fault:
        case faults.MalformedBodyFault():
            return Response(response.status, fault.body.encode(), response.headers or JSON_HEADERS)
        case faults.MissingFieldFault():
            return _edited(response, fault.field, lambda holder, key: holder.pop(key, None))
        case faults.WrongTypeFault():
            return _edited(response, fault.field, lambda holder, key: holder.__setitem__(key, fault.value))
        case faults.ContentTypeFault():
            kept = [pair for pair in response.headers if pair[0] != b"content-type"]
            new = [] if fault.content_type is None else [(b"content-type", fault.content_type.encode())]
            return Response(response.status, response.body, (*new, *kept))
        case faults.EmptyBodyFault():
            return Response(response.status, b"", response.headers)
        case _:
            return response


def _status(fault: faults.StatusFault, request: Request, context: ErrorContext) -> Response:
    headers = (*_retry_after(fault.retry_after), *_encoded(fault.headers))
    if fault.body is None:
        own = _own_body(fault.status, request).response(context)
        base = Response(fault.status, own.body, (*own.headers, *headers))
    elif isinstance(fault.body, str):
        base = Response(fault.status, fault.body.encode(), ((b"content-type", b"text/plain; charset=utf-8"), *headers))
    else:
        base = Response(fault.status, encode(fault.body), (*JSON_HEADERS, *headers))
    if fault.content_type is None:
        return base
    kept = [pair for pair in base.headers if pair[0] != b"content-type"]
    return Response(base.status, base.body, ((b"content-type", fault.content_type.encode()), *kept))


OAUTH_ERRORS = {400: "invalid_request", 401: "invalid_client", 500: "server_error"}


def _own_body(status: int, request: Request) -> VendorError:
    """The vendor's own way to answer with that status; empty where none is documented."""
    if request.host == "oauth":
        if status in OAUTH_ERRORS:
            return OAuthError(status, OAUTH_ERRORS[status], "The request was refused.", "ID2000")
    elif status == 401:
        return UnauthorizedError("The access token is invalid.")
    elif status in KINDS:
        return ApiError(status, KINDS[status].title)
    return BareError(status)


def _retry_after(value: int | str | None) -> Headers:
    return () if value is None else ((b"retry-after", str(value).encode()),)


def _encoded(headers: Mapping[str, str]) -> Headers:
    return tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())


def _edited(response: Response, path: str, edit: Any) -> Response:
    """The JSON body with one member edited; a body that is no JSON, or lacks the way there, stays as it is."""
    try:
        payload = json.loads(response.body)
    except ValueError:
        return response
    *way, last = path.split(".")
    holder = payload
    for part in way:
        if isinstance(holder, dict):
            holder = holder.get(part)
        elif isinstance(holder, list) and part.isdigit() and int(part) < len(holder):
            holder = holder[int(part)]
    if isinstance(holder, dict):
        edit(holder, last)
    return Response(response.status, encode(payload), response.headers)


def _echo(fault: faults.EchoFault, request: Request) -> Response:
    body = {
        "method": request.method,
        "target": request.target,
        "headers": {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers},
        "body": request.body.decode(errors="replace"),
    }
    return Response(fault.status, encode(body), JSON_HEADERS)
