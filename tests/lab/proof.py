"""What the matrix proves, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from readiness.model import Severity, Status
from tests.lab.trials import INTERCEPTED, Trial, Verdicts, failed, severities

DOCUMENT = Path(__file__).parents[2] / "docs" / "lab-proof.md"

RELATED: Mapping[str, Mapping[str, str]] = {
    "never-sends-expired-token": {
        "recovers-from-401": "what makes a 401 for an expired token hurt is that nothing is done about it",
    },
    "idempotency-key-on-mutations": {
        "idempotency-key-reused": "without a key, the retry has none to carry again",
    },
    "no-pan-in-logs": {
        "no-cvv-in-logs": "whoever logs the body of a sale logs its security code, too",
    },
}
"""Blockers that may blame a fault besides its own check, and why: there it is the same mistake."""


def problems(found: Mapping[Trial, Verdicts]) -> list[str]:
    """False alarms and misses, one a line."""
    wrong = []
    for trial, verdicts in found.items():
        wrong += _missed(trial, verdicts) if trial.fault else _blamed(trial, verdicts)
    return wrong


def _blamed(trial: Trial, verdicts: Verdicts) -> list[str]:
    """Whatever is said of a good application beside that it is good."""
    excused = set() if trial.intercepted else {INTERCEPTED}
    good = {Status.PASSED, Status.NOT_APPLICABLE}
    return [
        f"{trial}: `{slug}` is {verdict.status.value}: {verdict.summary}{_quotes(verdict.findings)}"
        for slug, verdict in verdicts.items()
        if verdict.status not in good and slug not in excused
    ]


def _missed(trial: Trial, verdicts: Verdicts) -> list[str]:
    """A fault that its check did not find, and unrelated blockers that blame it."""
    wrong = []
    own = verdicts[trial.slug]
    if own.status is not Status.FAILED:
        wrong.append(f"{trial}: missed, `{trial.slug}` is {own.status.value}: {own.summary}{_quotes(own.findings)}")
    weight = severities()
    for slug in failed(verdicts):
        if slug != trial.slug and slug not in RELATED.get(trial.slug, {}) and weight[slug] is Severity.BLOCKER:
            verdict = verdicts[slug]
            wrong.append(f"{trial}: blamed by `{slug}`: {verdict.summary}{_quotes(verdict.findings)}")
    return wrong


def _quotes(findings: tuple[object, ...]) -> str:
    return "".join(f"\n        {getattr(finding, 'message', finding)}" for finding in findings[:6])


HEAD = """\
# Proof that the lab judges rightly

Six small payment services, written in the way people write them with those tools (`tests/apps`), were run in the lab:
as they are, and with one fault at a time, each fault named after the check that has to find it. `make lab-proof` runs
them again and writes this page; the slow tests do the same and compare.

- **caught**: the check failed the faulty application.
- **MISSED**: it did not.
- **passed**: the application as it is passed the check. **n/a**: the check does not concern it.
- **—**: there is no such fault for these tools.
"""


def render(found: Mapping[Trial, Verdicts]) -> str:
    """The document."""
    apps = list(dict.fromkeys(trial.app for trial in found))
    wrong = problems(found)
    faulty = [trial for trial in found if trial.fault]
    caught = sum(found[trial][trial.slug].status is Status.FAILED for trial in faulty)
    lines = [
        HEAD,
        f"{caught} of {len(faulty)} faults are caught. "
        + (f"{len(wrong)} things are wrong:" if wrong else "No good application is blamed, and no fault by a blocker")
        + ("" if wrong else " that it has nothing to do with."),
        "",
        *(f"- {line.partition(chr(10))[0]}" for line in wrong),
        *([""] if wrong else []),
        "## Faults",
        "",
        *_table(
            ["Fault", *apps], [[f"`{fault}`", *(_mark(found, app, fault) for app in apps)] for fault in _names(found)]
        ),
        "",
        "## The applications as they are",
        "",
        *_table(
            ["Check", *apps], [[f"`{slug}`", *(_state(found, app, slug) for app in apps)] for slug in severities()]
        ),
        "",
        f"`{INTERCEPTED}` needs the intercepting proxy, behind which a client must be able to work:",
        "those marked unknown are not run behind it.",
        "",
        "## Blame that is shared",
        "",
        "A fault may be blamed by one more blocker where it is the same mistake:",
        "",
        *(f"- `{fault}` by `{slug}`: {why}." for fault, others in RELATED.items() for slug, why in others.items()),
    ]
    return "\n".join(lines) + "\n"


def _names(found: Mapping[Trial, Verdicts]) -> list[str]:
    known = {trial.fault for trial in found if trial.fault}
    return [name for slug in severities() for name in (slug, f"{slug}-2") if name in known]


def _mark(found: Mapping[Trial, Verdicts], app: str, fault: str) -> str:
    trial = Trial(app, fault, fault == INTERCEPTED)
    if trial not in found:
        return "—"
    return "caught" if found[trial][trial.slug].status is Status.FAILED else "**MISSED**"


def _state(found: Mapping[Trial, Verdicts], app: str, slug: str) -> str:
    trial = Trial(app, intercepted=slug == INTERCEPTED)
    verdicts = found.get(trial) or found[Trial(app)]
    words = {Status.PASSED: "passed", Status.NOT_APPLICABLE: "n/a", Status.UNKNOWN: "unknown"}
    return words.get(verdicts[slug].status, "**BLAMED**")


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]
