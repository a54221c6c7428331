"""The words that every format uses for statuses, reasons and areas, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from readiness.model import Because, Environment, Kind, Status
from readiness.result import Readiness, Result
from readiness.wording import plural

EMULATED = "embedded emulator: a demonstration, not evidence about the live service"
"""Stands beside every environment that the tool's own emulator played."""

POINT_IN_TIME = (
    "This review describes one point in time. It supports a go-live decision with evidence; it certifies nothing, and "
    "it replaces neither the vendor's review nor an assessor's."
)

STATUS = {
    "failed": "Failed",
    "unknown": "Unknown",
    "waived": "Failed, waived",
    "attested": "Attested",
    "not_applicable": "Not applicable",
    "passed": "Passed",
}
"""In the order in which reports show them."""

READINESS = {
    Readiness.READY: "Ready",
    Readiness.READY_WITH_WAIVERS: "Ready with waivers",
    Readiness.NOT_READY: "Not ready",
    Readiness.INCOMPLETE: "Incomplete",
}

BECAUSE = {
    Because.NOT_CONFIGURED: "the config does not say what would be needed",
    Because.NOT_PERMITTED: "a permission was not given",
    Because.UNREACHABLE: "it could not be reached or read",
    Because.TIMED_OUT: "it was not finished in time, or was stopped",
    Because.REFUSED: "the request was refused",
    Because.CRASHED: "a part of the tool or a plug-in broke",
    Because.NOT_ATTESTED: "nobody vouches for it, or no longer",
}

KIND = {
    Kind.STATIC: "from configuration and files",
    Kind.LIVE: "from live requests",
    Kind.BEHAVIOUR: "from the running application",
    Kind.ATTESTATION: "from a person's word",
}

GLOSSARY = (
    ("Passed", "the condition was observed to hold."),
    ("Failed", "the condition was observed not to hold."),
    ("Unknown", "the evidence decides nothing: it is missing, partial or ambiguous. Unknown never counts as passed."),
    ("Waived", "failed, and its owner accepts it until a stated day. It stays a failure, and stays visible."),
    ("Attested", "not measured: a named person vouches for it until a stated day."),
    ("Not applicable", "the question does not arise for this integration."),
    ("Blocker", "money, keys or card data are at risk; going live would be wrong."),
    ("Major", "payments or operations will suffer."),
    ("Minor", "worth fixing; going live does not depend on it."),
    ("Info", "a remark."),
    ("Gate", "the severity from which failures and unknowns stand in the way of the verdict."),
    ("Required check", "a check at or above the gate that applies to this integration."),
    ("Evidence", "redacted facts that the run gathered, stored as data; every finding points into it."),
    ("Ledger", "the list of every request that the run sent."),
    ("Correlation id", "the vendor's name for one request; support finds the request by it."),
    ("Drill", "a key is made in the sandbox, used, deleted, and watched until it is refused."),
    ("Emulator", "the tool's own copy of the vendor's API on this computer. What it shows is a demonstration."),
)


def group_of(result: Result) -> str:
    """The key into `STATUS`: a failure under a waiver is a group of its own."""
    return "waived" if result.status is Status.FAILED and result.waiver is not None else result.status.value


def environment_word(environment: Environment | None) -> str:
    """How the scope of a result reads; a check without environment concerns the whole integration."""
    return "whole integration" if environment is None else str(environment)


def verdict_words(readiness: Readiness, waivers: int) -> str:
    """The verdict as the head of a report shouts it."""
    if readiness is Readiness.READY_WITH_WAIVERS:
        return f"READY WITH {plural(waivers, 'waiver').upper()}"
    return READINESS[readiness].upper()


def utc(moment: datetime) -> str:
    """`2026-11-24 06:32:10 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def seconds(value: float) -> str:
    """A duration as a reader says it: `850 ms`, `12.5 s`, `3 min 20 s`, `1 h 5 min`."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def fix_label(group: str) -> str:
    """How to name a remediation: what is unknown has not failed, so that there may be nothing to fix."""
    return "Should it fail" if group == "unknown" else "How to fix"


def share_statement(searched: Mapping[str, int]) -> str:
    """What was done before the file was written, so that it can be handed on."""
    secrets = searched.get("secrets", 0)
    if not secrets:
        return "The run knew no secret, so that none could be searched for in this file."
    forms = plural(searched.get("forms", 0), "form")
    return (
        f"Before anything was written, the output of this run was searched for {plural(secrets, 'known secret')} in "
        f"{forms}; none was found in it."
    )


def lead(text: str) -> str:
    """The first paragraph."""
    return re.split(r"\n\s*\n", text.strip())[0]
