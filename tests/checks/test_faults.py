"""No live check passes on what it did not observe, and none breaks on what it did not expect."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.evidence import Attempt, Body, Exchange, Missing, Trouble
from readiness.model import Because, Kind, Status, Verdict
from tests.checks.cases import CASES, HARMLESS, Case
from tests.checks.factories import FAULTS, NOW, SANDBOX
from tests.checks.judging import IDS, judge, load

CROSSED = [
    pytest.param(case, slot, fault, id=f"{case.check} {case.build.__name__} {slot} {fault}")
    for case in CASES
    for slot, due in case.due.items()
    for fault in FAULTS
    if fault not in HARMLESS[due]
]
NOT_PERMITTED = {
    ("production_at_sandbox", "missing, not_permitted"),
    ("production_token_at_sandbox", "missing, not_permitted"),
}
"""What may be left out by the catalogue: the production secret, or its token, sent to the sandbox."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check} {case.build.__name__}")
def test_passes_on_good_evidence(case: Case) -> None:
    verdict = judge(case.check, *case.items())
    assert verdict.status is Status.PASSED, verdict


@pytest.mark.parametrize(("case", "slot", "fault"), CROSSED)
def test_never_passes_on_a_fault(case: Case, slot: str, fault: str) -> None:
    verdict = judge(case.check, *case.items(**{slot: FAULTS[fault]}))
    if (slot, fault) in NOT_PERMITTED:
        assert verdict.status is Status.PASSED
        assert "not tried" in verdict.summary
        return
    assert verdict.status in {Status.FAILED, Status.UNKNOWN}, verdict
    if verdict.status is Status.FAILED:
        assert verdict.findings, "a failure shows what it saw"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check} {case.build.__name__}")
def test_trouble_of_the_network_is_unknown(case: Case) -> None:
    # For one check a dead name and a refused connection are themselves the answer.
    observed = {Trouble.DNS, Trouble.CONNECT} if case.check == "transport/reachable" else set()
    for slot, trouble in product(case.due, sorted(set(Trouble) - observed)):
        verdict = judge(case.check, *case.items(**{slot: FAULTS[f"trouble {trouble}"]}))
        expected = Because.TIMED_OUT if trouble is Trouble.TIMEOUT else Because.UNREACHABLE
        assert verdict.status is Status.UNKNOWN, (slot, verdict)
        assert verdict.because in {expected, None}, (slot, verdict)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check} {case.build.__name__}")
def test_a_fault_of_the_other_side_is_unknown(case: Case, status: int) -> None:
    fault = FAULTS["500"]
    assert isinstance(fault, Exchange)
    for slot in case.due:
        verdict = judge(case.check, *case.items(**{slot: fault.model_copy(update={"status": status})}))
        assert verdict.status is Status.UNKNOWN, (slot, verdict)


def test_every_live_check_that_reads_answers_is_in_the_table() -> None:
    by_hand = {"deleted-key/drill-leaves-nothing", "transport/tls-modern", "transport/certificate-valid"}
    live = {check_id for check_id in IDS if load(check_id).kind is Kind.LIVE}
    assert live - by_hand <= {case.check for case in CASES}


FIELDS = (
    *("access_token", "token_type", "expires_in", "error", "items", "data", "apiKeys", "endpointUrl", "type"),
    *("availablePaymentProcessors", "AvailablePaymentProcessors", "clientId", "apiKeyName", "companyName"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
EXCHANGES = st.builds(
    Exchange,
    at=st.just(NOW),
    environment=st.just(SANDBOX),
    purpose=st.just("any"),
    method=st.just("GET"),
    host=st.just("h"),
    path=st.just("/"),
    sent=st.floats(0, 1e6),
    received=st.floats(0, 1e6),
    status=st.none() | st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503]),
    trouble=st.none() | st.sampled_from(Trouble),
    body=st.sampled_from(Body),
    json_body=JSON,
    headers=st.dictionaries(st.sampled_from(["date", "Date", "age"]), st.text(max_size=12), max_size=2),
    echoes=st.lists(st.text(max_size=4), max_size=1).map(tuple),
)
ATTEMPTS = EXCHANGES | st.builds(Missing, because=st.sampled_from(Because), detail=st.text(min_size=1, max_size=8))


@given(data=st.data())
def test_never_crashes_on_any_answer(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    answers: dict[str, Attempt] = {slot: data.draw(ATTEMPTS, slot) for slot in case.due}
    verdict = judge(case.check, *case.items(**answers))
    assert isinstance(verdict, Verdict)
    assert verdict.summary
