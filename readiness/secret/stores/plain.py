"""Values that are at hand: written in the config, made by the embedded emulator, or in the environment."""

from __future__ import annotations

import os
from typing import Any

from readiness.errors import SecretUnavailable
from readiness.secret.stores.interface import StoreContext


class LiteralStore:
    """The value itself stands in the config; `secret-is-a-reference` fails for it."""

    name = "literal"
    manager = False

    def describe(self, _spec: Any) -> str:
        """Not the value."""
        return "a value written in the config"

    def read(self, spec: Any, _context: StoreContext) -> str:
        """The value."""
        return str(spec)


class EmulatorStore(LiteralStore):
    """Keys of the embedded emulator, made for this run."""

    name = "emulator"

    def describe(self, _spec: Any) -> str:
        """Not the value."""
        return "a key of the embedded emulator"


class EnvironmentStore:
    """An environment variable. Who put it there is told by `injected_by`."""

    name = "env"
    manager = False

    def describe(self, spec: Any) -> str:
        """The variable's name."""
        return f"env {spec}"

    def read(self, spec: Any, _context: StoreContext) -> str:
        """The variable's value."""
        value = os.environ.get(spec)
        if value is None:
            raise SecretUnavailable(f"the environment variable {spec} is not set")
        return value
