from __future__ import annotations

from typing import Any

from readiness.config.presets import environment_of
from readiness.model import Because, Status
from readiness.traces import BehaviourTrace, Contact, Declared, Habits
from tests.checks.judging import judge

CHECK = "environment-separation/only-expected-hosts"
HABITS = Habits(calls_per_action=1, mints_per_action=0, one_shot=False)
API, TOKENS = "api.flute.com", "oauth.api.flute.com"


def contact(host: str, **changes: Any) -> Contact:
    environment = environment_of(host)
    handling = "emulated" if environment else "refused"
    facts = {"t": 0.5, "scheme": "https", "host": host, "port": 443, "handling": handling, "times": 3}
    return Contact.model_validate({**facts, "environment": environment, **changes})


def behaviour(*contacts: Contact, habits: Habits | None = HABITS) -> BehaviourTrace:
    return BehaviourTrace(scenarios={}, habits=habits, declared=Declared(), duration=1.0, contacts=contacts)


def test_passes_on_production_hosts_over_https() -> None:
    verdict = judge(CHECK, behaviour(contact(API), contact(TOKENS)))
    assert verdict.status is Status.PASSED
    assert verdict.findings == ()
    assert verdict.summary == "Emulated API: 2 production hosts asked for, over https."


def test_hosts_of_others_are_listed_and_no_fault() -> None:
    verdict = judge(CHECK, behaviour(contact(API), contact("telemetry.example")))
    assert verdict.status is Status.PASSED
    assert "1 host besides" in verdict.summary
    (finding,) = verdict.findings
    assert "telemetry.example" in finding.message


def test_fails_on_a_host_of_the_sandbox() -> None:
    verdict = judge(CHECK, behaviour(contact(API), contact("sandbox.oauth.api.flute.com")))
    assert verdict.status is Status.FAILED
    (finding,) = verdict.findings
    assert "https://sandbox.oauth.api.flute.com:443 (a sandbox host) 3 times" in finding.message
    assert finding.pointer == "/contacts/1"


def test_fails_on_the_sandbox_even_where_the_application_does_not_work_for_that() -> None:
    verdict = judge(CHECK, behaviour(contact("sandbox.api.flute.com"), habits=None))
    assert verdict.status is Status.FAILED


def test_fails_on_plain_http_to_the_vendor() -> None:
    plain = contact(API, scheme="http", port=80, handling="refused")
    verdict = judge(CHECK, behaviour(contact(API), contact(TOKENS), plain))
    assert verdict.status is Status.FAILED
    assert "http://api.flute.com:80" in verdict.findings[0].message


def test_unknown_without_interception() -> None:
    facts = BehaviourTrace(scenarios={}, habits=HABITS, declared=Declared(), duration=1.0)
    verdict = judge(CHECK, facts)
    assert verdict.status is Status.UNKNOWN
    assert verdict.because is Because.NOT_CONFIGURED
    assert "application.intercept" in verdict.summary


def test_unknown_where_the_client_does_not_use_the_proxy() -> None:
    verdict = judge(CHECK, behaviour(contact("telemetry.example")))
    assert verdict.status is Status.UNKNOWN
    assert "HTTPS_PROXY" in verdict.summary


def test_unknown_where_only_a_wrong_port_was_asked_for() -> None:
    verdict = judge(CHECK, behaviour(contact(API, port=8443, handling="refused")))
    assert verdict.status is Status.UNKNOWN


def test_unknown_where_the_healthy_run_failed() -> None:
    verdict = judge(CHECK, behaviour(contact(API), habits=None))
    assert verdict.status is Status.UNKNOWN
    assert "does not work behind the proxy" in verdict.summary
