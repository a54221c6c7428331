"""Every error a user may meet.

ReadinessError            one clear sentence, and what to do next
├── ConfigError           the config file is wrong (exit 2); carries every problem at once
├── UsageError            an argument, waiver, attestation or input file is wrong (exit 2)
├── PluginError           a check or probe cannot be loaded (the run becomes incomplete)
├── SecretUnavailable     a secret reference gave no value (what needs it is unknown)
└── LeakError             the tripwire fired: the output was not written (exit 70)
"""

from __future__ import annotations

from collections.abc import Sequence


class ReadinessError(Exception):
    """A fault that is explained to the user in one sentence, never as a traceback.

    `message` says what happened and where; `hint`, if any, what to do next. Neither ever holds a secret.
    """

    exit_code = 70

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReadinessError):
    """An argument, or a file named by an argument, is wrong; nothing was run."""

    exit_code = 2


class ConfigError(UsageError):
    """The config file is wrong. `problems` are complete texts, each with its place; all are told at once."""

    def __init__(self, problems: Sequence[str], hint: str | None = None) -> None:
        super().__init__("\n\n".join(problems), hint)
        self.problems = tuple(problems)


class PluginError(ReadinessError):
    """A check or a probe cannot be loaded: its file fails to import, or its id is taken."""


class SecretUnavailable(ReadinessError):  # noqa: N818 - it names a state of the world, not a fault of ours
    """A secret reference gave no value: unset, empty, unreadable, timed out, or its extra is missing."""


class LeakError(ReadinessError):
    """A secret was about to be written; the output was withheld."""
