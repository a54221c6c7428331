"""What a scenario arranges at the emulated vendor. Everything is noted in the time line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from readiness.emulator import EmbeddedEmulator
from readiness.emulator.core.emulator import EmulatorCore
from readiness.emulator.core.faults import FaultRule
from readiness.emulator.core.journal import Entry
from readiness.lab.recorder import Recorder
from readiness.lab.subjects import Key
from readiness.model import Environment

MOST_TOKENS = 100
"""Tokens that are searched for, the first and the last of them: an application in a hot loop mints thousands."""


class Vendor:
    """One scenario's emulator.

    `main` is the action that stands for the application's work, `home` the environment that it works with.
    """

    def __init__(
        self, emulator: EmbeddedEmulator, recorder: Recorder, main: Literal["charge", "read"], home: Environment
    ) -> None:
        self._emulator = emulator
        self._recorder = recorder
        self._main = main
        self._home = home

    def arrange(self, text: str, change: Callable[[EmulatorCore], Any]) -> Any:
        """Change the emulator, and note it in the time line."""
        self._recorder.arranged(text)
        return self._emulator.perform(change)

    def settings(self, text: str, **changes: Any) -> None:
        """Change the emulator's settings."""

        def change(core: EmulatorCore) -> None:
            core.settings = type(core.settings).model_validate({**core.settings.model_dump(), **changes})

        self.arrange(text, change)

    def fault(self, text: str, fault: Mapping[str, Any], *, times: int | None = None, **match: Any) -> None:
        """Make requests fail; `match` says which (method, path, host)."""
        rule = FaultRule.model_validate(
            {"environment": self._home, "match": match, "times": times, "fault": dict(fault)}
        )
        self.arrange(text, lambda core: core.faults.add(rule))

    def main_fault(self, text: str, fault: Mapping[str, Any], *, times: int | None = None) -> None:
        """Make the main action's own request fail: the payment, or any read."""
        if self._main == "charge":
            self.fault(text, fault, times=times, method="POST", path="/v2/transactions")
        else:
            self.fault(text, fault, times=times, host="api")

    def is_main(self, entry: Entry) -> bool:
        """Whether `main_fault` would mean this request."""
        if self._main == "charge":
            return entry.method == "POST" and entry.target.partition("?")[0] == "/v2/transactions"
        return entry.host == "api"

    def heal(self) -> None:
        """All faults end."""
        self.arrange("all faults end", lambda core: core.faults.clear())

    def advance(self, seconds: float, text: str) -> None:
        """Move the vendor's clock, not the application's."""
        self.arrange(text, lambda core: core.clock.advance(seconds))

    def delete_key(self, client_id: str) -> None:
        """Delete the application's key, as somebody would in the portal."""
        self.arrange(
            "the application's key is deleted",
            lambda core: core.environments[self._home].keys.delete(client_id, core.clock.now(), core.settings),
        )

    def make_key(self, key: Key) -> None:
        """Make a key, as somebody would in the portal."""

        def make(core: EmulatorCore) -> None:
            state = core.environments[self._home]
            owner, now = state.account.merchant_id, core.clock.now()
            state.keys.create("merchant", owner, "Lab", now, client_id=key.client_id, client_secret=key.client_secret)

        self._emulator.perform(make)

    def transactions(self) -> list[str]:
        """Ids of the transactions that the application made."""
        return self._emulator.perform(lambda core: core.environments[self._home].transactions.ids())

    def tokens(self) -> list[str]:
        """Every token that was issued, or enough of them."""
        return _ends(list(self._emulator.core.environments[self._home].tokens.values()))

    def codes(self) -> dict[str, str]:
        """Every security code of three digits by its fingerprint, to know the codes that payments had."""
        fingerprint = self._emulator.core.redaction.fingerprint
        return {fingerprint(f"{number:03}"): f"{number:03}" for number in range(1000)}

    def fingerprints(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """What the journal shows in the place of secrets -> what they are. `secrets`: value -> what it is."""
        fingerprint = self._emulator.core.redaction.fingerprint
        access = _ends(list(self._emulator.core.environments[self._home].tokens.access_values()))
        return {
            **{fingerprint(value): what for value, what in secrets.items()},
            **{fingerprint(token): "access token" for token in access},
        }


def _ends(tokens: list[str]) -> list[str]:
    half = MOST_TOKENS // 2
    return tokens if len(tokens) <= MOST_TOKENS else [*tokens[:half], *tokens[-half:]]
