from __future__ import annotations

import pytest

from readiness.model import Because, Status
from readiness.traces import Absent, Call, Declared, Outcome
from tests.checks.lives import PER_CALL, did, failed, judged, line, lived, mint, pay

PASSED, FAILED, UNKNOWN = Status.PASSED, Status.FAILED, Status.UNKNOWN

FACTS = {
    "deleted": 0.9,
    "idle_from": 2.5,
    "idle_to": 3.5,
    "alive": True,
    "alarm_within": 10.0,
    "alarm_after": None,
    "rekeyed": 5.0,
}


@pytest.mark.parametrize("check", ["app-stops-cleanly", "app-raises-alarm", "app-recovers-with-new-key"])
def test_a_good_application_passes(check: str) -> None:
    assert judged(f"deleted-key/{check}").status is PASSED


@pytest.mark.parametrize(
    ("calls", "outcome", "facts", "status"),
    [
        ([pay(1 + n / 100, 401) for n in range(13)], failed("interrupted", 1, 2), {}, FAILED),
        ([pay(1.1, 401), *(mint(2.6 + n / 10, 401) for n in range(4))], failed("interrupted", 1, 2), {}, FAILED),
        ([pay(1.1, 401)], did("interrupted", 1, 2), {}, FAILED),
        ([pay(1.1, 401)], failed("interrupted", 1, 2, status=None, trouble="gone"), {}, FAILED),
        ([pay(1.1, 401)], failed("interrupted", 1, 2), {"alive": False}, FAILED),
        ([], failed("interrupted", 1, 2), {}, UNKNOWN),
    ],
)
def test_it_does_not_run_wild(calls: list[Call], outcome: Outcome, facts: dict[str, bool], status: Status) -> None:
    trace = lived(calls, [outcome], facts=FACTS | facts)
    assert judged("deleted-key/app-stops-cleanly", "deleted-key", trace).status is status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("ALARM the key was refused", PASSED),
        ("ERROR mint failed", PASSED),
        ("we were told that our key is revoked", PASSED),
        ("Aurora refuses our key", PASSED),
        ("INFO payment done", FAILED),
        ('127.0.0.1 "POST /pay HTTP/1.1" 500 Internal Server Error', FAILED),
        ('INFO httpx: HTTP Request: POST http://a/oauth2/token "HTTP/1.1 401 Unauthorized"', FAILED),
        ("INFO no error so far, 2 payments", FAILED),
    ],
)
def test_an_alarm_is_a_new_line_that_speaks_of_an_error(text: str, status: Status) -> None:
    output = (line(0.4, "INFO no error so far, 1 payments"), line(1.3, text))
    trace = lived([pay(1.1, 401)], [failed("interrupted", 1, 2)], facts=FACTS, output=output)
    assert judged("deleted-key/app-raises-alarm", "deleted-key", trace).status is status


def test_an_alarm_endpoint_is_enough_and_a_secret_in_an_alarm_too_much() -> None:
    calls, outcomes = [pay(1.1, 401)], [failed("interrupted", 1, 2)]
    told = lived(calls, outcomes, facts=FACTS | {"alarm_after": 0.4})
    assert judged("deleted-key/app-raises-alarm", "deleted-key", told).status is PASSED
    leaking = lived(calls, outcomes, facts=FACTS, output=(line(1.3, "ERROR [redacted]", "lab client secret"),))
    assert judged("deleted-key/app-raises-alarm", "deleted-key", leaking).status is FAILED
    leaking = lived(calls, outcomes, facts=FACTS | {"alarm_after": 0.4, "alarm_holds": ["lab client secret"]})
    assert judged("deleted-key/app-raises-alarm", "deleted-key", leaking).status is FAILED


INTERRUPTED = failed("interrupted", 1, 1.5, amount=58.13)
AGAIN = did("with new key 1", 6, 6.5, amount=58.13)


@pytest.mark.parametrize(
    ("calls", "outcome", "status"),
    [
        ([pay(6.1, amount=58.13)], AGAIN, PASSED),
        ([pay(5.5, amount=58.13), pay(6.1, amount=58.13)], AGAIN, FAILED),
        ([], AGAIN, FAILED),
        ([pay(6.1, 401)], failed("with new key 1", 6, 6.5), FAILED),
    ],
)
def test_the_interrupted_payment_is_neither_lost_nor_doubled(
    calls: list[Call], outcome: Outcome, status: Status
) -> None:
    trace = lived(calls, [INTERRUPTED, outcome], facts=FACTS)
    assert judged("deleted-key/app-recovers-with-new-key", "deleted-key", trace).status is status


def test_without_a_way_to_give_a_key_nothing_is_known() -> None:
    trace = lived([pay(1.1, 401)], [INTERRUPTED], facts={"deleted": 0.9})
    check = "deleted-key/app-recovers-with-new-key"
    verdict = judged(check, "deleted-key", trace)
    assert (verdict.status, verdict.because) == (UNKNOWN, Because.NOT_CONFIGURED)
    assert judged(check, "deleted-key", trace, declared=Declared(has_no=("rekey",))).status is Status.NOT_APPLICABLE
    assert judged(check, "deleted-key", Absent(what="x"), habits=PER_CALL).status is Status.NOT_APPLICABLE
    assert line(1, "a").holds == ()
    assert mint(1).is_mint
