from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import UsageError
from readiness.evidence import EvidenceView, Missing
from readiness.lab.process import MARKER
from readiness.lab.runner import Told, named, run_lab
from readiness.lab.scenarios import SCENARIOS
from readiness.lab.supervisor import parents
from readiness.lab.work import Work
from readiness.model import Because, Kind, Status
from readiness.registry import load_builtin
from readiness.traces import Absent, BehaviourTrace, ScenarioTrace
from tests.lab.conftest import BASE, SHOP, shop

Make = Callable[[dict[str, Any]], Work]


def verdicts(behaviour: BehaviourTrace) -> dict[str, Status]:
    """The status of every behaviour check, but that of the intercepting proxy."""
    view = EvidenceView(None, datetime.now(UTC), {BehaviourTrace: {None: behaviour}})
    checks = load_builtin().checks.values()
    return {
        check.id: check.judge(view).status
        for check in checks
        if check.kind is Kind.BEHAVIOUR and not check.id.endswith("only-expected-hosts")
    }


def survivors() -> list[int]:
    """Processes that bear the mark of a lab of this test process."""
    sign = f"{MARKER}={os.getpid()}-".encode()
    found = []
    for process in parents():
        try:
            if sign in Path(f"/proc/{process}/environ").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


def played(behaviour: BehaviourTrace, name: str) -> ScenarioTrace:
    scenario = behaviour.scenarios[name]
    assert isinstance(scenario, ScenarioTrace), scenario
    return scenario


def test_scenarios_are_told_in_one_time_line_without_a_secret(work: Make) -> None:
    lab = work(shop())
    behaviour = asyncio.run(run_lab(lab, named(["lost-answer", "rejected-token"])))
    assert behaviour.habits
    assert (behaviour.habits.calls_per_action, behaviour.habits.mints_per_call) == (1, False)
    lost = played(behaviour, "lost-answer")
    outcome = lost.outcome("lost")
    assert outcome
    first, second = [call for call in lost.during(outcome) if call.mutates]
    assert (first.status, first.fault, first.committed) == (None, "reset", True)
    assert (second.status, second.replayed) == (200, True)
    assert first.idempotency_key == second.idempotency_key
    assert outcome.started < first.t < second.t < outcome.ended < lost.duration
    rejected = played(behaviour, "rejected-token")
    assert [call.status for call in rejected.during(*rejected.steps("rejected"))].count(401) == 2
    assert 0 < lost.waited <= lost.duration
    text = behaviour.model_dump_json()
    for secret in (lab.subjects.key.client_secret, lab.subjects.webhook_secret, lab.subjects.card):
        assert secret not in text
    assert BehaviourTrace.model_validate_json(text) == behaviour
    assert survivors() == []


@pytest.mark.parametrize(
    ("fault", "scenarios", "check"),
    [
        ("logs-card", ["lost-answer"], "card"),
        ("raw-errors", ["documented-errors"], "resilience/errors-hidden-from-users"),
        ("odd", ["odd-answers"], "resilience/tolerates-odd-answers"),
        ("unsigned", ["webhooks"], "webhooks/signature-verified"),
        ("reserialised", ["webhooks"], "webhooks/raw-body-used"),
        ("no-recovery", ["rejected-token"], "token-refresh/recovers-from-401"),
        ("401-loop", ["permanent-401"], "token-refresh/no-401-loop"),
        ("declines", ["declines"], "resilience/declines-handled"),
    ],
)
def test_a_fault_is_found(work: Make, fault: str, scenarios: list[str], check: str) -> None:
    behaviour = asyncio.run(run_lab(work(shop(fault)), named(scenarios)))
    if check == "card":
        held = {name for line in played(behaviour, "baseline").output for name in line.holds}
        assert held == {"card number", "security code"}
        assert not any("4539" in line.text and "…" not in line.text for line in played(behaviour, "baseline").output)
    else:
        assert verdicts(behaviour)[check] is Status.FAILED
    assert survivors() == []


@pytest.mark.slow
def test_a_good_application_passes_everything_within_a_minute(work: Make) -> None:
    behaviour = asyncio.run(run_lab(work(shop())))
    assert set(verdicts(behaviour).values()) == {Status.PASSED}
    assert behaviour.duration <= 60
    assert survivors() == []


def test_the_healthy_run_decides_whether_anything_can_be_told(work: Make) -> None:
    program = "import sys; print('no database', file=sys.stderr); sys.exit(3)"
    broken = shop(start={"command": ["{python}", "-c", program]})
    behaviour = asyncio.run(run_lab(work(broken), named(["declines"])))
    assert behaviour.habits is None
    for name in ("baseline", "declines"):
        scenario = behaviour.scenarios[name]
        assert isinstance(scenario, Missing)
        assert scenario.because is Because.UNREACHABLE
        assert "ended with code 3 before it was ready" in scenario.detail
        assert "no database" in scenario.detail
    assert set(verdicts(behaviour).values()) == {Status.UNKNOWN}


def test_an_action_that_does_not_succeed_is_told_with_the_last_lines(work: Make) -> None:
    actions = shop()["actions"]
    actions["charge"]["success"] = {"status": 200, "json": {"paid": "yes"}}
    behaviour = asyncio.run(run_lab(work(shop(actions=actions)), []))
    baseline = behaviour.scenarios["baseline"]
    assert isinstance(baseline, Missing)
    assert "`charge` does not succeed although nothing is wrong" in baseline.detail


@pytest.mark.parametrize(
    ("start", "ready", "sentence"),
    [
        ({"command": ["./no-such-program"]}, {}, "cannot be started: ./no-such-program"),
        ({"command": ["{python}", "-c", "import time; time.sleep(60)"]}, {"within": "0.3s"}, "not ready within 0.3 s"),
    ],
)
def test_an_application_that_does_not_start(
    work: Make, start: dict[str, Any], ready: dict[str, Any], sentence: str
) -> None:
    ready = {"http": f"{BASE}/healthz", **ready}
    behaviour = asyncio.run(run_lab(work(shop(start={**start, "stop_timeout": "0.2s"}, ready=ready)), []))
    baseline = behaviour.scenarios["baseline"]
    assert isinstance(baseline, Missing)
    assert sentence in baseline.detail
    assert survivors() == []


def test_what_an_application_has_not_is_absent_or_missing(work: Make) -> None:
    given = shop(has_no=["webhooks"])
    del given["webhook"], given["actions"]["charge"]
    behaviour = asyncio.run(run_lab(work(given), named(["webhooks", "declines"])))
    assert behaviour.scenarios["webhooks"] == Absent(what="webhooks")
    lacking = behaviour.scenarios["declines"]
    assert isinstance(lacking, Missing)
    assert "has_no: [charge]" in lacking.detail
    assert played(behaviour, "baseline").outcomes[0].action == "read"


def test_cancelling_ends_everything(work: Make) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(run_lab(work(shop()), named(["expiry", "hanging"]), watcher))
        await watcher.second.wait()
        assert survivors()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    class Watching:
        def __init__(self) -> None:
            self.second = asyncio.Event()

        def began(self, name: str) -> None:
            del name

        def ended(self, name: str, told: Told) -> None:
            del name, told
            asyncio.get_running_loop().call_later(0.6, self.second.set)

    watcher = Watching()
    asyncio.run(cancelled())
    assert survivors() == []


def test_a_one_shot_application(work: Make, tmp_path: Path) -> None:
    """It mints for each action, so that it keeps no token that could be shared."""
    script = tmp_path / "pay.py"
    script.write_text(ONE_SHOT)
    env = {name: text for name, text in shop()["start"]["env"].items() if name.startswith("AURORA")}
    charge = {"run": ["{python}", "pay.py", "{amount}", "{card}"], "success": {"json": {"paid": True}}}
    given = {"run": {"env": env}, "actions": {"charge": charge}, "has_no": ["webhooks"]}
    behaviour = asyncio.run(run_lab(work(given), named(["rejected-token", "herd", "declines"])))
    assert behaviour.habits
    assert (behaviour.habits.one_shot, behaviour.habits.mints_per_call) == (True, True)
    assert isinstance(behaviour.scenarios["herd"], Absent)
    statuses = verdicts(behaviour)
    assert statuses["token-refresh/recovers-from-401"] is Status.PASSED
    assert statuses["token-refresh/single-flight"] is Status.NOT_APPLICABLE
    assert statuses["resilience/declines-handled"] is Status.PASSED
    assert json.loads(played(behaviour, "declines").steps("declined")[0].body) == {"paid": False}
    assert survivors() == []


def test_names_of_scenarios() -> None:
    assert named([]) == SCENARIOS
    assert [scenario.name for scenario in named(["baseline", "declines"])] == ["declines"]
    with pytest.raises(UsageError, match="no scenario `decline`"):
        named(["decline"])
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert SHOP.is_file()


ONE_SHOT = """
import json, os, sys, uuid
import httpx

form = {"grant_type": "client_credentials", "client_id": os.environ["AURORA_CLIENT_ID"],
        "client_secret": os.environ["AURORA_CLIENT_SECRET"]}
http = httpx.Client()
token = http.post(os.environ["AURORA_OAUTH_URL"], data=form).json()["access_token"]
api, bearer = os.environ["AURORA_API_URL"], {"Authorization": f"Bearer {token}"}
offered = http.get(f"{api}/v2/settings/payment-config", headers=bearer).json()["availablePaymentProcessors"]
card = {"cardNumber": sys.argv[2], "securityCode": "737", "expirationMonth": 12, "expirationYear": 2031}
sale = {"baseAmount": float(sys.argv[1]), "referenceId": str(uuid.uuid4()),
        "paymentProcessorId": next(each["paymentProcessorId"] for each in offered if each["type"] == "SandboxCard"),
        "transactionDetails": {"cardData": {"paymentMethodDetails": card}}}
made = http.post(f"{api}/v2/transactions", json=sale, headers={**bearer, "Idempotency-Key": str(uuid.uuid4())}).json()
paid = made["transactionStatus"] == "Captured"
print(json.dumps({"paid": paid}))
sys.exit(not paid)
"""
