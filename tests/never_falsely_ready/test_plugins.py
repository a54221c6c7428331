"""A plug-in that breaks, or a run that is interrupted, never ends as ready."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.audit import Audit
from readiness.cli.session import exit_code
from readiness.model import Because, Status
from readiness.result import Readiness
from tests.complete import Complete
from tests.never_falsely_ready.relied import RELIES

PLUGIN = '''
from readiness.api import Configuration, Kind, Severity, Verdict, check

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.STATIC, needs=[Configuration])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    BODY
'''
PROBE = """
import asyncio, os, signal, sys
from typing import ClassVar
from readiness.evidence import Evidence
from readiness.probe import Probe

class Tide(Evidence):
    kind: ClassVar[str] = "tide"

class TideProbe(Probe):
    evidence = Tide
    per_environment = False
    def plan(self, config, environment):
        PLAN
        return []
    async def gather(self, context):
        GATHER
        return Tide()
"""
NEEDS_TIDE = "from ..probes import Tide\n" + PLUGIN.replace("needs=[Configuration]", "needs=[Tide]")


def plugged(integration: Complete, folder: Path, monkeypatch: pytest.MonkeyPatch, *areas: str, **files: str) -> Audit:
    """Audit the integration, which is in order, with a plug-in."""
    for name, text in files.items():
        path = folder / "ops" / ("probes.py" if name == "probes" else f"acme/{name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    config = {**integration.stage.config, "plugins": [str(folder / "ops")]}
    monkeypatch.setattr(integration.stage, "config", config)
    return integration.audit(only=(*RELIES, *areas), skip=())


def acme(audit: Audit) -> tuple[Status, Because | None]:
    (row,) = [row for row in audit.result.results if row.area == "acme"]
    return row.status, row.because


CRASHED = (Status.UNKNOWN, Because.CRASHED)


@pytest.mark.parametrize(
    ("body", "ready"),
    [
        ("return Verdict.passed('seen')", True),
        ("raise RuntimeError('x')", False),
        ("import sys; sys.exit(0)", False),
        ("return None", False),
        ("return 'passed'", False),
    ],
)
def test_a_check_of_a_plugin(
    body: str, ready: bool, integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = plugged(integration, tmp_path, monkeypatch, "acme", rule=PLUGIN.replace("BODY", body))
    assert exit_code(audit.result) == (0 if ready else 3)
    assert acme(audit) == ((Status.PASSED, None) if ready else CRASHED)


@pytest.mark.parametrize(
    "does",
    [
        {},
        {"GATHER": "raise RuntimeError('x')"},
        {"GATHER": "sys.exit(0)"},
        {"GATHER": "return None"},
        {"GATHER": "raise asyncio.CancelledError"},
        {"PLAN": "raise RuntimeError('x')"},
        {"PLAN": "sys.exit(0)"},
        {"PLAN": "return None"},
    ],
    ids=str,
)
def test_a_probe_of_a_plugin(
    does: dict[str, str], integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes = PROBE.replace("PLAN", does.get("PLAN", "pass")).replace("GATHER", does.get("GATHER", "pass"))
    rule = NEEDS_TIDE.replace("BODY", "return Verdict.passed('seen')")
    audit = plugged(integration, tmp_path, monkeypatch, "acme", probes=probes, rule=rule)
    assert exit_code(audit.result) == (3 if does else 0)
    assert acme(audit)[0] is (Status.UNKNOWN if does else Status.PASSED)


@pytest.mark.parametrize("text", ["raise RuntimeError('x')", "import sys; sys.exit(0)", "import nowhere_at_all", "("])
def test_a_plugin_that_cannot_be_imported(
    text: str, integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = plugged(integration, tmp_path, monkeypatch, rule=text)
    assert audit.result.verdict is Readiness.INCOMPLETE
    assert exit_code(audit.result) == 3
    assert all(row.status is not Status.FAILED for row in audit.result.results)


def test_an_interrupted_run(integration: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gather = "os.kill(os.getpid(), signal.SIGINT); await asyncio.Event().wait()"
    probes = PROBE.replace("PLAN", "pass").replace("GATHER", gather)
    rule = NEEDS_TIDE.replace("BODY", "return Verdict.passed('seen')")
    audit = plugged(integration, tmp_path, monkeypatch, "acme", probes=probes, rule=rule)
    assert audit.result.run.interrupted
    assert audit.result.verdict is Readiness.INCOMPLETE
    assert exit_code(audit.result) == 130
