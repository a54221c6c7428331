from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from readiness.config import load_config
from readiness.config.model import Exclude
from readiness.config.quoting import MAX_PROBLEMS
from readiness.errors import ConfigError
from readiness.model import Environment, Permission, Severity
from tests.config.conftest import MINIMAL, TODAY, Load, Refuse

WHOLE = """\
version: 1
integration:
  name: Acme Checkout
  kind: merchant                     # merchant | partner
  contact: payments@acme.example
environments:
  sandbox:
    preset: aurora
    client_id: {env: AURORA_SANDBOX_CLIENT_ID}
    client_secret: {env: AURORA_SANDBOX_CLIENT_SECRET}
    created_on: 2026-03-01
    webhook_secret: {file: /run/secrets/aurora_webhook}
    webhook_url: http://shop.acme.example/aurora/webhooks
    expect: {company_name: Acme Inc, currencies: [USD], max_transaction_amount: 500}
    partner:
      client_id: 3f0c
      client_secret: {command: [pass, show, aurora/partner]}
      merchant_id: "3001"
    retired_keys:
      - {client_id: 77aa, client_secret: {env: OLD_SECRET}}
  production:
    preset: aurora-legacy
    api_url: https://gateway.acme.example/aurora/
sources:
  - {path: ., exclude: [tests/**, {pattern: docs/**, reason: examples}]}
artifacts: [dist/**, build/image.tar]
logs: [var/log/*.log]
application:
  start: {command: [node, server.js], env: {PORT: "{port}", NOTHING: ""}}
  actions: {read: {http: "http://127.0.0.1:{port}/transactions"}}
  ready: {http: "http://127.0.0.1:{port}/healthz", within: 30s}
http_policy: {timeout: 30s, retries: 3, backoff: exponential, refresh_margin: 60s}
permissions: [sandbox-writes]
gate: {fail_on: minor}
attestations:
  launch/load-testing-coordinated: {by: Jo Doe, on: 2026-11-02, expires: 2027-02-01, evidence: "ticket", note: done}
waivers:
  - {check: key-storage/key-age, reason: late, owner: Jo, ticket: PAY-12, expires: 2026-12-31}
evidence: [drill.json]
plugins: [./ops/checks]
policy:
  max_key_age: 90d
  known_hosts: {production: [gateway.acme.example]}
"""


def test_a_whole_config(load: Load) -> None:
    config = load(WHOLE)
    sandbox, production = config.environments.values()
    assert sandbox.api_url == "https://sandbox.api.flute.com"
    assert sandbox.created_on == date(2026, 3, 1)
    assert sandbox.expect
    assert sandbox.expect.max_transaction_amount == 500
    assert production.api_url == "https://gateway.acme.example/aurora"
    assert production.oauth_url == "https://oauth.arise.risewithaurora.com/oauth2/token"
    assert config.sources[0].exclude == (Exclude(pattern="tests/**"), Exclude(pattern="docs/**", reason="examples"))
    assert config.http_policy
    assert config.http_policy.refresh_margin == timedelta(seconds=60)
    assert config.permissions == (Permission.SANDBOX_WRITES,)
    assert config.gate.fail_on is Severity.MINOR
    assert config.attestations["launch/load-testing-coordinated"].on == date(2026, 11, 2)
    assert config.waivers[0].expires == date(2026, 12, 31)
    assert config.policy.max_key_age == timedelta(days=90)
    assert config.policy.known_hosts == {Environment.PRODUCTION: ("gateway.acme.example",)}
    assert config.application
    assert config.application.start
    assert config.application.start.env == {"PORT": "{port}", "NOTHING": ""}


def test_it_knows_its_file(load: Load) -> None:
    config = load(WHOLE)
    assert config.path == "readiness.yaml"
    assert config.digest == hashlib.sha256(WHOLE.encode()).hexdigest()
    assert str(config.at("environments", "sandbox", "partner", "merchant_id")) == "readiness.yaml:18:20"
    assert str(config.at("waivers", 0, "check")) == "readiness.yaml:38:13"
    assert str(config.at("environments", "production")) == "readiness.yaml:21:3"
    assert str(config.at("environments", "production", "oauth_url")) == "readiness.yaml:21:3"
    assert str(config.at("nothing")) == "readiness.yaml:1:1"
    assert config.model_copy(update={"permissions": ()}).at("version") == config.at("version")


def test_every_url_with_its_place(load: Load) -> None:
    config = load(WHOLE)
    assert [(found.role, found.url, config.at(*found.place).line) for found in config.urls()] == [
        ("api", "https://sandbox.api.flute.com", 7),
        ("oauth", "https://sandbox.oauth.api.flute.com/oauth2/token", 7),
        ("webhook", "http://shop.acme.example/aurora/webhooks", 13),
        ("api", "https://gateway.acme.example/aurora", 23),
        ("oauth", "https://oauth.arise.risewithaurora.com/oauth2/token", 21),
        ("application", "http://127.0.0.1:{port}/healthz", 31),
        ("application", "http://127.0.0.1:{port}/transactions", 30),
    ]


def test_a_secret_is_not_in_the_configs_text(load: Load) -> None:
    config = load(MINIMAL.replace("preset: aurora", "preset: aurora, client_secret: c4n4ry-value"))
    assert "c4n4ry" not in f"{config} {config!r} {config.environments}"


def test_the_emulator_needs_no_urls(load: Load) -> None:
    (settings,) = load(MINIMAL.replace("aurora", "emulator")).environments.values()
    assert (settings.preset, settings.api_url, settings.oauth_url) == ("emulator", None, None)


def test_the_path_is_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "readiness.yaml").write_text(MINIMAL)
    monkeypatch.chdir(tmp_path)
    assert load_config(tmp_path / "ops" / "readiness.yaml").path == "ops/readiness.yaml"
    assert load_config("./ops/readiness.yaml").path == "ops/readiness.yaml"
    monkeypatch.chdir(tmp_path / "ops")
    assert load_config("../ops/readiness.yaml").path == "../ops/readiness.yaml"
    monkeypatch.chdir("/")
    assert load_config(tmp_path / "ops" / "readiness.yaml").path == f"{tmp_path}/ops/readiness.yaml".removeprefix("/")


def test_all_problems_at_once_in_the_order_of_the_file(refuse: Refuse) -> None:
    problems = refuse(
        """\
        version: 1
        integration:
          name: 17
          kind: merhcant
          nmae: x
        environments:
          sandbx: {preset: aurora}
          sandbox:
            api_url: http://sandbox.api.flute.com
          production: {preset: auora, created_on: 2026-02-30, retired_keys: [{client_id: a}]}
        sources: .
        sources: []
        http_policy: {timeout: 30, retries: -3, refresh_margin: 5 minutes}
        policy: {archive_depth: 99, delivery_failure_rate: x}
        gate: major
        contact:
        """
    )
    assert [problem.splitlines()[0] for problem in problems] == [
        "readiness.yaml:3:9: expected text",
        "readiness.yaml:4:9: expected one of: merchant, partner",
        "readiness.yaml:5:3: unknown key `nmae` in `integration`",
        "readiness.yaml:7:3: unknown key `sandbx` in `environments`",
        "readiness.yaml:8:3: the environment `sandbox` lacks its URLs",
        "readiness.yaml:9:14: credentials go to this URL: it must start with https:// (http is for loopback only)",
        "readiness.yaml:10:24: expected one of: aurora, aurora-legacy, emulator",
        "readiness.yaml:10:43: expected a day in the form 2026-12-31",
        "readiness.yaml:10:70: the required key `client_secret` is missing in `environments.production.retired_keys.0`",
        "readiness.yaml:11:10: expected a list",
        "readiness.yaml:12:1: this key stands twice; first on line 11",
        "readiness.yaml:13:24: expected a duration with its unit, such as 30s, 15m, 24h or 90d",
        "readiness.yaml:13:37: expected a number of at least 0",
        "readiness.yaml:13:57: expected a duration with its unit, such as 30s, 15m, 24h or 90d",
        "readiness.yaml:14:25: expected a number of at most 16",
        "readiness.yaml:14:52: expected a number",
        "readiness.yaml:15:7: expected a mapping of keys to values",
        "readiness.yaml:16:1: unknown key `contact`",
        "readiness.yaml:16:9: there is no value here",
    ]


def test_a_problem_shows_its_line_a_caret_and_the_nearest_key(refuse: Refuse) -> None:
    (problem,) = refuse(MINIMAL.replace("kind: merchant", "kind: merchant, contct: jo"))
    assert problem.splitlines() == [
        "readiness.yaml:2:52: unknown key `contct` in `integration`",
        "  2 | integration: {name: Acme Checkout, kind: merchant, contct: ***}",
        "    |                                                    ^",
        "  did you mean `contact`?",
    ]


def test_without_a_near_key_all_are_named(refuse: Refuse) -> None:
    (problem,) = refuse(MINIMAL.replace("kind: merchant", "kind: merchant, zzz: jo"))
    assert problem.endswith("\n  expected one of: name, kind, contact")


@pytest.mark.parametrize("version", ["2", "0", "'1'", "1.0", "true", "latest", "[1]", ""])
def test_of_another_version_nothing_else_is_told(refuse: Refuse, version: str) -> None:
    (problem,) = refuse(f"version: {version}\nfuture: x\n")
    assert "this version of the config format is not known" in problem
    assert problem.endswith("write `version: 1`")


def test_required_keys(refuse: Refuse) -> None:
    assert [problem.splitlines()[0] for problem in refuse("gate: {}\n")] == [
        f"readiness.yaml:1:1: the required key `{key}` is missing" for key in ("version", "integration", "environments")
    ]


@pytest.mark.parametrize(
    ("root", "place"), [("- a\n", "1:1"), ("just text\n", "1:1"), ("---\n", "2:1"), ("12\n", "1:1")]
)
def test_the_root_is_a_mapping(refuse: Refuse, root: str, place: str) -> None:
    (problem,) = refuse(root)
    assert problem.startswith("readiness.yaml:1:1: expected a mapping") or place != "1:1"


def test_an_alias_is_told_once_and_its_value_not_judged(refuse: Refuse) -> None:
    (problem,) = refuse(MINIMAL.replace("kind: merchant", "kind: *kind"))
    assert "anchors (&) and aliases (*) are not accepted" in problem


def test_a_flood_of_problems_is_cut(refuse: Refuse) -> None:
    problems = refuse(MINIMAL + "".join(f"key{number}: 1\n" for number in range(3000)))
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1] == f"… and {3000 - MAX_PROBLEMS} more"


def test_a_flood_of_problems_on_one_long_line_costs_little(refuse: Refuse) -> None:
    keys = ", ".join(f"an_unknown_key_{number}: value" for number in range(9000))
    started = time.process_time()
    problems = refuse(f"{{{keys}}}\n")
    assert time.process_time() - started < 10
    assert len(problems) == MAX_PROBLEMS + 1
    assert max(map(len, problems)) < 500


def test_no_environments(refuse: Refuse) -> None:
    (problem,) = refuse("version: 1\nintegration: {name: A, kind: merchant}\nenvironments: {}\n")
    assert "at least one entry is needed" in problem


def test_the_cause_of_an_error_is_not_kept(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load("a: [\n")
    assert caught.value.__suppress_context__


def test_it_is_fast(tmp_path: Path) -> None:
    path = tmp_path / "readiness.yaml"
    path.write_text(WHOLE)
    load_config(path, today=TODAY)
    started = time.process_time()
    load_config(path, today=TODAY)
    assert time.process_time() - started < 0.05


def test_it_imports_nothing_of_the_network() -> None:
    script = (
        "import sys, readiness.config; print({'httpx', 'asyncio', 'ssl', 'jinja2', 'click', 'rich'} & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "set()\n"
