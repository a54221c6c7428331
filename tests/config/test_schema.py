from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from readiness.config.schema import config_schema
from readiness.errors import ConfigError
from tests.config.conftest import MINIMAL, Load
from tests.config.test_loader import WHOLE


class Yaml12(yaml.SafeLoader):
    """Reads as editors do: by YAML 1.2, where days and `on` are text."""


Yaml12.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", "true|false", "tf"),
    ("int", "-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
    ("null", "null|~|", ["n", "~", ""]),
):
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def environment(settings: str) -> str:
    return MINIMAL.replace("preset: aurora", settings)


ATTESTATION = "attestations: {launch/x: {by: J, on: %s, expires: 2026-12-01, evidence: %s, note: n}}\n"
GOOD = {
    "minimal": MINIMAL,
    "whole": WHOLE,
    "emulator": environment("preset: emulator"),
    "both URLs": environment("api_url: 'https://a.example', oauth_url: 'http://127.0.0.1:9/x'"),
    "loopback": environment("api_url: 'http://[::1]:8080', oauth_url: 'http://localhost'"),
    "vault": environment("preset: aurora, client_secret: {vault: {path: p, field: f, mount: m}}"),
    "aws": environment("preset: aurora, client_secret: {aws: {name: n}}"),
    "keyring": environment("preset: aurora, client_secret: {keyring: {service: s, username: u}}"),
    "injected": environment("preset: aurora, client_secret: {env: A, injected_by: Doppler}"),
    "literal": environment("preset: aurora, client_id: a, client_secret: 'long enough'"),
    "plain webhook": environment("preset: aurora, webhook_url: 'http://a.example/x?y=1'"),
    "policy": MINIMAL + "policy: {max_key_age: 90d, delivery_failure_rate: 2, known_hosts: {sandbox: [a.example]}}\n",
    "attestation": MINIMAL + ATTESTATION % ("2026-11-02", "words"),
    "exclude": MINIMAL + "sources: [{path: ., exclude: [a, {pattern: b, reason: c}]}]\n",
    "application": MINIMAL
    + "application: {actions: {charge: {run: [x], success: {json: {paid: true}}}}, has_no: [refunds]}\n",
    "empty lists": MINIMAL + "sources: []\nwaivers: []\nattestations: {}\n",
}
BAD = {
    "unknown key": MINIMAL + "unknown: 1\n",
    "unknown key below": environment("preset: aurora, client_secert: x"),
    "missing key": MINIMAL.replace("kind: merchant", "contact: jo"),
    "no version": MINIMAL.replace("version: 1\n", ""),
    "other version": MINIMAL.replace("version: 1", "version: 2"),
    "text as version": MINIMAL.replace("version: 1", "version: '1'"),
    "number as text": MINIMAL.replace("Acme Checkout", "12"),
    "blank text": MINIMAL.replace("Acme Checkout", "' '"),
    "null": MINIMAL.replace("Acme Checkout", ""),
    "null for optional": MINIMAL + "gate:\n",
    "bad kind": MINIMAL.replace("merchant", "shop"),
    "unknown environment": MINIMAL.replace("sandbox:", "staging:"),
    "no environments": MINIMAL.replace("\n  sandbox: {preset: aurora}", " {}"),
    "no URLs": environment("client_id: a"),
    "one URL": environment("api_url: 'https://a.example'"),
    "emulator with URL": environment("preset: emulator, api_url: 'https://a.example'"),
    "plain http": environment("api_url: 'http://a.example', oauth_url: 'https://a.example'"),
    "user in URL": environment("preset: aurora, api_url: 'https://u:p@a.example'"),
    "query in URL": environment("preset: aurora, api_url: 'https://a.example?x'"),
    "URL without scheme": environment("preset: aurora, webhook_url: a.example"),
    "short literal": environment("preset: aurora, client_secret: short"),
    "number as literal": environment("preset: aurora, client_secret: 123456789"),
    "two stores": environment("preset: aurora, client_secret: {env: A, file: b}"),
    "no store": environment("preset: aurora, client_secret: {}"),
    "unknown store": environment("preset: aurora, client_secret: {valut: {path: a, field: b}}"),
    "bad variable": environment("preset: aurora, client_secret: {env: 'A B'}"),
    "command as text": environment("preset: aurora, client_secret: {command: pass show x}"),
    "vault without field": environment("preset: aurora, client_secret: {vault: {path: a}}"),
    "injected file": environment("preset: aurora, client_secret: {file: a, injected_by: b}"),
    "duration without unit": MINIMAL + "http_policy: {timeout: 30}\n",
    "bad duration": MINIMAL + "http_policy: {timeout: 30 s}\n",
    "negative retries": MINIMAL + "http_policy: {retries: -1}\n",
    "bad date": MINIMAL + ATTESTATION % ("02.11.2026", "words"),
    "time in date": MINIMAL + ATTESTATION % ("2026-11-02T00:00:00", "words"),
    "number as date": MINIMAL + ATTESTATION % ("20261102", "words"),
    "blank evidence": MINIMAL + ATTESTATION % ("2026-11-02", "''"),
    "computed field": MINIMAL + ATTESTATION % ("2026-11-02", "x, evidence_digest: abc"),
    "list for mapping": MINIMAL + "gate: [major]\n",
    "text for list": MINIMAL + "artifacts: dist/**\n",
    "bad permission": MINIMAL + "permissions: [sandbox-write]\n",
    "unknown setting of the application": MINIMAL + "application: {strat: {}}\n",
    "truth as text": MINIMAL + "sources: [{path: ., history: 'yes'}]\n",
    "YAML 1.1 truth": MINIMAL + "sources: [{path: ., history: no}]\n",
}


def faults(text: str) -> list[jsonschema.ValidationError]:
    document = yaml.load(text, Loader=Yaml12)
    return list(jsonschema.Draft202012Validator(config_schema()).iter_errors(document))


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_schema_and_loader_accept(load: Load, text: str) -> None:
    assert load(text)
    assert faults(text) == []


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_schema_and_loader_refuse(load: Load, text: str) -> None:
    with pytest.raises(ConfigError):
        load(text)
    assert faults(text) != []


def test_it_is_a_schema_of_the_named_draft() -> None:
    schema = config_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


def test_every_reference_resolves_and_every_definition_is_used() -> None:
    text = json.dumps(config_schema())
    used = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert used == set(config_schema()["$defs"])


def test_every_key_is_described() -> None:
    def undescribed(node: Any, place: str) -> list[str]:
        found = []
        for name, member in node.get("properties", {}).items():
            if "description" not in member and "$ref" not in member:
                found.append(f"{place}.{name}")
        return found

    schema = config_schema()
    missing = undescribed(schema, "")
    for name, definition in schema["$defs"].items():
        missing += undescribed(definition, name)
    assert missing == []


def test_defaults_read_as_a_config_writes_them() -> None:
    policy = config_schema()["$defs"]["Policy"]["properties"]
    assert (policy["max_key_age"]["default"], policy["archive_depth"]["default"]) == ("365d", 3)
