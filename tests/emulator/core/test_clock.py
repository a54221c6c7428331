from __future__ import annotations

import pytest

from readiness.emulator.core.clock import Clock, timestamp


def test_moves_forward_only() -> None:
    clock = Clock(lambda: 100.0)
    clock.advance(15.5)
    clock.advance(0)
    assert clock.now() == 115.5
    assert clock.real() == 100.0
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)


def test_timestamp_is_utc_with_milliseconds() -> None:
    assert timestamp(1739465072.25) == "2025-02-13T16:44:32.250Z"
