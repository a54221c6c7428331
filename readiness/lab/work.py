"""What all scenarios of a lab share, and how one says that it shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from readiness.config.application import Application as Settings
from readiness.lab.contacts import Contacts
from readiness.lab.subjects import Subjects
from readiness.model import Because
from readiness.traces import Declared


class Unfit(Exception):  # noqa: N818 - it says why a scenario shows nothing, which is no error
    """The scenario cannot show anything: why, in one sentence."""

    def __init__(self, because: Because, detail: str) -> None:
        super().__init__(detail)
        self.because, self.detail = because, detail


class Unconcerned(Exception):  # noqa: N818 - likewise
    """The scenario does not concern this application: what it has not."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Work:
    """What all scenarios of a lab share."""

    settings: Settings
    folder: Path
    """Of the config file."""
    base_env: Mapping[str, str]
    subjects: Subjects
    declared: Declared
    clock: Callable[[], float]
    """Seconds since the lab began."""
    contacts: Contacts
    """Filled as the application asks for hosts."""
    keep: bool = False


def main_action(settings: Settings) -> Literal["charge", "read"]:
    """A payment, if the application takes any."""
    return "charge" if settings.actions.charge is not None else "read"
