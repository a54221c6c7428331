"""A package of somebody else's, with a check and a probe of its own, beside the installed tool."""

from __future__ import annotations

import json
from typing import Any

import pytest

from readiness.cli import run_command
from tests.plugins.conftest import Tool
from tests.stage import Stage

CHECK = "acme/ping-is-guarded"


def result_of(stage: Stage) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((stage.folder / "result.json").read_text(encoding="utf-8"))
    return result


def test_it_is_listed_and_explained(readiness: Tool) -> None:
    assert CHECK in readiness("checks")
    text = readiness("explain", CHECK)
    assert "The ping wants a token" in text
    assert "hid an outage" in text


def test_its_requests_stand_in_the_plan(readiness: Tool, stage: Stage) -> None:
    stage.write()
    text = readiness("plan", "readiness.yaml", "--only", "acme")
    assert text.count("/v2/ping  once  (acme-ping)") == 2
    assert f"for {CHECK}" in text
    assert "Plug-in acme-readiness 1.4.2 loaded" in text
    assert stage.control.journal() == []


def test_it_runs_and_the_report_names_it(readiness: Tool, stage: Stage) -> None:
    stage.write()
    outputs = ("-o", "json=result.json", "-o", "html=report.html", "-o", "md=report.md")
    select = ("--only", "acme", "--fail-on", "minor")
    readiness("run", "readiness.yaml", "-q", *select, *outputs, "--save-evidence", "evidence.json")
    result = result_of(stage)
    assert [(each["id"], each["environment"], each["status"]) for each in result["results"]] == [
        (CHECK, "production", "passed"),
        (CHECK, "sandbox", "passed"),
    ]
    assert result["plugins"] == [{"name": "acme-readiness", "version": "1.4.2", "error": None}]
    ledger = [(entry["method"], entry["path"], entry["status"], entry["check_ids"]) for entry in result["ledger"]]
    assert ledger == [("GET", "/v2/ping", 401, [CHECK])] * 2
    assert len(stage.control.journal("GET", "/v2/ping")) == 2
    for name in ("report.html", "report.md"):
        text = (stage.folder / name).read_text(encoding="utf-8")
        assert "acme-readiness" in text
        assert "1.4.2" in text
    assert "The ping wants a token" in readiness("judge", "evidence.json", "-v")


def test_its_failure_decides_like_any_other(readiness: Tool, stage: Stage) -> None:
    stage.control.fault("status", match={"path": "/v2/ping"}, status=200, body={})
    stage.write()
    arguments = ("--only", "acme", "--fail-on", "minor", "-o", "json=result.json")
    readiness("run", "readiness.yaml", "-q", *arguments, code=1)
    failed = next(each for each in result_of(stage)["results"] if each["environment"] == "sandbox")
    assert failed["status"] == "failed"
    assert failed["findings"][0]["evidence"] == "acme-ping:sandbox"
    assert "→ 200" in failed["findings"][0]["message"]


FOLDER_PROBE = '''
from typing import ClassVar

from readiness.api import Evidence, Exchange, Environment
from readiness.probe import Effect, PlannedRequest, Probe
from readiness.transport import Request


class Greeting(Evidence):
    """What the token host says to a GET."""

    kind: ClassVar[str] = "ops-greeting"
    status: int | None


class GreetingProbe(Probe):
    evidence = Greeting
    per_environment = False

    def plan(self, config, environment):
        url = config.environments["sandbox"].oauth_url
        return [PlannedRequest("ops-greeting", Environment.SANDBOX, "GET", url, Effect.READ)]

    async def gather(self, context):
        url = context.config.environments["sandbox"].oauth_url
        reply = await context.transport.send(Request("ops-greeting", Environment.SANDBOX, "GET", url))
        return Greeting(status=reply.exchange.status)
'''
FOLDER_CHECK = '''
from readiness.api import Kind, Severity, Verdict, check
from ..probes import Greeting


@check(title="Greeted", failing_title="Not greeted", severity=Severity.MAJOR, kind=Kind.LIVE, needs=[Greeting])
def greeted(evidence):
    """The token host answers.

    Why it matters: money.
    How it is judged: by its status.
    How to fix: call them.
    When it is unknown: never.
    """
    return Verdict.passed(f"It said {evidence[Greeting].status}.")
'''


@pytest.fixture
def ops(stage: Stage) -> Stage:
    """A stage whose config names a folder of checks."""
    folder = stage.folder / "ops" / "checks"
    (folder / "ops").mkdir(parents=True)
    (folder / "probes.py").write_text(FOLDER_PROBE, encoding="utf-8")
    (folder / "ops" / "greeted.py").write_text(FOLDER_CHECK, encoding="utf-8")
    stage.config["plugins"] = ["./ops/checks"]
    stage.write()
    return stage


def test_a_folder_brings_its_own_probe_too(ops: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["plan", str(ops.path), "--only", "ops"]) == 0
    plan = capsys.readouterr().out
    assert "/oauth2/token  once  (ops-greeting)" in plan
    assert "Plug-in checks  loaded" in plan
    played = ops.play("ops")
    assert played.result("ops/greeted").summary == "It said 400."
    assert played.sent == [("GET", "/oauth2/token")]
    assert played.audit.result.ledger[0].check_ids == ("ops/greeted",)
    assert [(plugin.name, plugin.error) for plugin in played.audit.result.plugins] == [("checks", None)]


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("ops/broken.py", "import no_such_module", "ModuleNotFoundError"),
        ("token-refresh/token_issued.py", FOLDER_CHECK, "The check id `token-refresh/token-issued` is taken"),
        ("probes.py", FOLDER_PROBE.replace('"ops-greeting"\n', '"account"\n'), "`account` has a probe"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_leaves_the_run_incomplete(
    ops: Stage, capsys: pytest.CaptureFixture[str], file: str, text: str, words: str
) -> None:
    path = ops.folder / "ops" / "checks" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    output = ops.folder / "result.json"
    assert run_command(["run", str(ops.path), "--only", "token-refresh/token-issued", "-o", f"json={output}"]) == 3
    result = result_of(ops)
    assert result["verdict"] == "incomplete"
    assert {each["status"] for each in result["results"]} == {"passed"}, "all that could be looked at is in order"
    assert [(plugin["name"], words in plugin["error"]) for plugin in result["plugins"]] == [("checks", True)]
    captured = capsys.readouterr()
    assert "checks" in captured.out + captured.err
    assert words in " ".join((captured.out + captured.err).split())
