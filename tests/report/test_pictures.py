from __future__ import annotations

import pytest

from readiness.report.pictures import AXIS, Clock, drill_of, latencies_of, matrix_of
from tests.report.sample import figures, sample


def test_cells_come_row_by_row_and_are_judged() -> None:
    shuffled = {"matrix": {"cells": figures()["matrix"]["cells"][::-1]}}
    matrix = matrix_of(shuffled)

    assert matrix is not None
    assert [(cell.key_of, cell.endpoint_of, cell.tone) for cell in matrix.cells] == [
        ("sandbox", "sandbox", "good"),
        ("sandbox", "production", "bad"),
        ("production", "sandbox", "open"),
        ("production", "production", "good"),
    ]


def test_a_refusal_at_home_is_bad_and_abroad_is_good() -> None:
    cells = [cell | {"outcome": "refused"} for cell in figures()["matrix"]["cells"]]
    matrix = matrix_of({"matrix": {"cells": cells}})

    assert matrix is not None
    assert [cell.tone for cell in matrix.cells] == ["bad", "good", "good", "bad"]
    assert matrix.cells[0].word == "refused, must be: mints"


def test_a_clock_that_stopped_has_three_segments_end_to_end() -> None:
    drill = drill_of(figures())
    assert drill is not None

    segments = drill.segments(drill.clocks[0])

    assert [segment.kind for segment in segments] == ["accepted", "between", "refused-bar"]
    assert [round(segment.start) for segment in segments] == [0, 88, 117]
    assert sum(segment.width for segment in segments) == pytest.approx(AXIS)


def test_a_clock_that_never_stopped_is_accepted_to_the_end() -> None:
    drill = drill_of(figures())
    assert drill is not None

    assert [(segment.kind, segment.width) for segment in drill.segments(drill.clocks[1])] == [("accepted", AXIS)]
    assert drill.clocks[1].reading == "still accepted at the end of the watch, 12 s after the deletion"


def test_an_interval_reads_as_such() -> None:
    clock = Clock(name="A", title="t", last_accepted=0.25, first_refused=1234.5, watched=2000)

    assert clock.reading == "refused for the first time between 0.25 s and 1,234.5 s after the deletion"


@pytest.mark.parametrize(("watched", "labels"), [(0.0, 6), (0.7, 4), (12.0, 7), (3600.0, 4), (86400.0, 5)])
def test_ticks_are_round_and_few(watched: float, labels: int) -> None:
    clock = {"name": "A", "title": "t", "last_accepted": 0, "first_refused": None, "watched": watched}
    drill = drill_of({"drill": figures()["drill"] | {"clocks": [clock], "poll_interval": 0.01}})

    assert drill is not None
    assert len(drill.ticks) == labels
    assert drill.ticks[0] == (0, "0 s")


def test_latencies_are_summed_up_by_request_and_unanswered_ones_left_out() -> None:
    rows = latencies_of(sample().ledger)

    assert [(row.method, row.count) for row in rows] == [("POST", 1), ("GET", 2), ("POST", 1), ("GET", 1)]
    settings = rows[1]
    assert (settings.fastest, settings.slowest) == (41.7, 63.0)
    assert settings.median == pytest.approx(52.35)
    assert settings.x(settings.scale) == AXIS
