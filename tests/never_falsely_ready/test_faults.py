"""Every live check against everything that can go wrong on the way: nothing passes that was not observed.

A fault is put on an endpoint. No check that relies on an answer of that endpoint may pass then, and the run may not
end as ready.
"""

from __future__ import annotations

import copy
import socket
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from readiness.audit import Audit
from readiness.cli.session import exit_code
from readiness.emulator.core.faults import FaultRule
from readiness.errors import UsageError
from readiness.model import Because, Kind, Status
from readiness.registry import load_builtin
from readiness.result import Readiness
from tests.complete import UNASKED, Complete, complete
from tests.never_falsely_ready.relied import (
    ANY_ANSWER,
    API,
    CONFIG,
    CROSSED,
    HOOKS,
    KEYS,
    NEVER_HERE,
    OBJECT_SUFFICES,
    PING,
    RELIES,
    TOKEN,
    assert_not_ready,
    passed,
)
from tests.stage import PRODUCTION, SANDBOX
from tests.transport.servers import Server, answer, saying


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
