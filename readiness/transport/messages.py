"""What goes out and what comes back, without the library that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from readiness.evidence import Exchange, Trouble
from readiness.model import Environment
from readiness.secret import Secret


@dataclass(frozen=True)
class Request:
    """One request. Secrets stay `Secret` until the bytes are made.

    `tries` above 1 allows retries of throttled and failed attempts, never of time-outs; only for requests that may be
    repeated without harm.
    """

    purpose: str
    environment: Environment
    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    bearer: Secret | None = None
    form: Mapping[str, str | Secret] | None = None
    json: Any = None
    tries: int = 1


@dataclass(frozen=True)
class Reply:
    """What came back: the redacted exchange, and the secrets born in it by field name."""

    exchange: Exchange
    secrets: Mapping[str, Secret] = field(default_factory=dict)


class Answer(NamedTuple):
    """A complete response, as it came: nothing of it may be kept before it was redacted."""

    status: int
    headers: Mapping[str, str]
    content: bytes


Outcome = Answer | tuple[Trouble, str]
"""A complete response, or why there is none."""
