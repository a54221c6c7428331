"""Probes of every kind side by side: what one does wrong is its own affair, and what was learned is kept."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from readiness.config.model import Config
from readiness.errors import ReadinessError, UsageError
from readiness.evidence import EvidenceItem, Selection
from readiness.gather import Assignment, Gathered, Run, gather
from readiness.model import Because, Environment
from readiness.plan import make_plan
from readiness.probe import Effect, PlannedRequest, Probe, ProbeContext
from readiness.secret import Redactor, Secret, SecretBook
from readiness.transport import Request
from tests.literals import (
    NOW,
    SANDBOX,
    Season,
    Weather,
    configuration,
    make_check,
    make_probe,
    missing,
    registry,
)
from tests.transport.servers import Server, answer, saying, silent

VALUE = "s3cret-value-of-tests"
CONFIG = Config.model_validate(
    {
        "version": 1,
        "integration": {"name": "A", "kind": "merchant"},
        "environments": {"sandbox": {"api_url": "http://127.0.0.1:9", "oauth_url": "http://127.0.0.1:9/oauth2/token"}},
    }
)


class Watcher:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def start(self, name: str) -> None:
        self.told.append(("start", name))

    def update(self, name: str, text: str, *, remaining: float | None = None) -> None:
        self.told.append(("update", name, text))

    def finish(self, name: str, outcome: str) -> None:
        self.told.append(("finish", name, outcome))


class Gone(Watcher):
    """A terminal that was closed."""

    def start(self, name: str) -> NoReturn:
        raise BrokenPipeError

    def update(self, name: str, text: str, *, remaining: float | None = None) -> NoReturn:
        raise BrokenPipeError

    def finish(self, name: str, outcome: str) -> NoReturn:
        raise BrokenPipeError


def assignment(
    probes: Sequence[Probe], *, config: Config = CONFIG, deadline: float = 30.0, events: Watcher | None = None
) -> Assignment:
    known = registry(make_check("a/b", optional=[probe.evidence for probe in probes]), *probes)
    redactor = Redactor()
    redactor.add(Secret(VALUE, "sandbox client_secret"))
    book = SecretBook({}, {}, redactor, b"key")
    run = Run(id="run-1", started_at=NOW, deadline=deadline, state_dir=Path("/nowhere"))
    return Assignment(make_plan(config, known, Selection()), config, configuration(), book, run, events or Watcher())


def gathered(*probes: Probe, **more: Any) -> Gathered:
    return asyncio.run(gather(assignment(probes, **more)))


def of(result: Gathered, kind: str, environment: Environment | None = None) -> EvidenceItem:
    (found,) = [each for each in result.items if (each.kind, each.environment) == (kind, environment)]
    return found


def raising(error: BaseException) -> Any:
    async def act(_: ProbeContext) -> NoReturn:
        raise error

    return act


def test_what_probes_bring_is_stored_in_order() -> None:
    result = gathered(make_probe(Weather, per_environment=True), make_probe(Season))
    assert [each.id for each in result.items] == ["configuration", "season", "weather:sandbox"]
    assert of(result, "season").data == {"name": "autumn"}
    assert of(result, "weather", SANDBOX).data == {"sunny": True, "degrees": 20.0}
    assert all(each.missing is None for each in result.items)
    assert not result.interrupted
    assert all(each.taken_at >= NOW for each in result.items)


@pytest.mark.parametrize(
    ("error", "because"),
    [
        (RuntimeError(VALUE), Because.CRASHED),
        (SystemExit(0), Because.CRASHED),
        (ValueError(VALUE), Because.CRASHED),
        (asyncio.CancelledError(), Because.TIMED_OUT),
        (TimeoutError(VALUE), Because.TIMED_OUT),
        (UsageError(f"no {VALUE}"), Because.REFUSED),
        (ReadinessError(f"no {VALUE}"), Because.REFUSED),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_probe_that_breaks_costs_its_own_evidence_only(error: BaseException, because: Because) -> None:
    result = gathered(make_probe(Weather, raising(error)), make_probe(Season))
    lack = of(result, "weather").missing
    assert lack is not None
    assert lack.because is because
    assert VALUE not in repr(result)
    assert of(result, "season").missing is None


@pytest.mark.parametrize("nonsense", [None, {}, "autumn", Season(), object()])
def test_a_probe_brings_its_own_kind_or_nothing(nonsense: object) -> None:
    async def bring(_: ProbeContext) -> object:
        return nonsense

    lack = of(gathered(make_probe(Weather, bring), make_probe(Season)), "weather").missing
    assert lack is not None
    assert lack.because is Because.CRASHED


def test_evidence_that_cannot_be_written_down_costs_itself() -> None:
    class Odd(Weather):
        kind = "odd"
        words: str = ""

    async def bring(_: ProbeContext) -> Odd:
        return Odd(words="\ud800")

    result = gathered(make_probe(Odd, bring), make_probe(Season))
    lack = of(result, "odd").missing
    assert lack is not None
    assert lack.because is Because.CRASHED
    assert of(result, "season").missing is None


def test_a_secret_in_evidence_is_masked_before_it_is_stored() -> None:
    async def bring(_: ProbeContext) -> Season:
        return Season(name=f"the season of {VALUE}")

    async def lack(_: ProbeContext) -> Any:
        return missing(detail=f"not without {VALUE}")

    events = Watcher()
    result = gathered(make_probe(Season, bring), make_probe(Weather, lack), events=events)
    assert of(result, "season").data == {"name": "the season of [redacted: sandbox client_secret]"}
    assert VALUE not in repr(result)
    assert VALUE not in repr(events.told)


def test_what_a_probe_says_is_masked() -> None:
    async def bring(context: ProbeContext) -> Season:
        context.progress(f"using {VALUE}", 3.0)
        return Season()

    events = Watcher()
    gathered(make_probe(Season, bring), events=events)
    assert events.told == [
        ("start", "season"),
        ("update", "season", "using [redacted: sandbox client_secret]"),
        ("finish", "season", "done"),
    ]


def test_a_watcher_that_goes_away_does_not_end_the_run() -> None:
    async def bring(context: ProbeContext) -> Season:
        context.progress("at work")
        return Season()

    result = gathered(make_probe(Season, bring), make_probe(Weather, raising(RuntimeError())), events=Gone())
    assert of(result, "season").missing is None


def test_a_probe_that_cannot_run_is_not_started() -> None:
    events = Watcher()
    probe = make_probe(Weather, raising(AssertionError()), plan=lambda *_: missing(detail="no key"))
    result = gathered(probe, make_probe(Season), events=events)
    assert of(result, "weather").missing == missing(detail="no key")
    assert ("start", "weather") not in events.told


def test_the_deadline_ends_what_hangs_and_keeps_the_rest() -> None:
    cleaned = []

    async def hang(_: ProbeContext) -> NoReturn:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)
        raise AssertionError

    events = Watcher()
    result = gathered(make_probe(Weather, hang), make_probe(Season), deadline=0.2, events=events)
    lack = of(result, "weather").missing
    assert lack is not None
    assert (lack.because, lack.detail) == (Because.TIMED_OUT, "the run's deadline of 0.2 s was over")
    assert of(result, "season").missing is None
    assert cleaned == [True]
    assert ("finish", "weather", "stopped") in events.told
    assert not result.interrupted


def test_a_probe_has_a_time_limit_of_its_own() -> None:
    async def hang(_: ProbeContext) -> NoReturn:
        await asyncio.Event().wait()
        raise AssertionError

    probe = make_probe(Weather, hang, time_limit=lambda *_: 0.05)
    result = gathered(probe, make_probe(Season), deadline=60.0)
    assert of(result, "weather").missing == missing(Because.TIMED_OUT, "gathering `weather` took too long")
    assert of(result, "season").missing is None


def test_a_probe_may_still_bring_what_it_has_when_it_is_stopped() -> None:
    async def stubborn(_: ProbeContext) -> Weather:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Weather(degrees=1.0)
        raise AssertionError

    result = gathered(make_probe(Weather, stubborn), deadline=0.1)
    assert of(result, "weather").data == {"sunny": True, "degrees": 1.0}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_the_run_in_good_order(number: signal.Signals) -> None:
    async def interrupt(_: ProbeContext) -> NoReturn:
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()
        raise AssertionError

    before = signal.getsignal(number)
    result = gathered(make_probe(Weather, interrupt), make_probe(Season))
    assert result.interrupted
    assert of(result, "season").missing is None
    lack = of(result, "weather").missing
    assert lack is not None
    assert (lack.because, lack.detail) == (Because.TIMED_OUT, "the run was interrupted")
    assert signal.getsignal(number) == before


def test_a_hangup_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.SIG_IGN)

    async def look(_: ProbeContext) -> Weather:
        # Only a handler that was never added cannot be taken away.
        assert not asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        return Weather()

    assert of(gathered(make_probe(Weather, look)), "weather").missing is None


def test_no_probe_is_no_run() -> None:
    assert [each.id for each in gathered().items] == ["configuration"]


def sending(server: Server, purpose: str, *, announce: bool = True, **more: Any) -> Probe:
    url = f"{server.url}/v2/ping"

    def plan(*_: object) -> list[PlannedRequest]:
        return [PlannedRequest(purpose if announce else "other", SANDBOX, "GET", url, Effect.READ)]

    async def act(context: ProbeContext) -> Weather:
        await context.transport.send(Request(purpose, SANDBOX, "GET", url))
        return Weather()

    return make_probe(Weather, act, plan=plan, **more)


def at(server: Server) -> Config:
    settings = CONFIG.environments[SANDBOX].model_copy(update={"api_url": server.url})
    return CONFIG.model_copy(update={"environments": {SANDBOX: settings}})


def test_requests_are_listed_with_the_checks_that_they_serve() -> None:
    with Server(saying(answer())) as server:
        result = gathered(sending(server, "ask"), config=at(server))
        (seen,) = server.seen
    assert [(entry.method, entry.status, entry.check_ids) for entry in result.ledger] == [("GET", 200, ("a/b",))]
    assert seen.headers["user-agent"].endswith("(run run-1)")


def test_a_request_that_was_not_announced_is_refused() -> None:
    with Server(saying(answer())) as server:
        result = gathered(sending(server, "ask", announce=False), config=at(server))
        assert server.seen == []
    lack = of(result, "weather").missing
    assert lack is not None
    assert lack.because is Because.REFUSED
    assert "not announced" in lack.detail
    assert result.ledger == ()


def test_a_request_that_the_deadline_cut_short_is_listed() -> None:
    with Server(silent) as server:
        result = gathered(sending(server, "ask"), config=at(server), deadline=0.3)
        assert len(server.seen) == 1
    assert [(entry.method, entry.status) for entry in result.ledger] == [("GET", None)]


def test_what_a_probe_leaves_running_does_not_hold_the_run_up() -> None:
    async def litter(_: ProbeContext) -> Season:
        left.append(asyncio.create_task(asyncio.Event().wait()))
        return Season()

    left: list[asyncio.Task[Any]] = []
    assert of(gathered(make_probe(Season, litter)), "season").missing is None
    assert left[0].cancelled()


def test_what_is_lost_in_a_task_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> NoReturn:
        raise RuntimeError(VALUE)

    async def lose(_: ProbeContext) -> Season:
        left = asyncio.create_task(fail())
        await asyncio.sleep(0)
        del left
        gc.collect()
        return Season()

    gathered(make_probe(Season, lose))
    gc.collect()
    assert caplog.records == []


def test_a_probe_that_leaves_the_process_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    async def leave(_: ProbeContext) -> NoReturn:
        sys.exit(0)

    assert of(gathered(make_probe(Season, leave)), "season").missing is not None
    assert capsys.readouterr() == ("", "")
