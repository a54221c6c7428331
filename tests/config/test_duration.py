from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.config.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(hours=24)),
        ("90d", timedelta(days=90)),
        ("0s", timedelta(0)),
        ("1.5h", timedelta(minutes=90)),
        ("0.25s", timedelta(milliseconds=250)),
    ],
)
def test_reads_a_number_with_its_unit(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "value",
    [30, 30.0, True, None, [], "", "30", "s", "30 s", " 30s", "30s\n", "-30s", "+1s", "30S", "1h30m", "1e3s", "٣s"],
)
def test_refuses_anything_else_without_repeating_it(value: object) -> None:
    with pytest.raises(ValueError, match="expected a duration with its unit") as caught:
        parse_duration(value)
    assert str(caught.value) == "expected a duration with its unit, such as 30s, 15m, 24h or 90d"


@pytest.mark.parametrize("text", ["36501d", "999999999h", "999999999d"])
def test_refuses_what_is_longer_than_a_century(text: str) -> None:
    with pytest.raises(ValueError, match="at most 36500d"):
        parse_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(86_400, "1d"), (90, "90s"), (5400, "90m"), (0, "0s"), (0.5, "0.5s")])
def test_writes_the_largest_whole_unit(seconds: float, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text


@given(st.integers(min_value=0, max_value=10**11))
def test_what_is_written_reads_back(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration
