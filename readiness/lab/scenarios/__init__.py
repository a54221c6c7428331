"""Every scenario, in the order in which they are told."""

from __future__ import annotations

from readiness.lab.scenario import Scenario
from readiness.lab.scenarios.answers import DocumentedErrors, OddAnswers
from readiness.lab.scenarios.baseline import Baseline
from readiness.lab.scenarios.command_lines import CommandLines
from readiness.lab.scenarios.deleted_key import DeletedKey
from readiness.lab.scenarios.herd import Herd
from readiness.lab.scenarios.money import Declines, LostAnswer
from readiness.lab.scenarios.redirect import Redirect
from readiness.lab.scenarios.retries import Hanging, Throttled, Unavailable
from readiness.lab.scenarios.tokens import Expiry, Permanent401, RejectedToken, TokenOutage
from readiness.lab.scenarios.webhooks import Webhooks

BASELINE = Baseline()
"""Comes first: what it teaches about the application is given to all others."""

SCENARIOS: tuple[Scenario, ...] = (
    Hanging(),
    Expiry(),
    Herd(),
    TokenOutage(),
    Unavailable(),
    OddAnswers(),
    DeletedKey(),
    DocumentedErrors(),
    Throttled(),
    CommandLines(),
    RejectedToken(),
    Permanent401(),
    LostAnswer(),
    Declines(),
    Redirect(),
    Webhooks(),
)
"""The longest first, so that those side by side end together."""
