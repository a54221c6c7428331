"""The gate in: what came over the wire is redacted here, before anything keeps it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Never

from pydantic import JsonValue

from readiness.evidence import Body
from readiness.model import Record
from readiness.secret import Redactor, Secret

EXCERPT = 2048
"""Characters of a body that evidence keeps as text."""
KEPT_HEADERS = ("date", "content-type", "retry-after", "www-authenticate", "location", "server")
CORRELATION_HEADERS = ("x-arise-trace-correlationid", "x-correlation-id", "x-request-id")
BORN_SECRETS = ("access_token", "refresh_token", "clientSecret", "hmacSecret", "secret")
"""Fields in which the vendor hands out a secret that we did not know before."""


class Recorded(Record):
    """The redacted half of an exchange that depends on the response."""

    body: Body
    json_body: JsonValue
    excerpt: str
    headers: dict[str, str]
    echoes: tuple[str, ...]
    correlation_id: str | None


def record(
    raw: bytes, headers: Mapping[str, str], redactor: Redactor, origin: str
) -> tuple[Recorded, dict[str, Secret]]:
    """Redact a response. Also returns the secrets that were born in it, which the redactor knows from now on.

    `origin` names them: `<origin> access_token`.
    """
    kind, value = _parse(raw)
    wire = raw + b"\n" + "\n".join(f"{name}: {text}" for name, text in headers.items()).encode()
    echoes = tuple(dict.fromkeys(hit.name for hit in redactor.find(wire)))
    born = {}
    if isinstance(value, dict):
        for field in BORN_SECRETS:
            text = value.get(field)
            if isinstance(text, str) and text:
                born[field] = Secret(text, f"{origin} {field}")
                redactor.add(born[field])
    recorded = Recorded(
        body=kind,
        json_body=redactor.json(value),
        excerpt=_excerpt(raw, redactor) if kind is not Body.JSON else "",
        headers={name: redactor.text(headers[name])[:512] for name in KEPT_HEADERS if name in headers},
        echoes=echoes,
        correlation_id=_correlation(headers, value, redactor),
    )
    return recorded, born


def _parse(raw: bytes) -> tuple[Body, Any]:
    """What a body is, by its bytes: content types have been wrong in the wild."""
    text = raw.strip()
    if not text:
        return Body.EMPTY, None
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate passes the parser, but no file takes it
    except (ValueError, RecursionError):
        head = text[:512].lower()
        return (Body.HTML if head.startswith((b"<!doctype html", b"<html")) else Body.OTHER), None
    return Body.JSON, value


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON (RFC 8259, 6)")


def _finite(text: str) -> float:
    """A number that can be written down again."""
    value = float(text)
    return value if math.isfinite(value) else _no_constant(text)


def _excerpt(raw: bytes, redactor: Redactor) -> str:
    text = redactor.text(raw.decode("utf-8", "replace"))
    return text if len(text) <= EXCERPT else text[:EXCERPT] + f"… (cut; {len(raw)} bytes in all)"


def _correlation(headers: Mapping[str, str], value: Any, redactor: Redactor) -> str | None:
    """The id by which the vendor's support finds a request; in a header, or in the error envelope in either case."""
    found = next((headers[name] for name in CORRELATION_HEADERS if name in headers), None)
    if found is None and isinstance(value, dict):
        found = next((text for key, text in value.items() if key.lower() == "correlationid"), None)
    return redactor.text(found)[:128] if isinstance(found, str) and found else None
