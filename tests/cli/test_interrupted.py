"""Ctrl-C and SIGTERM, sent to the real command while a request of its hangs in the emulator."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import LIVE, read
from tests.complete import Complete

READ = "/v2/settings/payment-config"


class Running:
    """The command, at the moment when a request of its hangs."""

    def __init__(self, integration: Complete, *arguments: str, kind: str = "hang") -> None:
        self.folder = integration.stage.folder
        integration.stage.config["policy"]["request_timeout"] = "60s"
        integration.stage.control.fault(kind, match={"path": READ})
        command = ["run", str(integration.stage.write()), "-o", "json=r.json", "--save-evidence", "e.json", *arguments]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "readiness", *command],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        integration.stage.control.wait_for(lambda: integration.stage.control.journal("GET", READ))

    def ended(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def running(integration: Complete) -> Iterator[Running]:
    made = Running(integration, *LIVE)
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_partial_report_is_written_and_says_so(running: Running, number: signal.Signals) -> None:
    running.process.send_signal(number)
    code, out, err = running.ended()
    assert code == 130
    assert "Traceback" not in err
    result = read(running.folder / "r.json")
    assert result["run"]["interrupted"] is True
    assert result["verdict"] == "incomplete"
    rows = {(row["id"], row["environment"]): row for row in result["results"]}
    assert {row["status"] for row in rows.values()} <= {"unknown", "passed"}
    cut = rows["token-refresh/token-accepted", "sandbox"]
    assert (cut["status"], cut["because"]) == ("unknown", "timed_out")
    assert "interrupted" in cut["summary"]
    assert "interrupted" in out.lower()
    hanging = [entry for entry in result["ledger"] if (entry["path"], entry["environment"]) == (READ, "sandbox")]
    assert hanging
    assert {entry["status"] for entry in hanging} == {None}


def test_the_evidence_of_an_interrupted_run_is_judged_as_such(running: Running) -> None:
    running.process.send_signal(signal.SIGINT)
    running.ended()
    command = [sys.executable, "-m", "readiness", "judge", "e.json", "-q", "-o", "json=-"]
    told = subprocess.run(command, cwd=running.folder, capture_output=True, text=True, check=False)
    assert told.returncode == 130
    assert json.loads(told.stdout) == read(running.folder / "r.json")


STUBBORN = """
import asyncio
from typing import ClassVar
from readiness.api import Evidence
from readiness.probe import Probe

class Tide(Evidence):
    kind: ClassVar[str] = "tide"

class TideProbe(Probe):
    evidence = Tide
    per_environment = False
    def plan(self, config, environment):
        return []
    async def gather(self, context):
        try:
            await asyncio.Event().wait()
        finally:
            context.progress("cleaning up")
            await asyncio.sleep(15)
"""
RULE = '''
from readiness.api import Kind, Severity, Verdict, check
from ..probes import Tide

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.LIVE, needs=[Tide])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    return Verdict.passed("seen")
'''


def test_a_second_interruption_ends_it(integration: Complete) -> None:
    """The first one waits for what a probe does to clean up; whoever asks again does not want to wait."""
    folder: Path = integration.stage.folder / "ops"
    (folder / "acme").mkdir(parents=True)
    (folder / "probes.py").write_text(STUBBORN)
    (folder / "acme" / "rule.py").write_text(RULE)
    integration.stage.config["plugins"] = ["ops"]
    running = Running(integration, *LIVE, "--only", "acme")
    running.process.send_signal(signal.SIGINT)
    assert running.process.stderr is not None
    for line in running.process.stderr:
        if "cleaning up" in line:
            break
    running.process.send_signal(signal.SIGINT)
    code, _, err = running.ended()
    assert code == 130
    assert err.rstrip().endswith("Interrupted.")
    assert "Traceback" not in err
    assert not (running.folder / "r.json").exists()


def test_the_deadline_ends_what_hangs_and_keeps_the_rest(integration: Complete) -> None:
    running = Running(integration, *LIVE, "--deadline", "2")
    code, _, err = running.ended()
    assert code == 3, err
    rows = {(row["id"], row["environment"]): row for row in read(running.folder / "r.json")["results"]}
    cut = rows["token-refresh/token-accepted", "sandbox"]
    assert (cut["status"], cut["because"]) == ("unknown", "timed_out")
    assert "deadline of 2 s" in cut["summary"]


def test_a_hanging_probe_costs_the_others_nothing(integration: Complete) -> None:
    running = Running(integration, *LIVE, "--only", "environment-separation/credentials-refused-across",
                      "--only", "transport/reachable", "--deadline", "3")  # fmt: skip
    assert running.ended()[0] == 3
    rows = {(row["id"], row["environment"]): row for row in read(running.folder / "r.json")["results"]}
    assert rows["transport/reachable", "sandbox"]["status"] == "passed"
    assert rows["token-refresh/token-issued", "sandbox"]["because"] == "timed_out"
