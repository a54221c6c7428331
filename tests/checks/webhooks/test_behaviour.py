from __future__ import annotations

import pytest

from readiness.model import Because, Status
from readiness.traces import Absent
from tests.checks.lives import events, judged, webhooks

PASSED, FAILED, UNKNOWN = Status.PASSED, Status.FAILED, Status.UNKNOWN
CHECKS = ["signature-verified", "replay-refused", "raw-body-used", "duplicates-harmless"]


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_receiver_passes(check: str) -> None:
    assert judged(f"webhooks/{check}").status is PASSED


@pytest.mark.parametrize("check", CHECKS)
def test_without_webhooks_there_is_nothing_to_ask(check: str) -> None:
    assert judged(f"webhooks/{check}", "webhooks", Absent(what="webhooks")).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("check", "statuses", "status"),
    [
        ("signature-verified", {"signed": 200}, FAILED),
        ("signature-verified", {"without": 204}, FAILED),
        ("signature-verified", {"correct": 401}, FAILED),
        ("signature-verified", {"correct": 404}, UNKNOWN),
        ("signature-verified", {"correct": 500}, UNKNOWN),
        ("replay-refused", {"too": 200}, FAILED),
        ("replay-refused", {"correct": 401}, UNKNOWN),
        ("raw-body-used", {"formatted": 401}, FAILED),
        ("raw-body-used", {"body": 200}, UNKNOWN),
        ("raw-body-used", {"correct": 401, "formatted": 401}, UNKNOWN),
        ("duplicates-harmless", {"correct": 401}, UNKNOWN),
    ],
)
def test_forged_and_odd_deliveries(check: str, statuses: dict[str, int], status: Status) -> None:
    assert judged(f"webhooks/{check}", "webhooks", webhooks(**statuses)).status is status


@pytest.mark.parametrize(
    ("effects", "status"),
    [
        ((5, 5, 6, 6), PASSED),
        ((5, 6, 7, 8), FAILED),
        ((5, 5, 6, 7), FAILED),
        ((4, 4, 4, 4), UNKNOWN),
        ((5, None, 6, 6), UNKNOWN),
    ],
)
def test_each_event_has_one_effect(effects: tuple[int | None, ...], status: Status) -> None:
    trace = webhooks()
    trace = trace.model_copy(update={"webhooks": (*trace.webhooks, *events(*effects))})
    assert judged("webhooks/duplicates-harmless", "webhooks", trace).status is status


def test_without_a_probe_no_effect_is_known() -> None:
    verdict = judged("webhooks/duplicates-harmless", "webhooks", webhooks())
    assert (verdict.status, verdict.because) == (UNKNOWN, Because.NOT_CONFIGURED)
