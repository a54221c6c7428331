from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from readiness.config import references
from readiness.secret.reference import SecretRef
from tests.config.conftest import MINIMAL, Load, Refuse

CANARY = "c4n4ry-Sup3rS3cret"


def config(reference: str, key: str = "client_secret") -> str:
    return MINIMAL.replace("{preset: aurora}", f"\n    preset: aurora\n    {key}: {reference}")


@pytest.mark.parametrize(
    ("written", "store", "spec"),
    [
        ("{env: AURORA_SECRET}", "env", "AURORA_SECRET"),
        ("{file: /run/secrets/aurora}", "file", "/run/secrets/aurora"),
        ("{command: [pass, show, aurora]}", "command", ["pass", "show", "aurora"]),
        ("{keyring: {service: s, username: u}}", "keyring", {"service": "s", "username": "u"}),
        ("{vault: {path: p, field: f}}", "vault", {"path": "p", "field": "f"}),
        (
            "{vault: {path: p, field: f, mount: m, address: 'https://v.example', namespace: n}}",
            "vault",
            {"path": "p", "field": "f", "mount": "m", "address": "https://v.example", "namespace": "n"},
        ),
        ("{aws: {name: n}}", "aws", {"name": "n"}),
        ("{aws: {name: n, field: f, region: eu-west-1}}", "aws", {"name": "n", "field": "f", "region": "eu-west-1"}),
        ("12345678x", "literal", "12345678x"),
    ],
)
def test_references(load: Load, written: str, store: str, spec: Any) -> None:
    for key in ("client_secret", "webhook_secret", "client_id"):
        settings = load(config(written, key)).environments
        (only,) = settings.values()
        assert getattr(only, key) == SecretRef(store=store, spec=spec)


def test_env_may_name_the_manager_behind_it(load: Load) -> None:
    (settings,) = load(config("{env: A, injected_by: Doppler}")).environments.values()
    assert settings.client_secret == SecretRef(store="env", spec="A", injected_by="Doppler")


def test_a_client_id_may_be_short(load: Load) -> None:
    (settings,) = load(config("abc", "client_id")).environments.values()
    assert settings.client_id == SecretRef(store="literal", spec="abc")


@pytest.mark.parametrize(
    ("written", "column", "sentence"),
    [
        ("c4n4ry", 20, "fewer than 8 characters"),
        ('"c4n4ry\\nSup3rS3cret"', 20, "must stand on one line"),
        ("123456789", 20, "expected a secret reference"),
        ("true", 20, "expected a secret reference"),
        (f"[{CANARY}]", 5, "expected a secret reference"),
        ("{}", 5, "names no store"),
        ("{injected_by: c4n4ry}", 5, "names no store"),
        ("{env: A, file: c4n4ry}", 29, "one store only"),
        (f"{{env: '{CANARY}'}}", 26, "name of an environment variable"),
        ("{env: 12}", 26, "name of an environment variable"),
        ("{env: [c4n4ry]}", 21, "name of an environment variable"),
        ("{file: 12}", 27, "path of a file"),
        ("{command: c4n4ry show}", 30, "expected a list"),
        ("{command: []}", 21, "expected a list"),
        ("{command: [pass, 12]}", 37, "expected text"),
        ("{keyring: c4n4ry}", 30, "expected a mapping with `service`, `username`"),
        ("{keyring: {service: c4n4ry}}", 21, "lacks the key `username`"),
        ("{vault: {path: c4n4ry, field: 12}}", 50, "expected text"),
        ("{vault: {path: p, field: f, feild: c4n4ry}}", 48, "unknown key in `vault`"),
        (f"{{vault: {{path: p, field: f, address: 'http://u:{CANARY}@v'}}}}", 57, "neither user nor password"),
        ("{vault: {path: p, field: f, address: 'http://c4n4ry'}}", 57, "must start with https://"),
        ("{aws: {name: n}, injected_by: c4n4ry}", 37, "goes with `env` only"),
        ("{env: A, injected_by: [c4n4ry]}", 29, "name of the secrets manager"),
        (f"{{{CANARY}: x}}", 21, "unknown secret store"),
        (f"{{valut: {{path: {CANARY}}}}}", 21, "unknown secret store `valut`"),
    ],
)
def test_bad_references_are_placed_and_never_repeated(refuse: Refuse, written: str, column: int, sentence: str) -> None:
    (problem,) = refuse(config(written))
    assert problem.startswith(f"readiness.yaml:6:{column}: ")
    assert sentence in problem
    assert "c4n4ry" not in problem
    assert "Sup3rS3cret" not in problem


def test_several_faults_of_one_reference_are_told_at_once(refuse: Refuse) -> None:
    assert len(refuse(config("{vault: {feild: 1, address: 2}, injected_by: x}"))) == 5


def test_a_near_store_is_suggested(refuse: Refuse) -> None:
    (problem,) = refuse(config("{valut: {path: a}}"))
    assert problem.endswith("did you mean `vault`?")


def test_a_store_that_a_package_adds(load: Load, refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "unknown secret store" in refuse(config("{onepassword: {item: x}}"))[0]
    entry = EntryPoint(name="onepassword", value="acme.stores:open", group=references.STORE_GROUP)
    monkeypatch.setattr(references, "entry_points", lambda *, group: [entry] if group == entry.group else [])
    (settings,) = load(config("{onepassword: {item: x}}")).environments.values()
    assert settings.client_secret == SecretRef(store="onepassword", spec={"item": "x"})
    assert refuse(config("{onepasword: x}"))[0].endswith("did you mean `onepassword`?")


def test_every_place_of_a_secret_is_read_as_a_reference(load: Load) -> None:
    text = """\
    version: 1
    integration: {name: Acme, kind: partner}
    environments:
      production:
        preset: aurora
        client_id: {env: A}
        client_secret: {env: B}
        webhook_secret: {env: C}
        partner: {client_id: {env: D}, client_secret: {env: E}, merchant_id: m}
        retired_keys: [{client_id: {env: F}, client_secret: {env: G}}]
    """
    loaded = load(text)
    assert [(role, ref.spec) for _, _, role, ref in loaded.secret_refs()] == [
        ("client_secret", "B"),
        ("webhook_secret", "C"),
        ("partner_client_secret", "E"),
        ("retired_client_secret", "G"),
    ]
    assert [(role, ref.spec, str(loaded.at(*place))) for place, _, role, ref in loaded.client_refs()] == [
        ("client_id", "A", "readiness.yaml:6:5"),
        ("partner_client_id", "D", "readiness.yaml:9:15"),
        ("retired_client_id", "F", "readiness.yaml:10:21"),
    ]
