from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from readiness.model import Environment
from tests.config.conftest import MINIMAL, Load, Refuse


def attestation(evidence: str = "a ticket", on: str = "2026-11-02", expires: str = "2027-02-01") -> str:
    return MINIMAL + (
        "attestations:\n"
        f"  launch/rollback-plan: {{by: Jo, on: {on}, expires: {expires}, note: done, evidence: {evidence!r}}}\n"
    )


def waiver(**fields: str) -> str:
    given = {"check": "a/b", "reason": "r", "owner": "o", "ticket": "T-1", "expires": "2026-12-31"} | fields
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}\n"


@pytest.mark.parametrize("value", ["", "''", "'  '", "~", "null"])
@pytest.mark.parametrize(
    "place", ["artifacts: [{}]\n", "sources: [{{path: {}}}]\n", "waivers: {}\n", "application: {}\n"]
)
def test_no_key_stands_without_a_value(load: Load, refuse: Refuse, place: str, value: str) -> None:
    text = MINIMAL + place.format(value)
    if text.endswith("artifacts: []\n"):
        assert load(text).artifacts == ()
        return
    assert len(refuse(text)) == 1


@pytest.mark.parametrize("settings", ["{}", "{client_id: a}", "{api_url: 'https://a.example'}"])
def test_an_environment_needs_its_urls(refuse: Refuse, settings: str) -> None:
    (problem,) = refuse(MINIMAL.replace("{preset: aurora}", settings))
    assert "readiness.yaml:4:3: the environment `sandbox` lacks its URLs" in problem
    assert problem.endswith("give `preset: aurora`, or both `api_url` and `oauth_url`")


def test_the_emulators_urls_are_its_own(refuse: Refuse) -> None:
    (problem,) = refuse(MINIMAL.replace("aurora", "emulator, api_url: 'https://a.example'"))
    assert "the emulator's URLs are set when it starts" in problem


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        ("{sandbox: [api.flute.com]}", "this is a host of the vendor's production environment"),
        ("{production: [Sandbox.OAuth.API.flute.com.]}", "this is a host of the vendor's sandbox environment"),
        ("{sandbox: [a.example], production: [A.example.]}", "listed for both environments"),
        ("{sandbox: ['https://a.example']}", "expected a host name"),
        ("{sandbox: [12]}", "expected text"),
        ("{sandbox: a.example}", "expected a list"),
        ("{staging: [a.example]}", "unknown key `staging`"),
    ],
)
def test_known_hosts_never_blur_the_environments(refuse: Refuse, hosts: str, sentence: str) -> None:
    (problem,) = refuse(f"{MINIMAL}policy: {{known_hosts: {hosts}}}\n")
    assert sentence in problem


def test_the_application_has_known_settings(load: Load, refuse: Refuse) -> None:
    config = load(MINIMAL + "application: {actions: {charge: {run: [python, charge.py]}}, has_no: [webhooks]}\n")
    assert config.application
    assert config.application.has_no == ("webhooks",)
    _, problem = refuse(MINIMAL + "application: {action: {}}\n")
    assert "unknown key `action` in `application`" in problem
    assert problem.endswith("did you mean `actions`?")


@pytest.mark.parametrize("expires", ["2027-05-09", "2020-01-01", "2026-11-10"])
def test_a_waiver_within_its_term_loads_also_when_it_has_expired(load: Load, expires: str) -> None:
    assert load(f"{MINIMAL}waivers:\n{waiver(expires=expires)}").waivers[0].expires.isoformat() == expires


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"expires": "2027-05-10"}, "a waiver ends within 180 days: 2027-05-09 at the latest"),
        ({"expires": "soon"}, "expected a day"),
        ({"expires": "20261231"}, "expected a day"),
        ({"expires": "2026-12-31T00:00:00"}, "expected a day"),
        ({"expires": "2026-1-1"}, "expected a day"),
        ({"owner": ""}, "there is no value here"),
        ({"ticket": "12"}, "expected text"),
        ({"environment": "staging"}, "expected one of: sandbox, production"),
        ({"until": "x"}, "unknown key `until`"),
    ],
)
def test_bad_waivers(refuse: Refuse, fields: dict[str, str], sentence: str) -> None:
    (problem,) = refuse(f"{MINIMAL}waivers:\n{waiver(**fields)}")
    assert sentence in problem


def test_a_check_is_waived_once_per_environment(load: Load, refuse: Refuse) -> None:
    (problem,) = refuse(f"{MINIMAL}waivers:\n{waiver()}{waiver()}")
    assert problem.startswith("readiness.yaml:7:13: this check is waived twice")
    both = waiver(environment="sandbox") + waiver(environment="production")
    assert len(load(f"{MINIMAL}waivers:\n{both}").waivers) == 2


def test_an_attestation_lasts_a_year_and_loads_also_when_it_is_void(load: Load, refuse: Refuse) -> None:
    assert load(attestation(on="2026-11-02", expires="2027-11-02")).attestations
    assert load(attestation(on="2020-01-01", expires="2020-02-01")).attestations
    assert load(attestation(on="2030-01-01", expires="2030-02-01")).attestations
    assert "lasts 365 days: until 2027-11-02" in refuse(attestation(on="2026-11-02", expires="2027-11-03"))[0]
    assert "before the day it was given" in refuse(attestation(on="2026-11-02", expires="2026-11-01"))[0]


def test_a_digest_is_recorded_of_a_file_and_never_taken_from_the_config(load: Load, refuse: Refuse) -> None:
    Path("docs").mkdir()
    Path("docs/load test.pdf").write_bytes(b"proof")
    (given,) = load(attestation("docs/load test.pdf")).attestations.values()
    assert given.evidence_digest == hashlib.sha256(b"proof").hexdigest()
    (problem,) = refuse(attestation().replace("note:", "evidence_digest: abc, note:"))
    assert "unknown key `evidence_digest`" in problem


@pytest.mark.parametrize("evidence", ["https://wiki.acme.example/load.pdf", "agreed by telephone", "PAY-12"])
def test_evidence_may_be_a_link_or_words(load: Load, evidence: str) -> None:
    (given,) = load(attestation(evidence)).attestations.values()
    assert (given.evidence, given.evidence_digest) == (evidence, None)


@pytest.mark.parametrize("evidence", ["docs/load.pdf", "load.pdf", "../x", "docs/"])
def test_evidence_that_looks_like_a_file_must_exist(load: Load, refuse: Refuse, evidence: str) -> None:
    assert load(MINIMAL)
    Path("docs").mkdir()
    assert "there is no such file" in refuse(attestation(evidence))[0]


def test_evidence_that_is_a_pipe_does_not_block(load: Load, refuse: Refuse) -> None:
    assert load(MINIMAL)
    os.mkfifo("proof.pdf")
    assert "there is no such file" in refuse(attestation("proof.pdf"))[0]


def test_an_authority_is_found_beside_the_config(load: Load, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    config = load(MINIMAL.replace("{preset: aurora}", "{preset: aurora, ca_file: ca.pem}"))
    assert Path(config.environments[Environment.SANDBOX].ca_file or "").samefile(tmp_path / "ca.pem")


def test_an_authority_must_hold_certificates(refuse: Refuse, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate\n")
    (problem,) = refuse(MINIMAL.replace("{preset: aurora}", "{preset: aurora, ca_file: ca.pem}"))
    assert "no certificate in PEM form stands in this file" in problem
    (problem,) = refuse(MINIMAL.replace("{preset: aurora}", "{preset: aurora, ca_file: none.pem}"))
    assert "this file cannot be read: no such file or directory" in problem
