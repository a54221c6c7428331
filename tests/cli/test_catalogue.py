"""`plan`, `checks` and `explain`: what would be done, and what is known."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from readiness.cli import run_command
from readiness.registry import load_builtin
from tests.complete import Complete

CATALOGUE = load_builtin().checks


def stdout_of(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert run_command([str(each) for each in arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_a_plan_sends_nothing_reads_no_secret_and_names_everything(
    integration: Complete, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in integration.variables:
        monkeypatch.delenv(name)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr("socket.socket.connect", refused)
    out = stdout_of(capsys, "plan", integration.stage.path)
    assert len(integration.stage.emulator.core.journal) == 0
    for check in CATALOGUE:
        assert check in out
    live = integration.stage.settings()["api_url"].removeprefix("http://")
    assert f"DELETE {live}/v2/api-keys/{{client_id}}  at most 12 times  (delete-key)" in out
    assert "for deleted-key/" in out


def test_a_plan_says_what_would_be_missing_and_why(integration: Complete, capsys: pytest.CaptureFixture[str]) -> None:
    integration.stage.allow()
    out = stdout_of(capsys, "plan", integration.stage.write())
    assert "key-drill: not_permitted" in out
    assert "--allow sandbox-writes" in out
    assert "delete-key" not in out
    allowed = stdout_of(capsys, "plan", integration.stage.path, "--allow", "sandbox-writes")
    assert "delete-key" in allowed


def test_a_plan_of_one_environment_asks_that_one_only(
    integration: Complete, capsys: pytest.CaptureFixture[str]
) -> None:
    out = stdout_of(capsys, "plan", integration.stage.path, "--environment", "sandbox")
    requests = out.partition("Requests that would be sent:")[2]
    live = integration.stage.emulator.announcement["environments"]["production"]
    for url in (live["api_url"], live["oauth_url"]):
        assert url.rpartition(":")[2] not in requests
    assert "production" not in requests
    assert "environment production: left out by --environment" in out


def test_a_plan_of_a_selection(integration: Complete, capsys: pytest.CaptureFixture[str]) -> None:
    out = stdout_of(capsys, "plan", integration.stage.path, "--only", "transport/https-only")
    assert out.startswith("2 checks would run:")
    assert "(mint)" not in out
    assert run_command(["plan", str(integration.stage.path), "--only", "nothing"]) == 2


def test_the_catalogue_lists_every_check_once(capsys: pytest.CaptureFixture[str]) -> None:
    out = stdout_of(capsys, "checks")
    for check in CATALOGUE.values():
        assert out.count(f" {check.id} ") == 1
        assert check.title in out


@pytest.mark.parametrize("check_id", sorted(CATALOGUE))
def test_a_check_is_explained_whole(check_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = " ".join(stdout_of(capsys, "explain", check_id).split())
    check = CATALOGUE[check_id]
    for text in (check.title, check.failing_title, check.severity, *check.sections.values(), *check.requirements):
        assert " ".join(text.split()) in out


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("token-refresh/token-isued", "token-refresh/token-issued"),
        ("key-storage/keyage", "key-storage/key-age"),
        ("token-issued", "token-refresh/token-issued"),
        ("", "readiness checks"),
        ("zzzzzz", "readiness checks"),
    ],
)
def test_a_near_miss_is_answered_with_a_suggestion(asked: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["explain", asked]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert hint in captured.err


def test_a_plugin_that_fails_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ops" / "acme").mkdir(parents=True)
    (tmp_path / "ops" / "acme" / "rule.py").write_text(textwrap.dedent("raise RuntimeError('s3cret')"))
    assert run_command(["checks", "--plugin", str(tmp_path / "ops")]) == 0
    captured = capsys.readouterr()
    assert "The plug-in ops failed to load: RuntimeError at" in captured.err
    assert "s3cret" not in captured.out + captured.err
