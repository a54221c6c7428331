"""The clocks, against a made-up server on made-up time: the interval holds the truth whatever the server does."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.aurora import drill_clock
from readiness.aurora.drill_clock import CONFIRMATIONS, SLOWEST, Deletion, Watch, WatchLimits, most_polls
from readiness.evidence import Attempt, Exchange, Missing
from readiness.facts import Clock
from readiness.model import Because, Environment
from readiness.probes.drill_watch import token_accepted

NOW = datetime(2026, 11, 24, tzinfo=UTC)
INTERVAL = 0.1


@dataclass
class World:
    """Made-up time, and a server that refuses from `dies_at` on. `answers` overrides what it says, poll by poll."""

    dies_at: float
    trip: float = 0.01
    """Seconds of each way of a request."""
    now: float = 0.0
    answers: dict[int, int | None] = field(default_factory=dict)
    sent: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    async def poll(self) -> Attempt:
        number, sent = len(self.sent), self.now
        self.sent.append(sent)
        self.now += self.trip
        status = self.answers.get(number, 200 if self.now < self.dies_at else 401)
        self.now += self.trip
        common = {"environment": Environment.SANDBOX, "purpose": "x", "method": "GET", "host": "h", "path": "/"}
        body: dict[str, str] | None = {} if status == 200 else None
        return Exchange.model_validate(
            {**common, "at": NOW, "sent": sent, "received": self.now, "status": status, "json_body": body}
        )


def watch(world: World, deletion: Deletion, *, length: float = 30.0, limit: float = math.inf) -> Clock:
    """Run a watch in that world."""
    limits = WatchLimits(interval=INTERVAL, length=length, limit=limit)
    subject = Watch(world.poll, token_accepted, deletion, world.clock, limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drill_clock, "asyncio", SimpleNamespace(sleep=world.sleep))
        asyncio.run(subject.run())
    return subject.result()


@given(
    lag=st.floats(0, 40),
    handled=st.floats(0, 1),
    took=st.floats(0, 3),
    trip=st.floats(0.001, 1.5),
    undecided=st.sets(st.integers(0, 60)),
)
def test_the_interval_holds_the_truth(
    lag: float, handled: float, took: float, trip: float, undecided: set[int]
) -> None:
    """`handled`: where between the sending and the answer of the deletion it took place."""
    world = World(handled * took + lag, trip=trip, now=took, answers=dict.fromkeys(undecided, 503))
    clock = watch(world, Deletion(0.0, took))
    tolerance = 1e-5
    assert clock.last_accepted <= lag + tolerance
    if clock.first_refused is not None:
        assert clock.first_refused >= lag - tolerance
    assert clock.accepted + clock.refused + clock.undecided == len(world.sent) <= most_polls(30.0, INTERVAL)
    assert clock.watched <= 30 + SLOWEST + 2 * trip + tolerance


@given(lag=st.floats(0, 25), trip=st.floats(0.001, 0.2))
def test_the_interval_is_as_narrow_as_the_polls_are_close(lag: float, trip: float) -> None:
    clock = watch(World(lag, trip=trip), Deletion(0.0, 0.0))
    assert clock.first_refused is not None
    # One pause, and the trips of both requests; the very first poll may find the key dead already.
    assert clock.first_refused - clock.last_accepted <= INTERVAL + 0.05 * (lag + 2 * trip) + 4 * trip + 1e-5


def test_one_refusal_is_not_believed_when_an_acceptance_follows() -> None:
    clock = watch(World(2.0, answers={0: 401, 3: 401}), Deletion(0.0, 0.0))
    assert clock.last_accepted > 1.5
    assert clock.first_refused is not None
    assert clock.first_refused > 2.0
    assert clock.refused == 2 + CONFIRMATIONS


def test_never_refused_says_so() -> None:
    clock = watch(World(math.inf), Deletion(0.0, 0.0), length=5)
    assert clock.first_refused is None
    assert clock.watched >= 5
    assert clock.last_accepted > 4
    assert isinstance(clock.refusal, Missing)
    assert clock.refusal.because is Because.TIMED_OUT


def test_silence_decides_nothing() -> None:
    clock = watch(World(1.0, answers=dict.fromkeys(range(1000), 503)), Deletion(0.0, 0.0), length=3)
    assert (clock.accepted, clock.refused, clock.last_accepted, clock.first_refused) == (0, 0, 0.0, None)
    assert clock.undecided > 10


def test_a_refusal_at_the_very_end_is_still_confirmed() -> None:
    clock = watch(World(1.0), Deletion(0.0, 0.0), length=1.0)
    assert clock.first_refused is not None
    assert clock.refused == CONFIRMATIONS


def test_ends_before_the_runs_deadline() -> None:
    world = World(math.inf)
    watch(world, Deletion(0.0, 0.0), limit=2.0)
    assert world.now <= 2.0 + 2 * world.trip


def test_before_the_deletion_is_known_to_have_happened_the_watch_goes_on() -> None:
    world, deletion = World(50.0), Deletion(0.0)
    clock = watch(world, deletion, limit=100.0)
    assert clock.accepted > 20
    deletion.latest = 49.0
    assert clock.first_refused is not None
    assert clock.first_refused > 49
    assert clock.last_accepted == 0.0, "no time is known to have passed since the deletion"


@given(length=st.floats(0, 2000), interval=st.sampled_from([0.1, 0.5]))
def test_the_plan_announces_enough_polls(length: float, interval: float) -> None:
    world = World(math.inf, trip=0.0)
    limits = WatchLimits(interval=interval, length=length, limit=math.inf)
    subject = Watch(world.poll, token_accepted, Deletion(0.0, 0.0), world.clock, limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drill_clock, "asyncio", SimpleNamespace(sleep=world.sleep))
        asyncio.run(subject.run())
    assert len(world.sent) <= most_polls(length, interval)
