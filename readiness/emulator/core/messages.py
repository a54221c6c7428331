"""One vendor request and one vendor response, as values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import parse_qs

from readiness.model import Environment

Host = Literal["api", "oauth"]
Headers = Sequence[tuple[bytes, bytes]]

JSON_HEADERS: Headers = ((b"content-type", b"application/json; charset=utf-8"),)
HTML_HEADERS: Headers = ((b"content-type", b"text/html; charset=utf-8"),)


@dataclass(slots=True)
class Request:
    """A request as it arrived. Header names are lower case, as ASGI gives them."""

    environment: Environment
    host: Host
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> str | None:
        """The first header of that lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return None

    @property
    def target(self) -> str:
        """Path with query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def parameter(self, name: str) -> str | None:
        """The last query parameter of that name; unknown parameters are ignored by the vendor."""
        values = parse_qs(self.query, keep_blank_values=True).get(name)
        return values[-1] if values else None


@dataclass(slots=True)
class Response:
    """A response as it will be written. Content-Length and Date are the server's."""

    status: int
    body: bytes = b""
    headers: Headers = ()


def encode(payload: Any) -> bytes:
    """Compact JSON in UTF-8; decimals become numbers."""
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def json_response(payload: Any, status: int = 200) -> Response:
    """A JSON answer; the vendor uses 200 for every success."""
    return Response(status, encode(payload), JSON_HEADERS)
