"""Every live check against everything that can go wrong on the way: nothing passes that was not observed.

A fault is put on an endpoint. No check that relies on an answer of that endpoint may pass then, and the run may not
end as ready.
"""

from __future__ import annotations

import copy
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from readiness.audit import Audit
from readiness.cli.session import exit_code
from readiness.emulator.core.faults import FaultRule
from readiness.errors import UsageError
from readiness.model import Because, Kind, Status
from readiness.registry import load_builtin
from readiness.result import AuditResult, Readiness
from readiness.transport import client
from tests.complete import UNASKED, Complete, complete
from tests.stage import PRODUCTION, SANDBOX
from tests.transport.servers import Server, answer, saying

TOKEN, CONFIG, HOOKS = "/oauth2/token", "/v2/settings/payment-config", "/v2/webhooks/endpoints"
KEYS, PING, API = "/v2/api-keys*", "/v2/ping", "/v2/*"
RELIES: dict[str, tuple[str, ...]] = {
    "account/key-can-take-payments": (TOKEN, CONFIG),
    "deleted-key/drill-leaves-nothing": (TOKEN, KEYS),
    "deleted-key/key-unlisted": (TOKEN, CONFIG, KEYS),
    "deleted-key/mint-refused-after-deletion": (TOKEN,),
    "deleted-key/retired-keys-refused": (TOKEN,),
    "deleted-key/token-dies-with-key": (TOKEN, CONFIG, KEYS),
    "environment-separation/credentials-refused-across": (TOKEN,),
    "environment-separation/production-account-is-live": (TOKEN, CONFIG),
    "environment-separation/tokens-refused-across": (TOKEN, CONFIG),
    "environment-separation/webhooks-point-home": (TOKEN, HOOKS),
    "key-storage/no-unused-keys": (TOKEN, KEYS),
    "token-refresh/bad-secret-refused": (TOKEN,),
    "token-refresh/bad-token-refused": (TOKEN, CONFIG),
    "token-refresh/lifetime-is-short": (TOKEN,),
    "token-refresh/refresh-margin": (TOKEN,),
    "token-refresh/token-accepted": (TOKEN, CONFIG),
    "token-refresh/token-issued": (TOKEN,),
    "token-refresh/tokens-overlap": (TOKEN, CONFIG),
    "transport/clock-in-sync": (TOKEN, PING),
    "transport/reachable": (TOKEN, PING),
}
"""The endpoints whose answers each check relies on. `mint-refused-after-deletion` may rely on a retired key alone."""
CROSSED: dict[str, Any] = {"only": tuple(RELIES), "skip": ()}
NEVER_HERE = {"token-refresh/expired-token-refused": "it needs the permission `wait-for-expiry`"} | dict.fromkeys(
    UNASKED, "they look at handshakes: see the faults of the network"
)
ANY_ANSWER = {"transport/reachable", "transport/clock-in-sync"}
"""For them any answer but throttling and a server's fault is an observation."""


OBJECT_SUFFICES = RELIES.keys() - {
    *("account/key-can-take-payments", "environment-separation/production-account-is-live"),
    *("environment-separation/webhooks-point-home", "key-storage/no-unused-keys", "deleted-key/key-unlisted"),
    *("deleted-key/drill-leaves-nothing", "deleted-key/token-dies-with-key"),
}
"""Checks to which a JSON object with status 200 says all they ask of the API: that it accepted the token."""


class Fault(NamedTuple):
    """What the emulator does instead, and for which checks that is an observation."""

    kind: dict[str, Any]
    harmless: frozenset[str] = frozenset()


def status(code: int, **more: Any) -> dict[str, Any]:
    return {"kind": "status", "status": code, **more}


def answered(kind: dict[str, Any]) -> Fault:
    return Fault(kind, frozenset(ANY_ANSWER))


FAULTS: dict[str, Fault] = {
    "401": answered(status(401)),
    "401 invalid_client": answered(status(401, body={"error": "invalid_client"})),
    "403": answered(status(403)),
    "404": answered(status(404)),
    "404 empty": answered(status(404, body="")),
    "429": Fault(status(429, retry_after=0)),
    "429 for long": Fault(status(429, retry_after=3600)),
    "500": Fault(status(500)),
    "503": Fault(status(503)),
    "html with 200": answered({"kind": "html"}),
    "truncated": answered({"kind": "truncated_body"}),
    "broken off": Fault({"kind": "truncated_body", "framing": "broken"}, frozenset(ANY_ANSWER)),
    "malformed": answered({"kind": "malformed_body"}),
    "another shape": answered(status(200, body=[])),
    "nothing in it": answered(status(200, body={})),
    "null": answered(status(200, body="null", content_type="application/json")),
    "empty": answered({"kind": "empty_body"}),
    "204": answered(status(204, body="")),
    "reset": Fault({"kind": "reset"}),
    "reset after the deed": Fault({"kind": "reset", "when": "after_commit"}),
    "hang": Fault({"kind": "hang"}),
    "huge": Fault({"kind": "huge_body", "size": 1_000_000}),
    "echo": answered({"kind": "echo", "status": 200}),
}
"""Faults that spoil an answer as a whole, on whichever endpoint."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Complete]:
    with complete(tmp_path_factory.mktemp("whole")) as integration:
        yield integration


@pytest.fixture
def integration(whole: Complete, monkeypatch: pytest.MonkeyPatch) -> Iterator[Complete]:
    """The whole integration, with secrets set and no fault yet."""
    for name, value in whole.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client, "BACKOFF", 0.001)
    yield whole
    whole.stage.control.clear_faults()
    whole.forget_drills()  # under some faults a drill cannot clean up, and later runs would rightly complain


def passed(result: AuditResult) -> set[str]:
    """Checks that passed in any environment."""
    return {row.id for row in result.results if row.status is Status.PASSED}


def assert_not_ready(audit: Audit) -> None:
    assert audit.result.verdict in {Readiness.NOT_READY, Readiness.INCOMPLETE}
    assert exit_code(audit.result) in {1, 3}


def test_without_a_fault_everything_is_observed_and_ready(integration: Complete) -> None:
    audit = integration.audit(**CROSSED)
    assert set(RELIES) == passed(audit.result), "else the crossing would prove nothing"
    assert audit.result.verdict is Readiness.READY
    assert exit_code(audit.result) == 0
    assert not audit.result.counts.failed


def test_every_live_check_is_crossed() -> None:
    live = {check.id for check in load_builtin().checks.values() if check.kind is Kind.LIVE}
    assert live <= RELIES.keys() | NEVER_HERE.keys()


def crossed(integration: Complete, *faults: tuple[str, dict[str, Any]]) -> set[str]:
    """Audit under faults on endpoints, which must not end as ready; gives what passed."""
    for path, kind in faults:
        rule = {"match": {"path": path}, "fault": kind}
        integration.stage.emulator.core.faults.add(FaultRule.model_validate(rule))
    hangs = any(kind["kind"] == "hang" for _, kind in faults)
    integration.stage.config["policy"]["request_timeout"] = "1s" if hangs else "5s"
    audit = integration.audit(**CROSSED)
    assert_not_ready(audit)
    return passed(audit.result)


def relying(*paths: str) -> set[str]:
    return {check for check, needed in RELIES.items() if set(paths) & set(needed)}


ONE_HOST_LEFT = {"transport/clock-in-sync"}
"""The clock is compared with the other host's answers."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_token_endpoint(name: str, integration: Complete) -> None:
    fault = FAULTS[name]
    seen = crossed(integration, (TOKEN, fault.kind))
    assert seen & relying(TOKEN) - fault.harmless - ONE_HOST_LEFT == set()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_api(name: str, integration: Complete) -> None:
    fault = FAULTS[name]
    seen = crossed(integration, (API, fault.kind))
    observed = OBJECT_SUFFICES if name in {"nothing in it", "echo"} else set()
    assert seen & relying(CONFIG, HOOKS, KEYS, PING) - fault.harmless - ONE_HOST_LEFT - observed == set()


@pytest.mark.parametrize("path", [CONFIG, HOOKS, KEYS, PING])
def test_a_fault_of_one_endpoint(path: str, integration: Complete) -> None:
    seen = crossed(integration, (path, FAULTS["500"].kind))
    assert seen & relying(path) - ONE_HOST_LEFT == set()
    assert seen & (RELIES.keys() - relying(path)), "and no more than that is lost"


@pytest.mark.parametrize(
    "fault",
    [
        *({"kind": "missing_field", "field": each} for each in ("access_token", "token_type", "expires_in")),
        *({"kind": "wrong_type", "field": "access_token", "value": each} for each in (5, ["x"], "")),
        *({"kind": "wrong_type", "field": "expires_in", "value": each} for each in ("900", 0, 900.5, True)),
    ],
    ids=lambda each: f"{each['kind']} {each['field']} {each.get('value')}",
)
def test_a_token_that_lacks_something(fault: dict[str, Any], integration: Complete) -> None:
    assert crossed(integration, (TOKEN, fault)) & relying(TOKEN) - ANY_ANSWER == set()


FIELDS = {CONFIG: "availablePaymentProcessors", HOOKS: "items", KEYS: "apiKeys"}


@pytest.mark.parametrize("fault", [{"kind": "missing_field"}, {"kind": "wrong_type", "value": "Tsys"}], ids=str)
def test_answers_that_lack_a_field(fault: dict[str, Any], integration: Complete) -> None:
    seen = crossed(integration, *((path, {**fault, "field": field}) for path, field in FIELDS.items()))
    assert seen & relying(*FIELDS) - OBJECT_SUFFICES == set()


@pytest.mark.parametrize("path", [TOKEN, API])
def test_a_redirect_to_another_host(path: str, integration: Complete) -> None:
    with Server(saying(answer(b'{"access_token": "stolen", "token_type": "Bearer", "expires_in": 900}'))) as thief:
        seen = crossed(integration, (path, {"kind": "redirect", "location": f"{thief.url}/oauth2/token"}))
        assert thief.seen == []
    endpoints = (TOKEN,) if path == TOKEN else (CONFIG, HOOKS, KEYS)
    assert seen & relying(*endpoints) - ANY_ANSWER == set()


def addressed(integration: Complete, monkeypatch: pytest.MonkeyPatch, url: str, *environments: Any) -> Audit:
    """Audit with all URLs of these environments leading elsewhere."""
    config = copy.deepcopy(integration.stage.config)
    for each in environments:
        config["environments"][each.value] |= {"api_url": url, "oauth_url": f"{url}/oauth2/token"}
    monkeypatch.setattr(integration.stage, "config", config)
    audit = integration.audit(only=(*RELIES, *UNASKED), skip=())
    assert_not_ready(audit)
    return audit


def elsewhere(kind: str, integration: Complete) -> str:
    if kind == "dns":
        return "https://nowhere.invalid"
    if kind == "tls":
        url: str = integration.stage.settings(SANDBOX)["api_url"]
        return url.replace("http:", "https:")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["dns", "refused", "tls"])
def test_a_fault_of_the_network(kind: str, integration: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = addressed(integration, monkeypatch, elsewhere(kind, integration), SANDBOX, PRODUCTION)
    assert passed(audit.result) == set()


@pytest.mark.parametrize("kind", ["dns", "refused", "tls"])
def test_a_fault_of_one_environment(kind: str, integration: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = addressed(integration, monkeypatch, elsewhere(kind, integration), PRODUCTION)
    rows = [row for row in audit.result.results if row.status is Status.PASSED]
    assert {row.environment for row in rows} <= {SANDBOX, None}
    both = {"environment-separation/credentials-refused-across", "environment-separation/tokens-refused-across"}
    alone = both | {"environment-separation/production-account-is-live", "token-refresh/refresh-margin"}
    assert {row.id for row in rows} & alone == set()


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with complete(tmp_path, tls=True) as integration:
        for name, value in integration.variables.items():
            monkeypatch.setenv(name, value)
        good = integration.audit(**CROSSED)
        assert set(RELIES) == passed(good.result)
        for environment in (SANDBOX, PRODUCTION):
            del integration.stage.settings(environment)["ca_file"]
        audit = integration.audit(**CROSSED)
        assert passed(audit.result) == set()
        assert_not_ready(audit)


PLUGIN = '''
from readiness.api import Configuration, Kind, Severity, Verdict, check

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.STATIC, needs=[Configuration])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    BODY
'''
PROBE = """
import asyncio, os, signal, sys
from typing import ClassVar
from readiness.evidence import Evidence
from readiness.probe import Probe

class Tide(Evidence):
    kind: ClassVar[str] = "tide"

class TideProbe(Probe):
    evidence = Tide
    per_environment = False
    def plan(self, config, environment):
        PLAN
        return []
    async def gather(self, context):
        GATHER
        return Tide()
"""
NEEDS_TIDE = "from ..probes import Tide\n" + PLUGIN.replace("needs=[Configuration]", "needs=[Tide]")


def plugged(integration: Complete, folder: Path, monkeypatch: pytest.MonkeyPatch, *areas: str, **files: str) -> Audit:
    """Audit the integration, which is in order, with a plug-in."""
    for name, text in files.items():
        path = folder / "ops" / ("probes.py" if name == "probes" else f"acme/{name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    config = {**integration.stage.config, "plugins": [str(folder / "ops")]}
    monkeypatch.setattr(integration.stage, "config", config)
    return integration.audit(only=(*RELIES, *areas), skip=())


def acme(audit: Audit) -> tuple[Status, Because | None]:
    (row,) = [row for row in audit.result.results if row.area == "acme"]
    return row.status, row.because


CRASHED = (Status.UNKNOWN, Because.CRASHED)


@pytest.mark.parametrize(
    ("body", "ready"),
    [
        ("return Verdict.passed('seen')", True),
        ("raise RuntimeError('x')", False),
        ("import sys; sys.exit(0)", False),
        ("return None", False),
        ("return 'passed'", False),
    ],
)
def test_a_check_of_a_plugin(
    body: str, ready: bool, integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = plugged(integration, tmp_path, monkeypatch, "acme", rule=PLUGIN.replace("BODY", body))
    assert exit_code(audit.result) == (0 if ready else 3)
    assert acme(audit) == ((Status.PASSED, None) if ready else CRASHED)


@pytest.mark.parametrize(
    "does",
    [
        {},
        {"GATHER": "raise RuntimeError('x')"},
        {"GATHER": "sys.exit(0)"},
        {"GATHER": "return None"},
        {"GATHER": "raise asyncio.CancelledError"},
        {"PLAN": "raise RuntimeError('x')"},
        {"PLAN": "sys.exit(0)"},
        {"PLAN": "return None"},
    ],
    ids=str,
)
def test_a_probe_of_a_plugin(
    does: dict[str, str], integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes = PROBE.replace("PLAN", does.get("PLAN", "pass")).replace("GATHER", does.get("GATHER", "pass"))
    rule = NEEDS_TIDE.replace("BODY", "return Verdict.passed('seen')")
    audit = plugged(integration, tmp_path, monkeypatch, "acme", probes=probes, rule=rule)
    assert exit_code(audit.result) == (3 if does else 0)
    assert acme(audit)[0] is (Status.UNKNOWN if does else Status.PASSED)


@pytest.mark.parametrize("text", ["raise RuntimeError('x')", "import sys; sys.exit(0)", "import nowhere_at_all", "("])
def test_a_plugin_that_cannot_be_imported(
    text: str, integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = plugged(integration, tmp_path, monkeypatch, rule=text)
    assert audit.result.verdict is Readiness.INCOMPLETE
    assert exit_code(audit.result) == 3
    assert all(row.status is not Status.FAILED for row in audit.result.results)


def test_an_interrupted_run(integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gather = "os.kill(os.getpid(), signal.SIGINT); await asyncio.Event().wait()"
    probes = PROBE.replace("PLAN", "pass").replace("GATHER", gather)
    rule = NEEDS_TIDE.replace("BODY", "return Verdict.passed('seen')")
    audit = plugged(integration, tmp_path, monkeypatch, "acme", probes=probes, rule=rule)
    assert audit.result.run.interrupted
    assert audit.result.verdict is Readiness.INCOMPLETE
    assert exit_code(audit.result) == 130


def test_a_selection_that_matches_nothing_is_refused(integration: Complete) -> None:
    for selection in ({"only": ("no-such-area",), "skip": ()}, {"skip": ("token-refresh/no-such-check",)}):
        with pytest.raises(UsageError) as refused:
            integration.audit(**selection)
        assert refused.value.exit_code == 2


@pytest.mark.parametrize("skip", ["token-refresh", "*"])
def test_a_selection_that_leaves_nothing(skip: str, integration: Complete) -> None:
    audit = integration.audit(only=("token-refresh",), skip=(skip,))
    assert audit.result.results == ()
    assert audit.result.verdict is Readiness.INCOMPLETE
    assert exit_code(audit.result) == 3


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("variable", ["AURORA_SANDBOX_SECRET", "AURORA_LIVE_SECRET"])
def test_a_secret_that_is_not_set(
    variable: str, value: str | None, integration: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable) if value is None else monkeypatch.setenv(variable, value)
    audit = integration.audit(**CROSSED)
    environment = SANDBOX if "SANDBOX" in variable else PRODUCTION
    rows = [row for row in audit.result.results if row.environment is environment and TOKEN in RELIES[row.id]]
    assert {row.id for row in rows if row.status is Status.PASSED} <= ANY_ANSWER
    assert any(variable in row.summary for row in rows)
    assert exit_code(audit.result) == 3


def test_a_deadline_that_is_over(integration: Complete) -> None:
    audit = integration.audit(deadline=0.0, **CROSSED)
    assert passed(audit.result) == set()
    assert {row.because for row in audit.result.results if row.status is Status.UNKNOWN} >= {Because.TIMED_OUT}
    assert exit_code(audit.result) == 3
