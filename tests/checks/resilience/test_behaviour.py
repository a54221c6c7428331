from __future__ import annotations

import pytest

from readiness.model import Status
from readiness.traces import Absent, Call, Declared, Outcome, OutputLine
from tests.checks.lives import did, failed, judged, line, lived, pay

PASSED, FAILED, UNKNOWN = Status.PASSED, Status.FAILED, Status.UNKNOWN

STATUS = {"fault": "status", "committed": False}
CHECKS = [
    *("idempotency-key-on-mutations", "idempotency-key-reused", "times-out", "backs-off", "honours-retry-after"),
    *("no-retry-on-client-error", "declines-handled", "errors-hidden-from-users", "tolerates-odd-answers"),
    *("no-credentials-on-redirect", "amounts-in-dollars"),
]


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_application_passes(check: str) -> None:
    verdict = judged(f"resilience/{check}")
    assert (verdict.status, verdict.summary[:14]) == (PASSED, "Emulated API: ")


@pytest.mark.parametrize(
    ("calls", "status"),
    [
        ([pay(1), pay(3, amount=22.38)], PASSED),
        ([pay(1), pay(1.5, amount=21.37)], PASSED),
        ([pay(1, idempotency_key=None)], FAILED),
        ([pay(1), pay(1.2, amount=22.38)], FAILED),
        ([pay(1, path="/v2/transactions/calculate-amount", idempotency_key=None)], PASSED),
    ],
)
def test_every_change_has_a_key_of_its_own(calls: list[Call], status: Status) -> None:
    trace = lived(calls, [did("healthy 1", 0, 9)])
    assert judged("resilience/idempotency-key-on-mutations", "baseline", trace).status is status


def test_orders_of_the_same_amount_have_different_keys() -> None:
    outcomes = [did("healthy 3", 0, 2), did("twin", 4, 6)]
    shared = lived([pay(1), pay(5, idempotency_key="key-1")], outcomes)
    assert judged("resilience/idempotency-key-on-mutations", "baseline", shared).status is FAILED
    own = lived([pay(1), pay(5)], outcomes)
    assert judged("resilience/idempotency-key-on-mutations", "baseline", own).status is PASSED


def test_without_payments_there_is_nothing_to_ask() -> None:
    for check in ("idempotency-key-on-mutations", "amounts-in-dollars"):
        verdict = judged(f"resilience/{check}", "lost-answer", Absent(what="charge"))
        assert verdict.status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("calls", "status"),
    [
        ([pay(1, None, fault="reset", committed=True, idempotency_key="k")], PASSED),
        ([pay(1, None, fault="reset", committed=True), pay(2)], FAILED),
        ([pay(1, None, fault="reset", committed=True), pay(2, 409, committed=False)], FAILED),
        ([pay(1)], UNKNOWN),
    ],
)
def test_a_lost_answer_is_charged_once(calls: list[Call], status: Status) -> None:
    trace = lived(calls, [did("lost", 0.5, 3)])
    assert judged("resilience/idempotency-key-reused", "lost-answer", trace).status is status


@pytest.mark.parametrize(("ended", "status"), [(3.0, PASSED), (3.5, PASSED), (4.0, FAILED), (None, FAILED)])
def test_a_hanging_request_is_given_up_in_time(ended: float | None, status: Status) -> None:
    trace = lived([pay(1, None, ended=ended, fault="hang")], [failed("hanging", 1, 4)], facts={"timeout": 2})
    assert judged("resilience/times-out", "hanging", trace).status is status


@pytest.mark.parametrize(
    ("times", "status"),
    [
        ([1.0, 1.2, 1.6], PASSED),
        ([1.0, 1.3], PASSED),
        ([1.0], FAILED),
        ([1.0, 1.2, 1.6, 2.4], FAILED),
        ([1.0, 1.001, 1.002], FAILED),
        ([1.0, 1.3, 1.6], FAILED),
        ([1.0, 1.5, 1.7], UNKNOWN),
        ([1.0, 1.04, 1.09], FAILED),  # a busy machine
        ([1.0, 1.04, 1.12], PASSED),  # short pauses that double
        ([], UNKNOWN),
    ],
)
def test_attempts_are_as_many_as_declared_and_spaced_increasingly(times: list[float], status: Status) -> None:
    trace = lived([pay(t, 503, **STATUS) for t in times], [failed("unavailable", 0.9, 5)])
    assert judged("resilience/backs-off", "unavailable", trace).status is status


def test_no_retries_are_right_where_none_are_declared() -> None:
    trace = lived([pay(1, 503, **STATUS)], [failed("unavailable", 0.9, 5)])
    for retries in (None, 0):
        assert judged("resilience/backs-off", "unavailable", trace, declared=Declared(retries=retries)).status is PASSED


@pytest.mark.parametrize(("again", "status"), [(3.0, PASSED), (2.98, PASSED), (1.2, FAILED), (None, PASSED)])
def test_retry_after_is_honoured(again: float | None, status: Status) -> None:
    calls = [pay(1, 429, fault="throttle", committed=False), *([pay(again)] if again else [])]
    trace = lived(calls, [did("throttled", 0.9, 4)], facts={"retry_after": 2})
    assert judged("resilience/honours-retry-after", "throttled", trace).status is status


@pytest.mark.parametrize(("count", "status"), [(1, PASSED), (2, FAILED), (0, UNKNOWN)])
def test_client_errors_are_not_retried(count: int, status: Status) -> None:
    calls = [pay(n + 0.1, code, **STATUS) for n, code in enumerate((400, 403, 404))]
    calls += [pay(3.1 + n / 10, 409, **STATUS) for n in range(count)]
    outcomes = [failed(f"error {code}", n, n + 0.9) for n, code in enumerate((400, 403, 404, 409))]
    assert judged("resilience/no-retry-on-client-error", "documented-errors", lived(calls, outcomes)).status is status


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (failed("declined: a", 0.9, 1.5), PASSED),
        (did("declined: a", 0.9, 1.5), FAILED),
        (did("declined: a", 0.9, 1.5, by_status_alone=True), FAILED),
        (did("declined: a", 0.9, 1.5, by_status_alone=True, body="sorry"), UNKNOWN),
        (failed("declined: a", 0.9, 1.5, status=None, trouble="gone"), FAILED),
        (failed("declined: a", 5, 6), UNKNOWN),
    ],
)
def test_a_decline_is_not_paid(outcome: Outcome, status: Status) -> None:
    trace = lived([pay(0.1), pay(1)], [did("prime", 0, 0.5), outcome])
    assert judged("resilience/declines-handled", "declines", trace).status is status


@pytest.mark.parametrize(
    "body",
    [
        '{"errorCode": "V0000"}',
        "ValidationException: 'Base Amount'",
        "Traceback (most recent call last):",
        "Error: boom\n    at charge (/srv/app.js:10:7)",
        '{"correlationId": "0f8fad5b"}',
        "no token: invalid_client",
        "JSONDecodeError",
    ],
)
def test_raw_errors_do_not_reach_callers(body: str) -> None:
    trace = lived([pay(1)], [failed("odd", 1, 2, body=body)])
    assert judged("resilience/errors-hidden-from-users", "odd-answers", trace).status is FAILED


@pytest.mark.parametrize("body", ["Internal Server Error", "Payment error, reference 4711", "", "Not paid."])
def test_plain_words_may_reach_callers(body: str) -> None:
    trace = lived([pay(1)], [failed("odd", 1, 2, body=body)])
    assert judged("resilience/errors-hidden-from-users", "odd-answers", trace).status is PASSED


CRASH = line(1.5, "Traceback (most recent call last):")


@pytest.mark.parametrize(
    ("outcome", "lines", "alive", "status"),
    [
        (failed("odd empty 200", 1, 2), (CRASH,), True, PASSED),
        (failed("odd empty 200", 1, 2, status=500), (), True, PASSED),
        (failed("odd empty 200", 1, 2, status=500), (CRASH,), True, FAILED),
        (failed("odd empty 200", 1, 2, status=None, exit_code=1), (CRASH,), True, FAILED),
        (failed("odd empty 200", 1, 2, status=None, trouble="broke off"), (), True, FAILED),
        (did("odd empty 200", 1, 2), (), True, FAILED),
        (failed("odd empty 200", 1, 2), (), False, FAILED),
        (failed("odd empty 200", 5, 6), (), True, UNKNOWN),
    ],
)
def test_odd_answers_end_cleanly(outcome: Outcome, lines: tuple[OutputLine, ...], alive: bool, status: Status) -> None:
    calls = [pay(1.1, 200, fault="empty_body"), pay(8)]
    trace = lived(calls, [outcome, did("afterwards", 8, 9)], facts={"alive": alive}, output=lines)
    assert judged("resilience/tolerates-odd-answers", "odd-answers", trace).status is status


def test_a_repetition_that_brings_a_good_answer_is_a_success() -> None:
    calls = [pay(1.1, 200, fault="empty_body"), pay(1.5, replayed=True), pay(8)]
    trace = lived(calls, [did("odd empty 200", 1, 2), did("afterwards", 8, 9)], facts={"alive": True})
    assert judged("resilience/tolerates-odd-answers", "odd-answers", trace).status is PASSED


@pytest.mark.parametrize(
    ("exposes", "status"),
    [
        (("access token in a header",), FAILED),
        (("lab client secret in the body", "card number in the body"), FAILED),
        (("card number in the body",), PASSED),
        ((), PASSED),
    ],
)
def test_another_host_gets_no_credentials(exposes: tuple[str, ...], status: Status) -> None:
    calls = [pay(1, 307, fault="redirect"), pay(1.1, 404, host="elsewhere", path="/collect", exposes=exposes)]
    trace = lived(calls, [failed("redirected", 0.9, 2)])
    assert judged("resilience/no-credentials-on-redirect", "redirect", trace).status is status


@pytest.mark.parametrize(
    ("amount", "declared", "status"),
    [
        (21.37, True, PASSED),
        (2137.0, True, FAILED),
        (21.36, True, FAILED),
        (None, True, UNKNOWN),
        (1.0, False, UNKNOWN),
    ],
)
def test_the_amount_that_arrives_is_the_declared_one(amount: float | None, declared: bool, status: Status) -> None:
    trace = lived([pay(1, amount=amount)], [did("healthy 1", 0, 2)], facts={"amount_declared": declared})
    verdict = judged("resilience/amounts-in-dollars", "baseline", trace)
    assert verdict.status is status
    assert ("a hundred times" in verdict.summary) == (amount == 2137.0)
