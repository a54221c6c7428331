from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness.config import load_config
from readiness.errors import UsageError
from readiness.evidence import EvidenceItem, EvidenceSet, Missing
from readiness.model import Because
from readiness.result import NotChecked
from readiness.saved_evidence import read_saved, stand_in
from tests.literals import NOW, PRODUCTION, SANDBOX, Season, Weather, evidence_set, item, make_probe, missing, registry

HOSTS = {"api_url": "https://api.example", "oauth_url": "https://oauth.example/oauth2/token"}
HERE = {SANDBOX: {"preset": "aurora", **HOSTS}, PRODUCTION: {"preset": "aurora"}}
KNOWN = registry(make_probe(Season), make_probe(Weather))
ABSENT = item((Season, missing(Because.NOT_CONFIGURED, "no partner")))


def saved(*items: EvidenceItem, **more: Any) -> EvidenceSet:
    return evidence_set(*(items or (item(Season(name="spring")),)), **{"environments": HERE, **more})


def stood_in(
    items: tuple[EvidenceItem, ...] = (ABSENT,), kept: EvidenceSet | None = None, **more: Any
) -> tuple[tuple[EvidenceItem, ...], tuple[NotChecked, ...]]:
    given: dict[str, Any] = {"registry": KNOWN, "addresses": HERE, "now": NOW, **more}
    return stand_in(items, {"drill.json": kept or saved()}, **given)


def test_saved_evidence_stands_in_and_names_its_file() -> None:
    (found,), unused = stood_in()
    assert found.data == {"name": "spring"}
    assert (found.missing, found.origin) == (None, "drill.json")
    assert unused == ()


@pytest.mark.parametrize("because", list(Because))
def test_it_stands_in_only_for_what_was_not_configured_or_permitted(because: Because) -> None:
    absent = item((Season, missing(because)))
    (found,), _ = stood_in((absent,))
    stands = because in {Because.NOT_CONFIGURED, Because.NOT_PERMITTED}
    assert (found.origin == "drill.json") is stands
    assert stands or found == absent


def test_it_never_stands_in_for_what_was_gathered() -> None:
    fresh = item(Season(name="winter"))
    assert stood_in((fresh,))[0] == (fresh,)


def test_it_adds_nothing_that_the_run_did_not_look_for() -> None:
    assert stood_in(()) == ((), ())


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(days=90), None),
        (timedelta(days=90, seconds=1), "90 days old"),
        (timedelta(0), None),
        (timedelta(seconds=-1), "dated in the future"),
        (timedelta(days=-1), "dated in the future"),
    ],
)
def test_it_keeps_for_its_days(age: timedelta, reason: str | None) -> None:
    (found,), unused = stood_in(now=NOW + age)
    assert (found.origin is None) is (reason is not None)
    assert [each.what for each in unused] == ([] if reason is None else ["season in drill.json"])
    assert reason is None or reason in unused[0].why


@pytest.mark.parametrize(
    "there",
    [
        {SANDBOX: {**HOSTS, "api_url": "https://other.example"}},
        {SANDBOX: {**HOSTS, "oauth_url": "https://other.example"}},
        {PRODUCTION: HOSTS},
        {},
    ],
)
def test_it_was_taken_at_the_same_hosts(there: Any) -> None:
    (found,), (unused,) = stood_in(kept=saved(environments=there))
    assert found == ABSENT
    assert "other hosts" in unused.why
    (found,), _ = stood_in(addresses=there)
    assert found == ABSENT


def test_a_kind_that_does_not_keep_and_one_that_nobody_knows_are_left() -> None:
    absent = item((Weather, missing()))
    assert stood_in((absent,), saved(item(Weather()))) == ((absent,), ())
    assert stood_in((ABSENT,), registry=registry())[0] == (ABSENT,)


def test_a_missing_item_stands_for_nothing() -> None:
    lack = item((Season, Missing(because=Because.CRASHED, detail="x")))
    assert stood_in(kept=saved(lack)) == ((ABSENT,), ())


def config_naming(folder: Path, name: str) -> Path:
    path = folder / "readiness.yaml"
    path.write_text(
        "version: 1\nintegration: {name: A, kind: merchant}\n"
        f"environments:\n  sandbox: {{preset: aurora}}\nevidence: [{name}]\n"
    )
    return path


def test_files_are_read_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "drill.json").write_text(saved().model_dump_json(), encoding="utf-8")
    assert read_saved(load_config(config_naming(tmp_path, "drill.json"))) == {"drill.json": saved()}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{}", "not usable"),
        (b"", "not usable"),
        (b"[" * 100_000, "not usable"),
        (b'{"format": "readiness-result/1"}', "not usable"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_none_is_told_with_its_place(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "drill.json").write_bytes(content)
    with pytest.raises(UsageError, match=words) as refused:
        read_saved(load_config(config_naming(tmp_path, "drill.json")))
    assert "readiness.yaml:5:12" in refused.value.message
    assert refused.value.exit_code == 2
