"""What a scenario works with: an emulator of its own, the application under it, and ways to act and to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from readiness.config.application import HttpRequest
from readiness.emulator import EmbeddedEmulator
from readiness.emulator.core.journal import Entry
from readiness.lab.actions import KEPT_BODY, Seen, perform
from readiness.lab.command_lines import Line
from readiness.lab.http import AppClient
from readiness.lab.launcher import Launcher, free_port
from readiness.lab.recorder import Reading, Recorder
from readiness.lab.subjects import CODES, DECLINED, CardSearch, Key
from readiness.lab.vendor import Vendor
from readiness.lab.work import Unfit, Work, main_action
from readiness.model import Because
from readiness.secret import Redactor, Secret
from readiness.traces import Habits, Outcome, ScenarioTrace

TOKEN_LIFE = 900
"""Seconds that tokens live unless a scenario says otherwise: what the vendor documents."""
PATIENCE = 20.0
"""Seconds that an action may take unless a scenario says otherwise."""
LAST_LINES = 6
"""Lines of output that a reason quotes."""
ActionName = Literal["charge", "read", "rekey"]


@dataclass
class Bench:
    """One scenario's workbench. Times are seconds since the scenario began."""

    work: Work
    emulator: EmbeddedEmulator
    recorder: Recorder
    client: AppClient
    launcher: Launcher
    habits: Habits | None
    values: dict[str, str]
    vendor: Vendor
    facts: dict[str, Any] = field(default_factory=dict)
    command_lines: set[Line] = field(default_factory=set)
    waited: float = 0.0
    paused: float = 0.0
    _waiting: int = 0
    _waits_since: float = 0.0
    _payments: int = 0

    # --- what the application is made to do

    @property
    def main(self) -> Literal["charge", "read"]:
        """The action that stands for the application's work: a payment if it takes any."""
        return main_action(self.work.settings)

    def has(self, action: ActionName) -> bool:
        """Whether the config says how the application is made to do that."""
        return getattr(self.work.settings.actions, action) is not None

    async def act(
        self, step: str, name: ActionName | None = None, *, card: str = "", limit: float = PATIENCE, amount: str = ""
    ) -> Outcome:
        """Have an action done once; the main one unless another is named."""
        name = name or self.main
        action = getattr(self.work.settings.actions, name)
        values = self._payment(card, amount) if name == "charge" else dict(self.values)
        started = self.recorder.now()
        with self.waiting():
            seen: Seen = await perform(action, values, client=self.client, launcher=self.launcher, limit=limit)
        return self._note(step, name, started, seen, values if name == "charge" else {})

    async def act_together(self, step: str, count: int, *, name: ActionName | None = None) -> list[Outcome]:
        """Several callers at once."""
        return list(await asyncio.gather(*(self.act(step, name) for _ in range(count))))

    async def healthy(self, step: str = "prime", name: ActionName | None = None) -> Outcome:
        """An action that must succeed, or the scenario shows nothing. Raises Unfit."""
        outcome = await self.act(step, name)
        if not outcome.success:
            detail = f"`{outcome.action}` does not succeed although nothing is wrong: {outcome}."
            raise Unfit(Because.UNREACHABLE, f"{detail} {self.last_lines()}".strip())
        return outcome

    def _payment(self, card: str, amount: str) -> dict[str, str]:
        """Each payment has its own amount, reference and security code, by which it is told from the others."""
        number, self._payments = self._payments, self._payments + 1
        amount = amount or f"{21 + number}.{37 + number % 60:02d}"
        further = {
            "amount": amount,
            "dollars": amount,
            "cents": amount.replace(".", ""),
            "card": card or self.work.subjects.card,
            "cvv": CODES[number % len(CODES)],
            "reference": f"lab-{number}-{self.values['port']}",
        }
        return {**self.values, **further}

    def _note(self, step: str, name: ActionName, started: float, seen: Seen, payment: Mapping[str, str]) -> Outcome:
        action = getattr(self.work.settings.actions, name)
        if payment and "{cvv}" in action.model_dump_json():
            self.recorder.codes[len(self.recorder.outcomes)] = payment["cvv"]
        outcome = Outcome(
            step=step,
            action=name,
            started=round(started, 4),
            ended=round(self.recorder.now(), 4),
            status=seen.status,
            exit_code=seen.exit_code,
            body=seen.text[:KEPT_BODY],
            success=seen.success,
            by_status_alone=action.success.json_body is None,
            trouble=seen.trouble,
            amount=float(payment["amount"]) if payment else None,
        )
        self.recorder.outcomes.append(outcome)
        return outcome

    async def restart(self) -> None:
        """Stop the server and start it with the values of now."""
        assert self.launcher.server
        with self.waiting():
            await self.launcher.end(self.launcher.server)
            self.values["port"] = str(free_port())
            await self.launcher.serve(self.values, self.client)

    def use_key(self, key: Key) -> None:
        """What `{client_id}` and `{client_secret}` mean from now on."""
        self.values |= {"client_id": key.client_id, "client_secret": key.client_secret}

    async def rekey(self, step: str) -> Outcome:
        """Give the application the key that the values hold, as the config says."""
        action = self.work.settings.actions.rekey
        assert action is not None
        if not action.restart:
            return await self.act(step, "rekey")
        started = self.recorder.now()
        await self.restart()
        return self._note(step, "rekey", started, Seen(None, 0, "", success=True, trouble=None), {})

    # --- waiting

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the time in the block as spent on the application; blocks that overlap count once."""
        if self._waiting == 0:
            self._waits_since = self.recorder.now()
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self.waited += self.recorder.now() - self._waits_since

    async def pause(self, seconds: float) -> None:
        """Let the application's own clock run on: for what only time brings about."""
        began = self.recorder.now()
        with self.waiting():
            await asyncio.sleep(max(seconds, 0.0))
        self.paused += self.recorder.now() - began

    async def until(self, met: Callable[[], bool], within: float) -> bool:
        """Wait for something that calls, output or processes bring about."""
        with self.waiting():
            return await self.recorder.until(met, within)

    async def alongside(self, acting: Coroutine[Any, Any, Outcome], met: Callable[[], bool], within: float) -> bool:
        """Wait for something that an action brings about; if it does not come about, the action is given up."""
        task = asyncio.create_task(acting)
        try:
            if seen := await self.until(met, within):
                await task
            return seen
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def entries(self) -> list[Entry]:
        """Every request that has arrived so far."""
        return list(self.recorder.entries)

    # --- what is read

    async def read_text(self, wanted: HttpRequest) -> str | None:
        """What a probe of the config answers; None where it gives no 2xx."""
        with self.waiting():
            try:
                answer = await asyncio.wait_for(self.client.request(wanted, self.values), PATIENCE)
            except TimeoutError:
                return None
        return answer.text if answer.status is not None and 200 <= answer.status < 300 else None

    def alive(self) -> bool:
        """Whether the server runs; true where there is none."""
        return self.launcher.server is None or self.launcher.server.exit_code in {None, 0}

    def last_lines(self) -> str:
        """The end of the application's output, for a reason; redacted."""
        lines = [heard.text for heard in self.recorder.heard if heard.text.strip()][-LAST_LINES:]
        if not lines:
            return "It wrote nothing."
        redactor = self._redactor()
        return "It wrote: " + " / ".join(redactor.text(line)[:200] for line in lines)

    # --- the end

    def names(self, data: bytes) -> list[str]:
        """The secrets that stand in data that came from the application."""
        cards = CardSearch([self.work.subjects.card, *DECLINED.values()])
        found = cards.find(data.decode("utf-8", "replace"))
        return list(dict.fromkeys([*found, *(hit.name for hit in self._redactor().find(data))]))

    def _redactor(self) -> Redactor:
        """Knows the lab's secrets and every token that the emulator has issued."""
        redactor = Redactor()
        self.work.subjects.introduce(redactor)
        for token in self.vendor.tokens():
            redactor.add(Secret(token, "access token"))
        return redactor

    def trace(self, story: str, expected: str, began: float) -> ScenarioTrace:
        """Everything that happened, as evidence."""
        redactor = self._redactor()
        subjects = self.work.subjects
        known = self.vendor.fingerprints(
            {
                subjects.key.client_secret: "client secret",
                subjects.next_key.client_secret: "client secret",
                subjects.webhook_secret: "webhook secret",
            }
        )
        cards = CardSearch([subjects.card, *DECLINED.values()])
        reading = Reading(self.recorder, redactor, cards, known, self.command_lines)
        reading.learn_codes(self.vendor.codes())
        self.recorder.outcomes[:] = [_redacted(outcome, reading) for outcome in self.recorder.outcomes]
        trace = reading.trace(story=story, expected=expected, began=began, waited=self.waited, cut=self.launcher.cut)
        return trace.model_copy(update={"facts": self.facts, "paused": round(min(self.paused, self.waited), 3)})


def _redacted(outcome: Outcome, reading: Reading) -> Outcome:
    trouble = None if outcome.trouble is None else reading.redactor.text(outcome.trouble)
    return outcome.model_copy(
        update={
            "body": reading.redactor.text(outcome.body),
            "trouble": trouble,
            "holds": tuple(reading.names(outcome.body)),
        }
    )
