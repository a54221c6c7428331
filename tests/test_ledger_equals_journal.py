"""What was announced, what was listed and what arrived are the same, whatever the run met."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from readiness.audit import Audit, Options, prepare
from readiness.emulated import filled_in
from readiness.emulator.core.faults import FaultRule
from readiness.emulator.core.journal import Entry
from readiness.evidence import Selection
from readiness.model import Because, Environment, Status
from readiness.plan import make_plan
from readiness.probe import Effect, PlannedRequest
from readiness.result import LedgerEntry
from readiness.transport import client
from tests.complete import Complete, complete
from tests.stage import PRODUCTION, SANDBOX

Seen = tuple[str, str, str, str, int | None]
"""Environment, host's role, method, path, status."""


@pytest.fixture
def integration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Complete]:
    monkeypatch.setattr(client, "BACKOFF", 0.001)
    with complete(tmp_path) as made:
        for name, value in made.variables.items():
            monkeypatch.setenv(name, value)
        made.stage.emulator.core.journal.clear()
        yield made


def journal(integration: Complete) -> list[Entry]:
    return list(integration.stage.emulator.core.journal)


def arrived(integration: Complete) -> list[Seen]:
    return [
        (entry.environment.value, entry.host, entry.method, entry.target.partition("?")[0], entry.status)
        for entry in journal(integration)
    ]


def roles(integration: Complete) -> dict[str, tuple[str, str]]:
    """Environment and role by port."""
    told = integration.stage.emulator.announcement["environments"]
    return {
        str(urlsplit(each[f"{role}_url"]).port): (environment, role)
        for environment, each in told.items()
        for role in ("api", "oauth")
    }


def listed(integration: Complete, ledger: tuple[LedgerEntry, ...]) -> list[Seen]:
    known = roles(integration)
    return [(*known[entry.host.rpartition(":")[2]], entry.method, entry.path, entry.status) for entry in ledger]


def planned(integration: Complete, **selection: Any) -> list[PlannedRequest]:
    prepared = prepare(integration.stage.write(), Options(Selection(**selection)))
    return [request for request, _ in make_plan(prepared.config, prepared.registry, Selection(**selection)).requests()]


def assert_announced(integration: Complete, requests: list[PlannedRequest], ledger: tuple[LedgerEntry, ...]) -> None:
    """Every request that arrived is of an announced kind, and none came more often than announced."""
    known = roles(integration)
    budget: Counter[tuple[str, str, str, str]] = Counter()
    for request in requests:
        if request.effect is not Effect.HANDSHAKE:
            address = urlsplit(request.url)
            place = known[str(address.port)]
            budget[(*place, request.method, re.sub(r"\{\w+\}", "*", address.path))] += request.at_most
    spent = Counter(
        (environment, role, method, re.sub(r"(?<=/api-keys/)[^/]+", "*", path))
        for environment, role, method, path, _ in arrived(integration)
    )
    assert spent
    for kind, times in spent.items():
        assert times <= budget[kind], kind
    assert {entry.environment for entry in ledger} <= {request.environment for request in requests}


def assert_in_order(integration: Complete, ledger: tuple[LedgerEntry, ...]) -> None:
    """Where one request was answered before another was sent, they arrived in that order. Matched by correlation id."""
    place = {entry.correlation_id: entry for entry in journal(integration) if entry.correlation_id}
    traced = [(each, place[each.correlation_id]) for each in ledger if each.correlation_id in place]
    assert len(traced) > 3
    overtaken = [
        (first, second)
        for first, second in permutations(traced, 2)
        if first[0].at + timedelta(milliseconds=first[0].duration_ms) < second[0].at
        and first[1].sequence >= second[1].sequence
    ]
    assert overtaken == []


def assert_all_agree(integration: Complete, audit: Audit, **selection: Any) -> None:
    assert Counter(arrived(integration)) == Counter(listed(integration, audit.result.ledger))
    assert list(audit.result.ledger) == sorted(audit.result.ledger, key=lambda entry: entry.at)
    assert_announced(integration, planned(integration, **selection), audit.result.ledger)


def test_a_whole_run(integration: Complete) -> None:
    audit = integration.audit()
    assert_all_agree(integration, audit)
    assert_in_order(integration, audit.result.ledger)
    methods = {(entry.method, entry.environment) for entry in journal(integration)}
    assert ("DELETE", SANDBOX) in methods
    assert {method for method, environment in methods if environment is PRODUCTION} == {"GET", "POST"}
    live = [entry for entry in journal(integration) if entry.environment is PRODUCTION and entry.method == "POST"]
    assert {entry.target for entry in live} == {"/oauth2/token"}
    agents = {entry.headers["user-agent"] for entry in journal(integration)}
    assert len(agents) == 1
    assert f"(run {audit.result.run.id})" in agents.pop()


def test_every_request_names_the_checks_that_it_served(integration: Complete) -> None:
    audit = integration.audit()
    known = {row.id for row in audit.result.results}
    assert all(entry.check_ids and set(entry.check_ids) <= known for entry in audit.result.ledger)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/v2/*", {"kind": "status", "status": 503}),
        ("/oauth2/token", {"kind": "throttle", "retry_after": 0}),
        ("/v2/*", {"kind": "reset"}),
        ("*", {"kind": "reset", "when": "after_commit"}),
        ("/v2/settings/*", {"kind": "hang"}),
        ("*", {"kind": "truncated_body", "framing": "broken"}),
        ("*", {"kind": "html"}),
    ],
    ids=str,
)
def test_a_run_that_meets_faults(path: str, fault: dict[str, Any], integration: Complete) -> None:
    # Where nothing hangs, no busy machine may time out: such a request is listed, but perhaps never arrived.
    integration.stage.config["policy"]["request_timeout"] = "3s" if fault["kind"] == "hang" else "30s"
    rule = FaultRule.model_validate({"match": {"path": path}, "fault": fault})
    integration.stage.emulator.core.faults.add(rule)
    audit = integration.audit()
    sent, noted = arrived(integration), listed(integration, audit.result.ledger)
    assert Counter(each[:4] for each in sent) == Counter(each[:4] for each in noted)
    # An answer that did not come whole, or in time, has no status for us, though the emulator has sent one.
    assert Counter(each for each in noted if each[4] is not None) <= Counter(sent)
    assert_announced(integration, planned(integration), audit.result.ledger)


def test_a_run_that_is_cut_short_lists_what_it_had_sent(integration: Complete) -> None:
    integration.stage.emulator.core.faults.add(FaultRule.model_validate({"fault": {"kind": "hang"}}))
    audit = integration.audit(deadline=1.0)
    assert Counter(arrived(integration)) == Counter(listed(integration, audit.result.ledger))
    assert {entry.status for entry in audit.result.ledger} == {None}


def test_one_environment_leaves_the_other_alone(integration: Complete) -> None:
    audit = integration.audit(environments=(SANDBOX,))
    assert {entry.environment for entry in journal(integration)} == {SANDBOX}
    assert_all_agree(integration, audit, environments=(SANDBOX,))
    assert {row.environment for row in audit.result.results} <= {SANDBOX, None}
    integration.stage.emulator.core.journal.clear()
    integration.audit(environments=(PRODUCTION,))
    assert {entry.environment for entry in journal(integration)} == {PRODUCTION}


def test_a_static_selection_sends_nothing(integration: Complete) -> None:
    audit = integration.audit(only=("key-storage/key-age", "transport/https-only"), skip=())
    assert journal(integration) == []
    assert audit.result.ledger == ()
    assert {row.status for row in audit.result.results} == {Status.PASSED}


PLUGIN = """
from typing import ClassVar
from readiness.api import Evidence, Environment
from readiness.probe import Effect, PlannedRequest, Probe
from readiness.transport import Request

class Tide(Evidence):
    kind: ClassVar[str] = "tide"

class TideProbe(Probe):
    evidence = Tide
    per_environment = False
    def plan(self, config, environment):
        api = {name: env.api_url for name, env in config.environments.items()}
        return [PlannedRequest("tide", *PLANNED)]
    async def gather(self, context):
        api = {name: env.api_url for name, env in context.config.environments.items()}
        await context.transport.send(Request("tide", *SENT))
        return Tide()
"""
RULE = '''
from readiness.api import Kind, Severity, Verdict, check
from ..probes import Tide

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.LIVE, needs=[Tide])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    return Verdict.passed("seen")
'''
GOOD = '(Environment.SANDBOX, "GET", api["sandbox"] + "/v2/ping", Effect.READ)'
GOOD_SENT = '(Environment.SANDBOX, "GET", api["sandbox"] + "/v2/ping")'
HARM = {
    "a write to production, announced": (
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions", Effect.WRITE)',
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions")',
    ),
    "a write to production, announced as a read": (
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions", Effect.READ)',
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions")',
    ),
    "a write to production, announced as a handshake": (
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions", Effect.HANDSHAKE)',
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions")',
    ),
    "a write to production, announced for the sandbox": (
        '(Environment.SANDBOX, "POST", api["production"] + "/v2/transactions", Effect.WRITE)',
        '(Environment.SANDBOX, "POST", api["production"] + "/v2/transactions")',
    ),
    "a write to production, not announced": (
        GOOD,
        '(Environment.PRODUCTION, "POST", api["production"] + "/v2/transactions")',
    ),
    "another method": (GOOD, '(Environment.SANDBOX, "DELETE", api["sandbox"] + "/v2/ping")'),
    "another path": (GOOD, '(Environment.SANDBOX, "GET", api["sandbox"] + "/v2/transactions")'),
    "a path that climbs": (GOOD, '(Environment.SANDBOX, "GET", api["sandbox"] + "/v2/ping/../transactions")'),
    "the other environment's host": (GOOD, '(Environment.SANDBOX, "GET", api["production"] + "/v2/ping")'),
    "a foreign host": (GOOD, '(Environment.SANDBOX, "GET", "http://evil.example/v2/ping")'),
    "a foreign host, announced": (
        '(Environment.SANDBOX, "GET", "http://evil.example/v2/ping", Effect.READ)',
        '(Environment.SANDBOX, "GET", "http://evil.example/v2/ping")',
    ),
}


def tide(integration: Complete, planned_: str, sent: str) -> Audit:
    """Audit the check of a plug-in whose probe announces one thing and sends another."""
    folder = integration.stage.folder / "ops"
    (folder / "acme").mkdir(parents=True)
    (folder / "probes.py").write_text(PLUGIN.replace("PLANNED", planned_).replace("SENT", sent))
    (folder / "acme" / "rule.py").write_text(RULE)
    integration.stage.config["plugins"] = ["ops"]
    return integration.audit(only=("acme",), skip=())


def test_a_probe_of_a_plugin_may_read_what_it_announced(integration: Complete) -> None:
    audit = tide(integration, GOOD, GOOD_SENT)
    assert [row.status for row in audit.result.results] == [Status.PASSED]
    assert [each[:4] for each in arrived(integration)] == [("sandbox", "api", "GET", "/v2/ping")]


@pytest.mark.parametrize("name", HARM)
def test_a_probe_of_a_plugin_cannot_send(name: str, integration: Complete) -> None:
    audit = tide(integration, *HARM[name])
    assert journal(integration) == []
    assert audit.result.ledger == ()
    (row,) = audit.result.results
    assert (row.status, row.because) == (Status.UNKNOWN, Because.REFUSED)


def test_the_plan_of_an_embedded_emulator_names_the_same_kinds(integration: Complete) -> None:
    """`plan` does not start the emulator: only the addresses differ from what a run announces."""
    config = {**integration.stage.config, "environments": {each.value: {"preset": "emulator"} for each in Environment}}
    integration.stage.path.write_text(yaml.safe_dump(config))
    prepared = prepare(integration.stage.path, Options())

    def kinds(announcement: dict[str, Any]) -> set[tuple[Any, ...]]:
        plan = make_plan(filled_in(prepared.config, announcement), prepared.registry, Selection())
        return {
            (request.environment, request.purpose, request.method, urlsplit(request.url).path, request.at_most)
            for request, _ in plan.requests()
            if request.effect is not Effect.HANDSHAKE
        }

    from readiness.cli.plan import PLACEHOLDERS

    assert kinds(PLACEHOLDERS) == kinds(integration.stage.emulator.announcement)
