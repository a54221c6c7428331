"""A faithful local copy of the Aurora API, for audits, the lab and tests. It never talks to anything but loopback."""

from __future__ import annotations

from readiness.emulator.embedded import EmbeddedEmulator
from readiness.emulator.settings import Settings

__all__ = ["EmbeddedEmulator", "Settings"]
