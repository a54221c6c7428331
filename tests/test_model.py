from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.model import Environment, Kind, Location, Record, Severity, Status, Verdict, Waiver
from readiness.result import Counts, Readiness, Result, readiness_of

WAIVER = Waiver(check="a/b", reason="r", owner="o", ticket="t", expires=date(2026, 12, 31))
BLOCKER, MAJOR, MINOR, INFO = Severity
PASSED, FAILED, UNKNOWN, NOT_APPLICABLE, ATTESTED = Status


def test_threads_may_build_a_model_at_once() -> None:
    for _ in range(20):

        class Inner(Record):
            numbers: dict[str, tuple[int, ...]]

        class Outer(Record):
            inner: tuple[Inner, ...] = ()

        start = threading.Barrier(8)

        def build(start: threading.Barrier = start, inner: type[Inner] = Inner, outer: type[Outer] = Outer) -> Record:
            start.wait()
            return outer.model_validate({"inner": [inner(numbers={"a": (1,)})]})

        with ThreadPoolExecutor(8) as pool:
            built = [future.result() for future in [pool.submit(build) for _ in range(8)]]
        assert all(one == built[0] for one in built)


def result(status: Status, severity: Severity = MAJOR, waiver: Waiver | None = None) -> Result:
    return Result(
        id="a/b",
        area="a",
        title="t",
        kind=Kind.LIVE,
        status=status,
        severity=severity,
        environment=None,
        summary="s",
        because=None,
        findings=(),
        why="w",
        remediation="r",
        requirements=(),
        waiver=waiver,
        duration_ms=0,
    )


WAIVED = result(FAILED, waiver=WAIVER)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], Readiness.INCOMPLETE),
        ([result(PASSED)], Readiness.READY),
        ([result(ATTESTED)], Readiness.READY),
        ([result(NOT_APPLICABLE)], Readiness.INCOMPLETE),
        ([result(UNKNOWN)], Readiness.INCOMPLETE),
        ([result(FAILED)], Readiness.NOT_READY),
        ([WAIVED], Readiness.READY_WITH_WAIVERS),
        ([WAIVED, result(PASSED)], Readiness.READY_WITH_WAIVERS),
        ([WAIVED, result(UNKNOWN)], Readiness.INCOMPLETE),
        ([WAIVED, result(FAILED)], Readiness.NOT_READY),
        ([result(PASSED), result(UNKNOWN)], Readiness.INCOMPLETE),
        ([result(PASSED), result(UNKNOWN), result(FAILED)], Readiness.NOT_READY),
        ([result(PASSED), result(FAILED, MINOR), result(UNKNOWN, INFO)], Readiness.READY),
        ([result(PASSED, MINOR)], Readiness.INCOMPLETE),
        ([result(PASSED), result(FAILED, MINOR, WAIVER)], Readiness.READY),
        ([result(PASSED), result(FAILED, BLOCKER)], Readiness.NOT_READY),
    ],
)
def test_how_results_sum_up_at_the_gate_major(results: list[Result], expected: Readiness) -> None:
    assert readiness_of(results, MAJOR) is expected


@pytest.mark.parametrize(("gate", "severity"), list(product(Severity, Severity)))
def test_a_failure_blocks_at_and_above_the_gate(gate: Severity, severity: Severity) -> None:
    order = [BLOCKER, MAJOR, MINOR, INFO]
    blocks = order.index(severity) <= order.index(gate)
    verdict = readiness_of([result(PASSED, BLOCKER), result(FAILED, severity)], gate)
    assert verdict is (Readiness.NOT_READY if blocks else Readiness.READY)


def test_what_was_not_finished_is_never_ready_and_a_failure_still_counts() -> None:
    assert readiness_of([result(PASSED)], MAJOR, complete=False) is Readiness.INCOMPLETE
    assert readiness_of([WAIVED], MAJOR, complete=False) is Readiness.INCOMPLETE
    assert readiness_of([result(FAILED)], MAJOR, complete=False) is Readiness.NOT_READY


ROWS = st.lists(st.builds(result, st.sampled_from(Status), st.sampled_from(Severity), st.sampled_from([None, WAIVER])))


@given(ROWS, st.sampled_from(Severity), st.booleans())
def test_ready_means_that_everything_at_the_gate_is_green(rows: list[Result], gate: Severity, complete: bool) -> None:
    verdict = readiness_of(rows, gate, complete=complete)
    assert readiness_of(list(reversed(rows)), gate, complete=complete) is verdict, "the order says nothing"
    gated = [row for row in rows if list(Severity).index(row.severity) <= list(Severity).index(gate)]
    green = {PASSED, ATTESTED, NOT_APPLICABLE}
    if verdict in {Readiness.READY, Readiness.READY_WITH_WAIVERS}:
        assert complete
        assert all(row.status in green or (row.status is FAILED and row.waiver) for row in gated)
        assert any(row.status is not NOT_APPLICABLE for row in gated)
    else:
        bad = not all(row.status in green or (row.status is FAILED and row.waiver) for row in gated)
        nothing = all(row.status is NOT_APPLICABLE for row in gated)
        assert bad or nothing or not complete


@given(ROWS)
def test_every_result_is_counted_once(rows: list[Result]) -> None:
    counts = Counts.of(rows)
    assert sum(counts.model_dump().values()) == len(rows)
    assert counts.waived == sum(row.status is FAILED and row.waiver is not None for row in rows)


def test_records_do_not_change_and_take_no_unknown_field() -> None:
    verdict = Verdict.passed("seen")
    with pytest.raises(ValidationError):
        verdict.summary = "other"  # type: ignore[misc] # that it is refused is the point
    with pytest.raises(ValidationError):
        Verdict.model_validate({"status": "passed", "summary": "s", "sumary": "s"})


def test_names_and_places() -> None:
    assert result(PASSED).name == "a/b"
    assert result(PASSED).model_copy(update={"environment": Environment.SANDBOX}).name == "a/b (sandbox)"
    assert str(Location(path="x.py", line=3, column=7)) == "x.py:3:7"
    assert str(Location(path="x.py")) == "x.py"
