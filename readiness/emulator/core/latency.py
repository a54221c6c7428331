"""How late an answer is by the settings."""

from __future__ import annotations

from fnmatch import fnmatchcase

from readiness.emulator.settings import Settings


def latency_of(settings: Settings, path: str) -> float:
    """Real seconds to wait before the answer to a request with that path."""
    latency = settings.latency
    if not isinstance(latency, dict):
        return latency
    return next((seconds for pattern, seconds in latency.items() if fnmatchcase(path, pattern)), 0.0)
