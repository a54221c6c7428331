from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from readiness.config.model import Config
from readiness.evidence import Missing, Selection
from readiness.model import Because, Environment, Permission
from readiness.plan import Plan, PlannedProbe, check_matches, make_plan, select
from readiness.probe import Effect, PlannedRequest
from readiness.registry import load_builtin
from readiness.result import NotChecked
from tests.literals import PRODUCTION, SANDBOX, Season, Weather, make_check, make_probe, missing, registry

BOTH = [SANDBOX, PRODUCTION]
API = {each: f"https://{each}.api.example" for each in Environment}
TOKEN = {each: f"https://{each}.oauth.example/oauth2/token" for each in Environment}


def config(*environments: Environment, **more: Any) -> Config:
    given = {each.value: {"api_url": API[each], "oauth_url": TOKEN[each]} for each in environments or Environment}
    return Config.model_validate(
        {"version": 1, "integration": {"name": "A", "kind": "merchant"}, "environments": given, **more}
    )


def names(planned: Any) -> list[tuple[str, Environment | None]]:
    return [(each.check.id, each.environment) for each in planned]


AREAS = registry(
    make_check("b/whole"),
    make_check("a/each", per_environment=True),
    make_check("a/live", concerns=[PRODUCTION]),
    make_check("c/both", concerns=[SANDBOX, PRODUCTION]),
)


def test_checks_are_planned_in_order_for_each_environment() -> None:
    planned, left_out = select(AREAS, Selection(), BOTH)
    assert names(planned) == [
        ("a/each", SANDBOX),
        ("a/each", PRODUCTION),
        ("a/live", None),
        ("b/whole", None),
        ("c/both", None),
    ]
    assert left_out == ()


@pytest.mark.parametrize(
    ("only", "skip", "ids"),
    [
        (("a",), (), ["a/each", "a/live"]),
        (("a/*",), (), ["a/each", "a/live"]),
        (("*/w*", "a/live"), (), ["a/live", "b/whole"]),
        ((), ("a",), ["b/whole", "c/both"]),
        (("a",), ("a/live",), ["a/each"]),
        (("a",), ("*",), []),
        (("A",), (), []),
        (("each",), (), []),
    ],
)
def test_only_and_skip(only: tuple[str, ...], skip: tuple[str, ...], ids: list[str]) -> None:
    planned, left_out = select(AREAS, Selection(only=only, skip=skip), [SANDBOX])
    assert sorted({each.check.id for each in planned}) == ids
    assert {each.what for each in left_out} == set(AREAS.checks) - set(ids)
    assert all(each.why in {"left out by --only", "left out by --skip"} for each in left_out)


def test_one_environment_leaves_out_what_is_about_the_other() -> None:
    planned, left_out = select(AREAS, Selection(environments=(SANDBOX,)), BOTH)
    assert names(planned) == [("a/each", SANDBOX), ("b/whole", None)]
    assert left_out == (
        NotChecked(what="a/live", why="it is about production, left out by --environment"),
        NotChecked(what="c/both", why="it is about production, left out by --environment"),
        NotChecked(what="environment production", why="left out by --environment"),
    )


def test_what_a_pattern_means() -> None:
    check = make_check("key-storage/key-age")
    assert all(check_matches(check, each) for each in ("key-storage", "key-storage/*", "*/key-age", "*", "key-*"))
    assert not any(check_matches(check, each) for each in ("key", "storage", "key-age", "KEY-STORAGE", ""))


def read(environment: Environment = SANDBOX, **more: Any) -> PlannedRequest:
    given: dict[str, Any] = {
        "purpose": "read",
        "environment": environment,
        "method": "GET",
        "url": API[environment] + "/v2/ping",
        "effect": Effect.READ,
    }
    return PlannedRequest(**{**given, **more})


def planned_with(answer: Callable[[Config, Environment | None], Any], **more: Any) -> PlannedProbe:
    known = registry(make_check("a/b", needs=[Weather]), make_probe(Weather, plan=answer))
    (probe,) = make_plan(config(**more), known, Selection()).probes
    return probe


def lack_of(answer: Any, **more: Any) -> Missing:
    probe = planned_with(lambda *_: answer, **more)
    assert probe.requests == ()
    assert probe.missing is not None
    return probe.missing


def mint(environment: Environment = PRODUCTION, **more: Any) -> PlannedRequest:
    return read(environment, **{"method": "POST", "url": TOKEN[environment], "effect": Effect.MINT, **more})


@pytest.mark.parametrize(
    "request_",
    [
        read(),
        read(PRODUCTION),
        read(PRODUCTION, method="HEAD"),
        read(PRODUCTION, url=TOKEN[PRODUCTION]),
        read(PRODUCTION, url=API[PRODUCTION] + "/v2/api-keys/{client_id}"),
        mint(),
        mint(SANDBOX),
        read(method="POST", effect=Effect.WRITE),
        read(method="DELETE", effect=Effect.WRITE),
        read(PRODUCTION, method="TLS", url="https://hooks.acme.example", effect=Effect.HANDSHAKE),
    ],
    ids=lambda each: f"{each.environment} {each.method} {each.effect}",
)
def test_what_may_be_announced(request_: PlannedRequest) -> None:
    probe = planned_with(lambda *_: [request_])
    assert (probe.requests, probe.missing) == ((request_,), None)


@pytest.mark.parametrize(
    "request_",
    [
        *(read(PRODUCTION, method=each) for each in ("POST", "PUT", "PATCH", "DELETE", "get")),
        *(read(PRODUCTION, method=each, effect=Effect.WRITE) for each in ("POST", "GET", "DELETE")),
        *(read(PRODUCTION, method=each, effect=Effect.MINT) for each in ("POST", "GET")),
        mint(url=API[PRODUCTION] + "/oauth2/token"),
        mint(url=TOKEN[PRODUCTION] + "/more"),
        mint(method="PUT"),
        read(PRODUCTION, method="POST", effect=Effect.HANDSHAKE),
        read(PRODUCTION, method="GET", effect=Effect.HANDSHAKE),
        read(SANDBOX, method="POST", url=API[PRODUCTION] + "/v2/transactions", effect=Effect.WRITE),
        read(SANDBOX, method="DELETE", url=API[PRODUCTION] + "/v2/api-keys/{client_id}", effect=Effect.WRITE),
        read(SANDBOX, url=API[PRODUCTION] + "/v2/ping"),
        read(PRODUCTION, url=API[SANDBOX] + "/v2/ping"),
        read(url="https://evil.example/v2/ping"),
        read(url="https://sandbox.api.example.evil.example/"),
        read(url="https://sandbox.api.example@evil.example/"),
        read(url="http://sandbox.api.example/v2/ping"),
        read(url="https://{host}/v2/ping"),
        read(url=API[SANDBOX]),
        read(url=""),
    ],
    ids=lambda each: f"{each.environment} {each.method} {each.url} {each.effect}",
)
def test_what_is_refused_before_anything_is_sent(request_: PlannedRequest) -> None:
    lack = lack_of([read(purpose="good"), request_])
    assert lack.because is Because.REFUSED
    assert request_.purpose in lack.detail


def test_writes_are_refused_where_both_environments_are_one() -> None:
    same = {each.value: {"api_url": API[SANDBOX], "oauth_url": TOKEN[SANDBOX]} for each in Environment}
    lack = lack_of([read(method="POST", effect=Effect.WRITE)], environments=same)
    assert lack.because is Because.REFUSED
    assert "only reads and token mints" in lack.detail


def test_production_is_known_by_its_urls_also_when_it_is_left_out() -> None:
    write = read(method="POST", url=API[SANDBOX] + "/x", effect=Effect.WRITE)
    same = {each.value: {"api_url": API[SANDBOX], "oauth_url": TOKEN[SANDBOX]} for each in Environment}
    known = registry(make_check("a/b", needs=[Weather]), make_probe(Weather, plan=lambda *_: [write]))
    (probe,) = make_plan(config(environments=same), known, Selection(environments=(SANDBOX,))).probes
    assert probe.missing is not None
    assert probe.missing.because is Because.REFUSED


def test_an_environment_that_is_left_out_is_not_asked() -> None:
    known = registry(make_check("a/b", needs=[Weather]), make_probe(Weather, plan=lambda *_: [read(PRODUCTION)]))
    (probe,) = make_plan(config(), known, Selection(environments=(SANDBOX,))).probes
    assert probe.requests == ()
    assert probe.missing is not None
    assert probe.missing.because is Because.REFUSED


def broken(error: BaseException) -> Callable[..., Any]:
    def plan(*_: object) -> Any:
        raise error

    return plan


@pytest.mark.parametrize("error", [RuntimeError("s3cret"), SystemExit(0), KeyError("s3cret")])
def test_a_probe_that_cannot_plan_is_told_without_its_words(error: BaseException) -> None:
    probe = planned_with(broken(error))
    assert probe.missing is not None
    assert probe.missing.because is Because.CRASHED
    assert "s3cret" not in probe.missing.detail


@pytest.mark.parametrize("nonsense", [None, 5, ["GET /"], [None]])
def test_a_plan_that_is_none_is_a_crash(nonsense: object) -> None:
    assert lack_of(nonsense).because is Because.CRASHED


def test_a_permission_that_lacks_is_named() -> None:
    known = registry(make_check("a/b", needs=[Season]), make_probe(Season, permissions=(Permission.SANDBOX_WRITES,)))
    (probe,) = make_plan(config(), known, Selection()).probes
    assert probe.missing is not None
    assert probe.missing.because is Because.NOT_PERMITTED
    assert "--allow sandbox-writes" in probe.missing.detail
    (probe,) = make_plan(config(permissions=["sandbox-writes"]), known, Selection()).probes
    assert probe.missing is None


def test_what_a_probe_lacks_is_passed_on() -> None:
    assert lack_of(missing(Because.NOT_CONFIGURED, "no partner")).detail == "no partner"


def test_only_the_probes_that_are_needed_are_planned() -> None:
    known = registry(
        make_check("a/b", needs=[Weather]),
        make_check("a/c", optional=[Weather]),
        make_probe(Weather, per_environment=True),
        make_probe(Season),
    )
    probes = make_plan(config(), known, Selection()).probes
    assert [(each.probe.evidence, each.environment) for each in probes] == [(Weather, SANDBOX), (Weather, PRODUCTION)]
    assert all(each.check_ids == ("a/b", "a/c") for each in probes)
    assert make_plan(config(), known, Selection(only=("a/c",))).probes[0].check_ids == ("a/c",)


def test_shared_requests_are_listed_once_for_all_their_checks() -> None:
    known = registry(
        make_check("a/one", needs=[Weather]),
        make_check("a/two", needs=[Season]),
        make_probe(Weather, plan=lambda *_: [read(), read(purpose="more")]),
        make_probe(Season, plan=lambda *_: [read()]),
    )
    listed = list(make_plan(config(), known, Selection()).requests())
    assert sorted(listed, key=str) == sorted(
        [(read(), ("a/one", "a/two")), (read(purpose="more"), ("a/one",))], key=str
    )


def full_plan(*permissions: str) -> Plan:
    key: dict[str, Any] = {
        "client_id": {"store": "literal", "spec": "id"},
        "client_secret": {"store": "env", "spec": "S"},
    }
    given = {
        each.value: {
            "api_url": API[each],
            "oauth_url": TOKEN[each],
            **key,
            "partner": {**key, "merchant_id": "m"},
            "retired_keys": [key, key],
        }
        for each in Environment
    }
    hosts = {"known_hosts": {"sandbox": ["sandbox.api.example", "sandbox.oauth.example"]}}
    return make_plan(config(environments=given, permissions=permissions, policy=hosts), load_builtin(), Selection())


@pytest.mark.parametrize("permissions", [(), tuple(Permission)], ids=["none", "all"])
def test_the_built_in_probes_only_read_and_mint_in_production(permissions: tuple[str, ...]) -> None:
    requests = [request for request, _ in full_plan(*permissions).requests()]
    live = [each for each in requests if each.environment is PRODUCTION and each.effect is not Effect.HANDSHAKE]
    assert live
    for each in live:
        assert (each.effect, each.method) in {(Effect.READ, "GET"), (Effect.MINT, "POST")}
        assert each.url.startswith((API[PRODUCTION] + "/", TOKEN[PRODUCTION]))
        assert each.effect is not Effect.MINT or each.url == TOKEN[PRODUCTION]


def test_nothing_is_written_anywhere_without_a_permission() -> None:
    def writes(plan: Plan) -> set[str]:
        return {request.purpose for request, _ in plan.requests() if request.effect is Effect.WRITE}

    assert writes(full_plan()) == set()
    assert writes(full_plan("production-secret-to-sandbox", "wait-for-expiry")) == set()
    assert writes(full_plan("sandbox-writes")) == {"create-key", "delete-key"}


def test_the_production_secret_goes_abroad_with_permission_only() -> None:
    def purposes(plan: Plan) -> set[str]:
        return {request.purpose for request, _ in plan.requests() if request.environment is SANDBOX}

    abroad = {"mint-with-production-key", "read-with-production-token"}
    assert not abroad & purposes(full_plan())
    assert abroad <= purposes(full_plan("production-secret-to-sandbox"))
