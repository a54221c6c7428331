"""Every sample config: those on the emulator run for real; those for real hosts are loaded and planned, never run."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

from readiness.cli import run_command
from readiness.config.schema import config_schema
from readiness.emulator import EmbeddedEmulator
from readiness.emulator.core.webhook_delivery import sign
from readiness.layout import data_folder

SAMPLES = data_folder("sample_configs")
CONFIGS = sorted(path.stem for path in SAMPLES.glob("*.yaml"))
EMULATED = ("demo", "not-ready")
PLANTED = re.compile(r"(?:#|//) planted: ([a-z-]+/[a-z-]+)\n")
LAB = "key-storage/secret-not-in-process-list"
"""Needs the application to run."""
FAULTY = [SAMPLES / "not-ready.yaml", *(path for path in (SAMPLES / "shop-not-ready").rglob("*") if path.is_file())]


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def audited(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and result of a sample, run by the real command."""
    path = tmp_path / "result.json"
    code = run_command(["run", str(SAMPLES / f"{request.param}.yaml"), "-q", "-o", f"json={path}"])
    return code, json.loads(path.read_text())


def test_all_samples_are_known() -> None:
    assert sorted(CONFIGS) == ["ci", "demo", "merchant", "not-ready", "partner"]


@pytest.mark.parametrize("name", CONFIGS)
def test_a_sample_names_the_schema_and_obeys_it(name: str) -> None:
    text = (SAMPLES / f"{name}.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../docs/schema/config.json\n")
    data = json.loads(json.dumps(yaml.safe_load(text), default=str))
    jsonschema.Draft202012Validator(config_schema()).validate(data)


@pytest.mark.parametrize("name", CONFIGS)
def test_a_sample_is_planned_without_a_socket(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a plan must not touch the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    assert run_command(["plan", str(SAMPLES / f"{name}.yaml")]) == 0
    requests = capsys.readouterr().out.partition("Requests that would be sent:")[2]
    hosts = set(re.findall(r"[\w.-]+\.(?:flute\.com|emulator\.invalid)", requests))
    expected = "emulator.invalid" if name in EMULATED else "flute.com"
    assert hosts
    assert all(host.endswith(expected) for host in hosts)


@pytest.mark.parametrize("audited", ["demo"], indirect=True)
def test_the_demo_is_ready(audited: tuple[int, dict[str, Any]]) -> None:
    code, result = audited
    assert (code, result["verdict"]) == (0, "ready")
    open_ones = {row["id"]: row["because"] for row in result["results"] if row["status"] in {"failed", "unknown"}}
    assert open_ones == {"token-refresh/expired-token-refused": "not_permitted"}
    areas = {row["area"] for row in result["results"] if row["status"] == "passed"}
    assert areas == {
        "account", "card-data", "deleted-key", "environment-separation", "key-storage", "resilience", "token-refresh",
        "transport", "webhooks",
    }  # fmt: skip


@pytest.mark.parametrize("audited", ["demo"], indirect=True)
def test_the_demo_leaves_no_journal(audited: tuple[int, dict[str, Any]], tmp_path: Path) -> None:
    assert audited[0] == 0
    assert list((tmp_path / "state").rglob("*.json")) == []


def test_the_demo_is_ready_where_there_is_no_repository(tmp_path: Path) -> None:
    """As in an installed package: the emulator's keys are of this run, and no history is needed to say so."""
    shutil.copytree(SAMPLES, tmp_path / "samples")
    path = tmp_path / "result.json"
    only = ("key-storage/secret-not-in-*", "key-storage/no-other-credentials", "card-data/no-test-cards-in-release")
    options = [*(part for glob in only for part in ("--only", glob)), "--skip", LAB, "-q", "-o", f"json={path}"]
    assert run_command(["run", str(tmp_path / "samples" / "demo.yaml"), *options]) == 0
    rows = json.loads(path.read_text())["results"]
    history = {row["status"] for row in rows if row["id"] == "key-storage/secret-not-in-history"}
    assert history == {"not_applicable"}
    assert {row["status"] for row in rows} == {"passed", "not_applicable"}


@pytest.mark.parametrize("audited", ["not-ready"], indirect=True)
def test_every_planted_fault_is_found_and_nothing_else(audited: tuple[int, dict[str, Any]]) -> None:
    code, result = audited
    failed = {row["id"] for row in result["results"] if row["status"] == "failed"}
    assert (code, result["verdict"]) == (1, "not_ready")
    assert failed == set(_planted())
    for area in ("key-storage", "token-refresh", "environment-separation", "deleted-key", "card-data"):
        assert any(check_id.startswith(f"{area}/") for check_id in failed)


@pytest.mark.parametrize("audited", ["not-ready"], indirect=True)
def test_every_planted_fault_has_its_place(audited: tuple[int, dict[str, Any]]) -> None:
    """Found in a file: that file, on or just below the mark. Found by a request: the request, and its evidence."""
    _, result = audited
    findings: dict[str, list[dict[str, Any]]] = {}
    for row in result["results"]:
        findings.setdefault(row["id"], []).extend(row["findings"])
    asked = {check_id for entry in result["ledger"] for check_id in entry["check_ids"]}
    for check_id, places in _planted().items():
        found = findings[check_id]
        assert found
        assert all(finding["location"] or finding["evidence"] for finding in found)
        if any(finding["location"] for finding in found):
            for path, line in places:
                assert any(_is_near(finding["location"], path, line) for finding in found), (check_id, path.name, line)
        else:
            assert check_id in asked


def _planted() -> dict[str, list[tuple[Path, int]]]:
    """Every mark: check id, file, line."""
    marks: dict[str, list[tuple[Path, int]]] = {}
    for path in FAULTY:
        text = path.read_text()
        for match in PLANTED.finditer(text):
            marks.setdefault(match[1], []).append((path, text.count("\n", 0, match.start()) + 1))
    assert sum(map(len, marks.values())) >= len(marks) >= 14
    return marks


def _is_near(location: dict[str, Any] | None, path: Path, line: int) -> bool:
    """A finding about a whole file names no line."""
    if location is None or not location["path"].endswith(path.relative_to(SAMPLES).as_posix()):
        return False
    return location["line"] is None or 0 <= location["line"] - line <= 8


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """The sample shop's modules, forgotten afterwards: their names are common."""
    import sys

    monkeypatch.syspath_prepend(str(SAMPLES / "shop"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    names = ("settings", "aurora", "webhooks")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield {name: importlib.import_module(name) for name in names}
    for name in names:
        sys.modules.pop(name, None)


def test_the_sample_shop_takes_payments(shop: dict[str, ModuleType]) -> None:
    card = {"cardNumber": "4111111111111111", "expirationMonth": 12, "expirationYear": 2999}
    declined = card | {"cardNumber": "4000000010510008"}
    with EmbeddedEmulator() as emulator:
        told = emulator.announcement["environments"]["sandbox"]
        settings = shop["settings"].Settings(
            api_url=told["api_url"],
            oauth_url=told["oauth_url"] + "/oauth2/token",
            client_id=told["merchant"]["client_id"],
            client_secret=told["merchant"]["client_secret"],
            webhook_secret=told["webhook_secret"],
        )
        aurora = shop["aurora"].Aurora(settings)
        try:
            assert aurora.charge(12.5, card, "order-1")
            with pytest.raises(shop["aurora"].PaymentError, match="Declined"):
                aurora.charge(12.5, declined, "order-2")
        finally:
            aurora._http.close()
        sent = Counter((entry.method, entry.target) for entry in emulator.core.journal)
    assert sent == {
        ("POST", "/oauth2/token"): 1,
        ("GET", "/v2/settings/payment-config"): 1,
        ("POST", "/v2/transactions"): 2,
    }
    assert told["merchant"]["client_secret"] not in repr(settings)


def test_the_sample_shop_knows_genuine_webhooks(shop: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    now, body, secret = 1_790_000_000, b'{"eventType": "ping"}', "secret-of-a-test"
    monkeypatch.setattr("time.time", lambda: float(now))
    headers = Message()
    headers["Flute-Webhook-ID"] = "event-1"
    headers["Flute-Webhook-Timestamp"] = str(now - 299)
    headers["Flute-Webhook-Signature"] = sign(secret, "event-1", str(now - 299), body)
    is_genuine = shop["webhooks"].is_genuine
    assert is_genuine(body, headers, secret)
    assert not is_genuine(body + b" ", headers, secret)
    assert not is_genuine(body, headers, "another-secret")
    headers.replace_header("Flute-Webhook-Timestamp", str(now - 301))
    assert not is_genuine(body, headers, secret)
    assert not is_genuine(body, Message(), secret)
