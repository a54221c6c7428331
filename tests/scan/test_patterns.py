"""Patterns in the search of files: places, environments and excuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.config.model import Source
from readiness.config.presets import KNOWN_HOSTS, RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.model import Environment
from readiness.scan.patterns import Place, all_patterns
from readiness.scan.tree import Findings, TreeSearch
from readiness.searched import BESIDE_PRODUCTION, Hit
from tests.scan.planting import needles

HOSTS = KnownHosts(
    sandbox=tuple(KNOWN_HOSTS[Environment.SANDBOX]),
    production=tuple(KNOWN_HOSTS[Environment.PRODUCTION]),
    retired=dict(RETIRED_HOSTS),
)
CHECK = "card-data/no-test-cards-in-release"
CARD = "4111111111111111"


def search(folder: Path, *sources: Source, place: Place = Place.TREE) -> Findings:
    patterns = [pattern for pattern in all_patterns(HOSTS) if place in pattern.places]
    every = TreeSearch(folder, needles(patterns=patterns), excusable=place is not Place.LOGS)
    return every.search(sources or (Source(path="."),))


def hits(folder: Path, text: str | bytes, place: Place = Place.TREE) -> dict[str, list[Hit]]:
    (folder / "file").write_bytes(text if isinstance(text, bytes) else text.encode())
    return dict(search(folder, place=place).matches)


def test_sources_are_searched_for_the_sandbox_and_logs_for_cards(tmp_path: Path) -> None:
    text = f'post("https://sandbox.api.flute.com", {{"cardNumber": "{CARD}", "securityCode": "123"}})'
    assert set(hits(tmp_path, text)) == {"sandbox_hosts", "test_cards"}
    assert set(hits(tmp_path, text, Place.ARTIFACTS)) == {"sandbox_hosts", "test_cards"}
    assert set(hits(tmp_path, text, Place.LOGS)) == {"card_numbers", "security_codes"}
    assert set(hits(tmp_path, text, Place.HISTORY)) == set()


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be"])
def test_places_are_those_of_the_file(tmp_path: Path, codec: str) -> None:
    (hit,) = hits(tmp_path, f"# first line of a file\nkäse; card = '{CARD}'\n".encode(codec))["test_cards"]
    assert (hit.location.line, hit.location.column) == (2, 15)


def test_hosts_beside_productions_are_told_apart(tmp_path: Path) -> None:
    table = 'HOSTS = {test: "https://sandbox.api.flute.com", live: "https://api.flute.com"}'
    (hit,) = hits(tmp_path, table)["sandbox_hosts"]
    assert hit.form == BESIDE_PRODUCTION
    half = 'API = "https://api.flute.com"; OAUTH = "https://sandbox.oauth.api.flute.com/oauth2/token"'
    (hit,) = hits(tmp_path, half)["sandbox_hosts"]
    assert (hit.what, hit.form) == ("sandbox.oauth.api.flute.com", "raw")


def test_files_belong_to_an_environment(tmp_path: Path) -> None:
    for name in ("sandbox", "production", "both"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(CARD)
    sources = [
        Source(path="sandbox", environment=Environment.SANDBOX),
        Source(path="production", environment=Environment.PRODUCTION),
        Source(path="both", environment=Environment.SANDBOX),
        Source(path="both"),
    ]
    found = {
        hit.location.path.split("/")[-2]: hit.environment for hit in search(tmp_path, *sources).matches["test_cards"]
    }
    assert found == {"sandbox": Environment.SANDBOX, "production": Environment.PRODUCTION, "both": None}


def test_comments_excuse_in_files_and_never_in_logs(tmp_path: Path) -> None:
    line = f"card = '{CARD}'  # readiness: allow {CHECK} shown on the demo page\n"
    (hit,) = hits(tmp_path, line)["test_cards"]
    assert [(one.check, one.reason) for one in hit.excuses] == [(CHECK, "shown on the demo page")]
    (hit,) = hits(tmp_path, line.replace(CHECK, "card-data/no-pan-in-logs"), Place.LOGS)["card_numbers"]
    assert hit.excuses == ()


def test_many_that_are_excused_hide_none_that_is_not(tmp_path: Path) -> None:
    excused = f"card = '{CARD}'  # readiness: allow {CHECK} shown on the demo page\n"
    found = hits(tmp_path, excused * 200 + f"\n\ncard = '{CARD}'\n")["test_cards"]
    assert [hit.location.line for hit in found if not hit.excuses] == [203]


def test_a_known_secret_is_not_excused(tmp_path: Path) -> None:
    secret = "sk+4f9/dK2=Pq&8Zt7Lm3xW_vB6nR5yT"
    (tmp_path / "a").write_text(f"KEY = '{secret}'  # readiness: allow key-storage/secret-not-in-tree a reason\n")
    (hit,) = search(tmp_path).secrets
    assert hit.excuses == ()


def test_equal_credentials_have_equal_fingerprints(tmp_path: Path) -> None:
    one, two = "kR7vQ2mZ9xT4bN8cW3jL6pY1", "dF5gH0aSqE7vQ2mZ9xT4bN8c"
    lines = [f"client_secret = '{value}'" for value in (one, two, one)]
    marks = [hit.fingerprint for hit in hits(tmp_path, "\n".join(["# api.flute.com", *lines]))["credentials"]]
    assert marks[0] == marks[2] != marks[1]
    assert all(mark and mark not in one + two for mark in marks)
