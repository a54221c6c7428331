"""Collects what happens in a scenario, from three sides, in one time line; and turns it into facts without a secret."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from readiness.emulator import EmbeddedEmulator
from readiness.emulator.core.journal import Entry
from readiness.lab.subjects import CardSearch, holds_code
from readiness.secret import Redactor
from readiness.traces import Call, Moment, Outcome, OutputLine, ScenarioTrace, Sighting, WebhookTry

MOST_CALLS = 600
"""Calls of a scenario that are kept, the first and the last; others are counted."""
MOST_LINES = 300
LONGEST_TEXT = 500
"""Characters of a line that are kept."""
SLACK = 0.3
"""Seconds after an action within which its log lines may still come."""


@dataclass
class Heard:
    """A line of output as it came, with when."""

    t: float
    text: str


class Recorder:
    """Thread-safe for what comes from outside: the emulator's thread and those that read output."""

    def __init__(self, emulator: EmbeddedEmulator) -> None:
        self._loop = asyncio.get_running_loop()
        self._emulator = emulator
        self._start = emulator.core.clock.real()
        self._changed = asyncio.Event()
        self.entries: list[Entry] = []
        self.heard: list[Heard] = []
        self.outcomes: list[Outcome] = []
        self.codes: dict[int, str] = {}
        """Index of an outcome -> the security code that its payment had."""
        self.webhooks: list[WebhookTry] = []
        self.moments: list[Moment] = []
        self.elsewhere: list[Call] = []
        emulator.core.journal.watch(self._arrived)

    def now(self) -> float:
        """Seconds since the scenario began."""
        return self._emulator.core.clock.real() - self._start

    def at(self, real: float) -> float:
        """A time of the emulator's clock on the scenario's."""
        return real - self._start

    def _arrived(self, entry: Entry) -> None:
        if entry.ended_at is None:
            self.entries.append(entry)
        self.wake()

    def line(self, text: str) -> None:
        """The application wrote a line."""
        self.heard.append(Heard(self.now(), text))
        self.wake()

    def wake(self) -> None:
        """Let waiting scenarios look again."""
        self._loop.call_soon_threadsafe(self._changed.set)

    async def until(self, met: Callable[[], bool], within: float) -> bool:
        """Wait until something holds that calls, output or processes bring about; whether it does."""
        end = self.now() + within
        while not met():
            left = end - self.now()
            if left <= 0:
                return False
            self._changed.clear()
            if met():
                break
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return met()
        return True

    def arranged(self, text: str) -> None:
        """Note something that the lab did."""
        self.moments.append(Moment(t=self.now(), kind="arranged", text=text))

    def process_news(self, text: str) -> None:
        """Note what became of a process."""
        self.moments.append(Moment(t=self.now(), kind="process", text=text))


@dataclass
class Reading:
    """Turns what was recorded into facts. `redactor` knows everything secret that the scenario has seen."""

    recorder: Recorder
    redactor: Redactor
    cards: CardSearch
    fingerprints: dict[str, str]
    """Fingerprint, as the emulator's journal shows it -> what it is of: `token`, `client secret`."""
    command_lines: set[tuple[float, str, bytes]] = field(default_factory=set)

    def calls(self) -> list[Call]:
        """The calls in order, elsewhere included; of very many the first and the last."""
        seen = [self._call(entry) for entry in self._kept()]
        return sorted([*seen, *self.recorder.elsewhere], key=lambda call: call.t)

    def _kept(self) -> list[Entry]:
        entries, half = self.recorder.entries, MOST_CALLS // 2
        return entries if len(entries) <= MOST_CALLS else [*entries[:half], *entries[-half:]]

    def learn_codes(self, codes: Mapping[str, str]) -> None:
        """Note the security codes that payments had which the lab did not choose. `codes`: fingerprint -> code."""
        for number, outcome in enumerate(self.recorder.outcomes):
            for entry in self._kept():
                in_time = outcome.started <= self.recorder.at(entry.received_at) <= outcome.ended
                if in_time and number not in self.recorder.codes and (code := codes.get(_security_code(entry.body))):
                    self.recorder.codes[number] = code

    def _call(self, entry: Entry) -> Call:
        body = entry.body if isinstance(entry.body, dict) else {}
        at = self.recorder.at
        return Call(
            t=round(at(entry.received_at), 4),
            ended=None if entry.ended_at is None else round(at(entry.ended_at), 4),
            environment=entry.environment,
            host=entry.host,
            method=entry.method,
            path=entry.target[:LONGEST_TEXT],
            status=entry.status,
            fault=entry.fault,
            token_state=entry.token_state,
            token=entry.token,
            client_id=entry.client_id,
            idempotency_key=entry.headers.get("idempotency-key"),
            amount=_number(body.get("baseAmount")),
            reference=_text(body.get("referenceId")),
            committed=entry.committed,
            replayed=entry.replayed,
            exposes=tuple(self._exposed(entry)),
        )

    def _exposed(self, entry: Entry) -> Iterable[str]:
        """Secrets that stand where they do not belong: everywhere but the Authorization header and a mint's form."""
        places = {
            "the URL": unquote(entry.target),
            "a header": json.dumps({k: v for k, v in entry.headers.items() if not k.endswith("authorization")}),
            "the body": json.dumps(entry.body),
        }
        for place, text in places.items():
            for found in dict.fromkeys(re.findall(r"hmac:[0-9a-f]{16}", text)):
                what = self.fingerprints.get(found)
                own_place = entry.host == "oauth" and place == "the body" and what != "access token"
                if what and not own_place:
                    yield f"{what} in {place}"

    def output(self) -> tuple[OutputLine, ...]:
        """The lines, redacted; those that hold something are kept first if there are too many."""
        leaks = self._code_leaks()
        lines = []
        for index, heard in enumerate(self.recorder.heard):
            holds = [*self.cards.find(heard.text), *self.names(heard.text)]
            if index in leaks and "security code" not in holds:
                holds.append("security code")
            lines.append(OutputLine(t=round(heard.t, 4), text=self.redacted(heard.text), holds=tuple(holds)))
        if len(lines) > MOST_LINES:
            telling = [line for line in lines if line.holds][: MOST_LINES // 2]
            rest = [line for line in lines if not line.holds]
            half = (MOST_LINES - len(telling)) // 2
            lines = sorted([*telling, *rest[:half], *rest[-half:]], key=lambda line: line.t)
        return tuple(lines)

    def _code_leaks(self) -> set[int]:
        """Lines that hold the security code of the payment under way.

        Three digits match by chance now and then; that two payments show their codes while they are made is no chance.
        """
        leaks: set[int] = set()
        guilty: set[int] = set()
        for number, code in self.recorder.codes.items():
            outcome = self.recorder.outcomes[number]
            for index, heard in enumerate(self.recorder.heard):
                if outcome.started <= heard.t <= outcome.ended + SLACK and holds_code(heard.text, code):
                    leaks.add(index)
                    guilty.add(number)
        return leaks if len(guilty) > 1 else set()

    def redacted(self, text: str) -> str:
        """A text that may be kept."""
        text = self.redactor.text(text)
        return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"

    def names(self, text: str) -> list[str]:
        """The secrets that stand in a text."""
        return list(dict.fromkeys(hit.name for hit in self.redactor.find(text.encode("utf-8", "replace"))))

    def sightings(self) -> tuple[Sighting, ...]:
        """Secrets in command lines, each program and secret once."""
        found: dict[tuple[str, str], Sighting] = {}
        for t, program, line in sorted(self.command_lines):
            for hit in self.redactor.find(line):
                found.setdefault((program, hit.name), Sighting(t=round(t, 4), program=program, what=hit.name))
        return tuple(found.values())

    def trace(self, *, story: str, expected: str, began: float, waited: float, cut: bool) -> ScenarioTrace:
        """Everything, as evidence."""
        calls = self.calls()
        return ScenarioTrace(
            story=story,
            expected=expected,
            began=round(began, 3),
            duration=round(self.recorder.now(), 3),
            waited=round(waited, 3),
            calls=tuple(calls),
            calls_dropped=len(self.recorder.entries) + len(self.recorder.elsewhere) - len(calls),
            outcomes=tuple(self.recorder.outcomes),
            webhooks=tuple(self.recorder.webhooks),
            output=self.output(),
            output_cut=cut,
            moments=tuple(self.recorder.moments),
            sightings=self.sightings(),
            command_lines=len({line for _, _, line in self.command_lines}),
        )


def _security_code(body: object) -> str:
    """What stands under that name in the body of a payment: a fingerprint, for the journal holds no code."""
    for name in ("transactionDetails", "cardData", "paymentMethodDetails", "securityCode"):
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, str) else ""


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value[:100] if isinstance(value, str) else None
