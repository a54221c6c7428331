"""Durations as a config writes them: a number and a unit, `30s`, `15m`, `24h`, `90d`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

DURATION_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,3})?[smhd]$"
"""The accepted form, as JSON Schema and Python both read it."""
LONGEST = timedelta(days=36_500)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FORM = re.compile(DURATION_PATTERN, re.ASCII)


def parse_duration(value: object) -> timedelta:
    """Read `30s`, `1.5h`; a timedelta passes as it is, so that code may build a config too.

    Raises ValueError, without the value in its text, for anything else, a bare number included: a number
    without a unit is seconds to one reader and milliseconds to the next.
    """
    if isinstance(value, timedelta):
        return value
    text = value if isinstance(value, str) else ""
    if not _FORM.fullmatch(text) or text.endswith("\n"):
        raise ValueError("expected a duration with its unit, such as 30s, 15m, 24h or 90d")
    duration = timedelta(**{_UNITS[text[-1]]: float(text[:-1])})
    if duration > LONGEST:
        raise ValueError("expected a duration of at most 36500d")
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads as the same duration, to the millisecond."""
    milliseconds = duration // timedelta(milliseconds=1)
    for unit, name in reversed(_UNITS.items()):
        whole, rest = divmod(milliseconds, timedelta(**{name: 1}) // timedelta(milliseconds=1))
        if whole and not rest:
            return f"{whole}{unit}"
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".") + "s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN}),
]
"""A field of a config that holds a duration."""
