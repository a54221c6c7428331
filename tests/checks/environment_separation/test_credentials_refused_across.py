from __future__ import annotations

from itertools import product

import pytest

from readiness.evidence import Attempt
from readiness.model import Because, Environment, Status
from tests.checks import factories as make
from tests.checks.factories import PLACES, PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "environment-separation/credentials-refused-across"


RISKY = (PRODUCTION, SANDBOX)
TRUTH = [dict(zip(PLACES, mints, strict=True)) for mints in product([True, False], repeat=4)]


def outcome(mints: bool) -> Attempt:
    return make.token() if mints else make.refused()


def right(truth: dict[tuple[Environment, Environment], bool]) -> bool:
    return all(mints is (key is endpoint) for (key, endpoint), mints in truth.items())


def test_there_are_sixteen_combinations() -> None:
    assert len(TRUTH) == 16
    assert sum(map(right, TRUTH)) == 1


@pytest.mark.parametrize("truth", TRUTH, ids=str)
def test_only_the_right_combination_passes(truth: dict[tuple[Environment, Environment], bool]) -> None:
    verdict = judge(CHECK, make.cross({place: outcome(mints) for place, mints in truth.items()}))
    assert verdict.status is (Status.PASSED if right(truth) else Status.FAILED)
    wrong = {index for index, (place, mints) in enumerate(truth.items()) if mints is not (place[0] is place[1])}
    assert {finding.pointer for finding in verdict.findings} == {f"/cells/{index}/mint" for index in wrong}


@pytest.mark.parametrize("unseen", PLACES)
@pytest.mark.parametrize("truth", TRUTH, ids=str)
def test_an_unknown_cell_hides_no_wrong_one(
    truth: dict[tuple[Environment, Environment], bool], unseen: tuple[Environment, Environment]
) -> None:
    cells: dict[tuple[Environment, Environment], Attempt]
    cells = {place: outcome(mints) for place, mints in truth.items()} | {unseen: make.FAULTS["503"]}
    rest = {place: mints for place, mints in truth.items() if place != unseen}
    assert judge(CHECK, make.cross(cells)).status is (Status.UNKNOWN if right(rest) else Status.FAILED)


@pytest.mark.parametrize("truth", TRUTH, ids=str)
def test_the_cell_that_needs_a_permission_may_be_left_out(truth: dict[tuple[Environment, Environment], bool]) -> None:
    skipped = make.missing(Because.NOT_PERMITTED, "it needs the permission `production-secret-to-sandbox`")
    cells: dict[tuple[Environment, Environment], Attempt]
    cells = {place: outcome(mints) for place, mints in truth.items()} | {RISKY: skipped}
    verdict = judge(CHECK, make.cross(cells))
    if right({place: mints for place, mints in truth.items() if place != RISKY}):
        assert verdict.status is Status.PASSED
        assert "not tried" in verdict.summary
        assert "production-secret-to-sandbox" in verdict.summary
    else:
        assert verdict.status is Status.FAILED


@pytest.mark.parametrize("place", [place for place in PLACES if place != RISKY])
def test_no_other_cell_may_be_left_out(place: tuple[Environment, Environment]) -> None:
    verdict = judge(CHECK, make.cross({place: make.missing(Because.NOT_PERMITTED)}))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_PERMITTED)


def test_that_cell_may_not_be_left_out_for_another_reason() -> None:
    assert judge(CHECK, make.cross({RISKY: make.missing(Because.UNREACHABLE)})).status is Status.UNKNOWN


def test_unknown_when_a_cell_is_absent() -> None:
    cross = make.cross()
    assert judge(CHECK, cross.model_copy(update={"cells": cross.cells[:3]})).status is Status.UNKNOWN


def test_a_refusal_in_other_words_is_unknown() -> None:
    verdict = judge(CHECK, make.cross({(SANDBOX, PRODUCTION): make.unauthorised()}))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


def test_a_failure_names_key_endpoint_request_and_line() -> None:
    verdict = judge(CHECK, make.cross({(SANDBOX, PRODUCTION): make.token(correlation_id="c-9")}))
    (finding,) = verdict.findings
    assert "sandbox key at the production token endpoint: issued, expected refused" in finding.message
    assert "c-9" in finding.message
    assert finding.location == make.PLACE
    assert finding.evidence == "cross-environment"
