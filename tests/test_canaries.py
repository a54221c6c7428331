"""Nothing that is secret is ever written: not to a stream, not to a file, not to the process list.

A server on loopback repeats everything that it gets, in every form and place, for every endpoint; plug-ins print and
raise what is secret. The forms are made here, by plain means, and not by the code under test.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness.report import FORMATS
from tests.canary_echo import SECRETS, Echo, forms
from tests.canary_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Echo() as echo:
        yield Stage(tmp_path, echo)


OUTPUTS = [word for kind in FORMATS for word in ("-o", f"{kind}=report.{kind}")]


def test_the_forms_find_what_is_planted() -> None:
    for value in SECRETS.values():
        planted = base64.b64encode(f"client:{value}:more".encode()) + json.dumps({"a": value}).encode()
        assert sum(form in planted for form in forms(value)) >= 2, value


def test_a_run_in_every_format_and_all_that_follows_it(stage: Stage) -> None:
    code, output = stage.call("run", "readiness.yaml", "-v", *OUTPUTS, "--save-evidence", "evidence.json")
    assert code == 1, output.decode()
    stage.assert_nothing_leaked(output, "run")
    assert len(stage.echo.minted) > 5
    result = json.loads((stage.folder / "report.json").read_text())
    rows = {(row["id"], row["environment"]): row for row in result["results"]}
    assert rows["acme/rule", None]["because"] == "crashed"
    assert rows["key-storage/secret-is-a-reference", "production"]["status"] == "failed"
    assert rows["token-refresh/bad-secret-refused", "sandbox"]["status"] == "failed", "the echo is seen"
    evidence = (stage.folder / "evidence.json").read_text()
    assert "[redacted: sandbox client_secret]" in evidence
    for kind in FORMATS:
        code, output = stage.call("judge", "evidence.json", "--plugin", "ops", "-v", "-o", f"{kind}=-")
        assert code == 1
        stage.assert_nothing_leaked(output, "judge", kind)
        code, output = stage.call("report", "report.json", "-v", "-o", f"{kind}=-")
        assert code == 1
        stage.assert_nothing_leaked(output, "report", kind)


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "readiness.yaml"],
        ["drill", "readiness.yaml", "-v", "--allow", "sandbox-writes", "--save-evidence", "e.json"],
        ["cleanup"],
        ["checks", "--plugin", "ops"],
        ["explain", "acme/rule", "--plugin", "ops"],
        ["doctor"],
        ["init", "--output", "new.yaml"],
        ["schema", "result"],
        ["run", "readiness.yaml", "--only", "acme", "-q"],
        ["run", "readiness.yaml", "--only", "token-refresh", "-v", "-o", "json=-"],
    ],
    ids=" ".join,
)
def test_every_other_command(arguments: list[str], stage: Stage) -> None:
    code, output = stage.call(*arguments)
    assert code in {0, 1, 3}, output.decode()
    stage.assert_nothing_leaked(output, *arguments)


@pytest.mark.parametrize(
    "gather",
    [
        "raise RuntimeError(SECRET)",
        "raise TimeoutError(SECRET)",
        "from readiness.errors import UsageError; raise UsageError(f'no {SECRET}', SECRET)",
        "from readiness.api import Missing, Because; return Missing(because=Because.CRASHED, detail=SECRET)",
        "raise SystemExit(SECRET)",
        "raise ExceptionGroup(SECRET, [ValueError(SECRET)])",
        "return SECRET",
    ],
)
def test_a_probe_that_breaks_with_a_secret_in_hand(gather: str, stage: Stage) -> None:
    stage.plug(gather=gather)
    code, output = stage.call("run", "readiness.yaml", "--only", "acme", "-v", *OUTPUTS, "--save-evidence", "e.json")
    assert code == 3, output.decode()
    stage.assert_nothing_leaked(output, gather)
    assert b"Traceback" not in output


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        ("raise RuntimeError(SECRET)", 3),
        ("sys.exit(SECRET)", 3),
        ("return SECRET", 3),
        ("return Verdict.failed(SECRET)", 70),
        ("return Verdict.failed('x' + SECRET[:-1] + SECRET[-1])", 70),
        ("import base64; return Verdict.passed(base64.b64encode(SECRET.encode()).decode())", 70),
        ("from urllib.parse import quote; return Verdict.passed(quote(SECRET, safe=''))", 70),
    ],
)
def test_a_check_with_a_secret_in_hand(judge: str, expected: int, stage: Stage) -> None:
    stage.plug(judge=judge)
    code, output = stage.call("run", "readiness.yaml", "--only", "acme", "-v", *OUTPUTS, "--save-evidence", "e.json")
    assert code == expected, output.decode()
    stage.assert_nothing_leaked(output, judge)
    assert b"Traceback" not in output
    assert (stage.folder / "report.json").exists() == (expected != 70), "what leaks is withheld whole"
    assert (stage.folder / "e.json").exists() == (expected != 70)


def test_a_plugin_that_breaks_when_it_is_imported(stage: Stage) -> None:
    (stage.folder / "ops" / "acme" / "rule.py").write_text(
        "import os\nraise RuntimeError(os.environ['CANARY_SANDBOX'])\n"
    )
    for arguments in (
        ["run", "readiness.yaml", "--only", "token-refresh", "-v", *OUTPUTS, "--save-evidence", "e.json"],
        ["plan", "readiness.yaml"],
        ["checks", "--plugin", "ops"],
        ["explain", "token-refresh/token-issued", "--plugin", "ops"],
        ["judge", "e.json", "--plugin", "ops", "-o", "md=-"],
    ):
        _, output = stage.call(*arguments)
        stage.assert_nothing_leaked(output, *arguments)
        assert b"Traceback" not in output


def test_a_config_that_is_wrong_repeats_no_secret(stage: Stage) -> None:
    path = stage.folder / "readiness.yaml"
    path.write_text(path.read_text().replace('"client_secret": "', '"client_secrett": "'))
    code, output = stage.call("run", "readiness.yaml")
    assert code == 2
    stage.assert_nothing_leaked(output, "run")
