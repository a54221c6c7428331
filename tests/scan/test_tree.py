from __future__ import annotations

import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from readiness.config.model import Exclude, Source
from readiness.config.presets import RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.model import Environment, Location
from readiness.scan import blocks
from readiness.scan.limits import Interrupted, Limits
from readiness.scan.patterns import Place, all_patterns
from readiness.scan.tree import Findings, TreeSearch, is_dotenv
from readiness.searched import OVER_TIME
from readiness.secret import Redactor, Secret
from tests.scan.conftest import Repository
from tests.scan.planting import CLIENT_ID, PLAIN, SECRET, encoded, needles

PATTERNS = [
    pattern for pattern in all_patterns(KnownHosts(retired=dict(RETIRED_HOSTS))) if Place.TREE in pattern.places
]
OTHER = "kR7vQ2mZ9xT4bN8cW3jL6pY1"


def searched(folder: Path, *sources: Source, limits: Limits | None = None) -> Findings:
    redactor = Redactor()
    redactor.add(Secret(SECRET, "secret 0"))
    search = TreeSearch(
        folder, needles(SECRET, PLAIN, patterns=PATTERNS), excusable=True, masked=redactor.text, limits=limits
    )
    return search.search(sources or (Source(path="."),))


def places(findings: Findings) -> list[tuple[str, str]]:
    return [(str(hit.location), hit.form) for hit in findings.secrets]


def test_a_secret_is_told_with_path_line_column_and_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app" / "src").mkdir(parents=True)
    (tmp_path / "app" / "src" / "pay.py").write_bytes(b"# pay\n\nkey = 'x'; k = '" + encoded(SECRET) + b"'\n")
    findings = searched(Path("app"), Source(path="src"))
    (hit,) = findings.secrets
    assert hit.location == Location(path="app/src/pay.py", line=3, column=17)
    assert (hit.what, hit.environment, hit.form) == ("secret 0", Environment.SANDBOX, "base64")
    assert (findings.files, findings.gaps) == (1, [])
    assert SECRET not in repr(findings)


def test_tracked_untracked_ignored_and_remotes_are_searched(repository: Repository) -> None:
    repository.commit({".gitignore": "ignored.txt\n", "tracked.txt": SECRET})
    repository.write({"ignored.txt": SECRET, "untracked.txt": SECRET})
    repository.git("remote", "add", "origin", f"https://user:{PLAIN}@git.example.com/a.git")
    found = {
        Path(path.split(":")[0]).relative_to(repository.path).as_posix()
        for path, _ in places(searched(repository.path))
    }
    assert found == {".git/config", "ignored.txt", "tracked.txt", "untracked.txt"}


def test_nothing_excuses_a_known_secret_in_excluded_files(tmp_path: Path) -> None:
    (tmp_path / "tests" / SECRET).mkdir(parents=True)
    (tmp_path / "tests" / "fixture").write_text(SECRET)
    (tmp_path / "tests" / "sealed.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    with zipfile.ZipFile(tmp_path / "tests" / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", f"{SECRET} sk_live_4eC39HqLyjWDarjtT1zdp7dcAAAA")
    (tmp_path / "main").write_text("fine")
    (tmp_path / "tests" / "out").symlink_to("/etc/hostname")
    findings = searched(tmp_path, Source(path=".", exclude=(Exclude(pattern="tests/**", reason="made up"),)))
    assert sorted((hit.location.path.removeprefix(str(tmp_path)), hit.form) for hit in findings.secrets) == [
        ("/tests/[redacted: secret 0]", "raw, in the name"),
        ("/tests/a.zip!inner.txt", "raw"),
        ("/tests/fixture", "raw"),
    ]
    assert (findings.matches, findings.gaps) == ({}, [])
    assert findings.excluded == {"tests/**": 4}


def test_sources_that_overlap_are_searched_once(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").write_text(SECRET)
    findings = searched(tmp_path, Source(path="src"), Source(path="."))
    assert (findings.files, len(findings.secrets)) == (1, 1)


def test_what_one_source_excludes_another_may_hold(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").write_text(SECRET)
    (tmp_path / "b").write_text("fine")
    findings = searched(tmp_path, Source(path=".", exclude=(Exclude(pattern="src"),)), Source(path="src"))
    assert (findings.files, len(findings.secrets)) == (2, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_all_is_looked_for_in_what_one_source_excludes_and_another_holds(tmp_path: Path, *, turned: bool) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.rar").write_bytes(b"Rar!\x1a\x07\x00")
    (tmp_path / "src" / ".env").write_text(f"AURORA_CLIENT_SECRET={OTHER}\nKEY={SECRET}\n")
    (tmp_path / "b").write_text("fine")
    sources = [Source(path=".", exclude=(Exclude(pattern="src/**"),)), Source(path="src")]
    findings = searched(tmp_path, *(reversed(sources) if turned else sources))
    assert findings.gaps == [f"{tmp_path}/src/a.rar: rar archive, not opened: repack it as zip or tar"]
    assert [hit.location.line for hit in findings.matches["credentials"]] == [1]
    assert findings.dotenv == [tmp_path / "src" / ".env"]
    assert (findings.files, len(findings.secrets)) == (3, 1)


def test_a_secret_in_a_name_is_found_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / f"dump-{PLAIN}").mkdir()
    (tmp_path / f"dump-{PLAIN}" / "data").write_text("x")
    (tmp_path / "link").symlink_to(PLAIN)
    redactor = Redactor()
    redactor.add(Secret(PLAIN, "secret 0"))
    search = TreeSearch(tmp_path, needles(PLAIN), masked=redactor.text)
    findings = search.search([Source(path=".")])
    assert [hit.form for hit in findings.secrets] == ["raw, in the name", "raw, in the link"]
    assert PLAIN not in repr(findings)


@pytest.mark.parametrize("at", [0, 90, 3000, 4090, 8000, 12_000])
@pytest.mark.parametrize(
    "form", [SECRET.encode(), encoded(SECRET, before="x"), b'"%b" +\n"%b"' % (PLAIN[:9].encode(), PLAIN[9:].encode())]
)
def test_blocks_hide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, form: bytes) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 12)
    filler = b"".join(b"line %d of many\n" % number for number in range(3000))
    (tmp_path / "big").write_bytes(filler[:at] + b" " + form + b" " + filler[at:])
    (hit,) = searched(tmp_path).secrets
    before = filler[:at] + b" "
    assert hit.location.line == before.count(b"\n") + 1
    assert hit.location.column is not None
    assert abs(hit.location.column - (len(before) - before.rfind(b"\n"))) <= 1


def test_credentials_and_hosts_across_blocks_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 12)
    line = f'client_secret = "{OTHER}"; url = "https://uat.rwaapps.net/"\n'
    (tmp_path / "big").write_text(
        "".join(f"{number:9}\n" + (line if number % 700 == 0 else "") for number in range(7000))
    )
    with (tmp_path / "big").open("a") as file:
        file.write("# talks to api.flute.com\n")
    findings = searched(tmp_path)
    assert len(findings.matches["credentials"]) == len(findings.matches["retired_hosts"]) == 10
    assert [hit.location.line for hit in findings.matches["retired_hosts"]] == [
        2 + number * 701 for number in range(10)
    ]


def test_undeclared_credentials_are_found_and_declared_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"AURORA_CLIENT_SECRET={OTHER}\nAURORA_OLD_CLIENT_SECRET={PLAIN}\n")
    header = encoded(PLAIN, before=f"{CLIENT_ID}:").decode()
    (tmp_path / "call.sh").write_text(f"curl -H 'Authorization: Basic {header}' https://oauth.api.flute.com\n")
    findings = searched(tmp_path)
    assert [str(hit.location).rpartition("/")[2] for hit in findings.matches["credentials"]] == [".env:1:22"]
    assert len(findings.secrets) == 2
    assert OTHER not in repr(findings)


def test_credentials_and_hosts_are_found_in_utf16(tmp_path: Path) -> None:
    text = f"é\r\nAURORA_CLIENT_SECRET={OTHER}\r\nURL=https://uat.rwaapps.net\r\n"
    (tmp_path / "settings.reg").write_bytes(text.encode("utf-16"))
    findings = searched(tmp_path)
    assert (findings.matches["credentials"][0].location.line, findings.matches["credentials"][0].location.column) == (
        2,
        22,
    )
    assert (
        findings.matches["retired_hosts"][0].location.line,
        findings.matches["retired_hosts"][0].location.column,
    ) == (3, 13)


def test_hosts_belong_to_the_environment_of_their_source(tmp_path: Path) -> None:
    (tmp_path / "live.ini").write_text("url = https://uat.rwaapps.net")
    findings = searched(tmp_path, Source(path="live.ini", environment=Environment.PRODUCTION))
    assert [(hit.what, hit.environment) for hit in findings.matches["retired_hosts"]] == [
        ("uat.rwaapps.net", Environment.PRODUCTION)
    ]


def test_a_file_full_of_secrets_is_told_of_in_short(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"{SECRET}\n" * 1000)
    assert len(searched(tmp_path).secrets) == 50


@pytest.mark.parametrize("content", ["a missing source", "an empty one", "an archive", "a link", "a vanished file"])
def test_what_was_left_out_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    root = tmp_path / "root"
    expected = {
        "a missing source": "root: no such file or directory",
        "an empty one": "root: it holds no file",
        "an archive": "root/a.rar: rar archive, not opened: repack it as zip or tar",
        "a link": "root/out: a link that leads out of the source; it was not followed",
        "a vanished file": "root/file: vanished",
    }[content]
    if content != "a missing source":
        root.mkdir()
    if content == "an archive":
        (root / "a.rar").write_bytes(b"Rar!\x1a\x07\x00")
    if content == "a link":
        (root / "out").symlink_to("/etc")
    if content == "a vanished file":
        (root / "file").write_text("x")
        monkeypatch.setattr(os, "open", vanishing)
    monkeypatch.chdir(tmp_path)
    assert searched(Path(), Source(path="root")).gaps == [expected]


def vanishing(path: str, *_: object) -> int:
    raise FileNotFoundError(2, "No such file or directory", path)


def test_files_that_cannot_be_read_are_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        (tmp_path / f"closed{number}").write_text(SECRET)
    (tmp_path / "open").write_text(SECRET)
    really = os.open

    def refusing(path: str, flags: int) -> int:
        if "closed" in str(path):
            raise PermissionError(13, "Permission denied", path)
        return really(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    monkeypatch.chdir(tmp_path)
    findings = searched(Path())
    assert findings.gaps == ["closed0, closed1, closed2, closed3, closed4 and 3 more: permission denied"]
    assert [path for path, _ in places(findings)] == ["open:1:1"]


def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    really = os.open

    def swapping(path: str, flags: int) -> int:
        Path(path).unlink()
        os.mkfifo(path)
        return really(path, flags)

    monkeypatch.setattr(os, "open", swapping)
    assert "vanished" in searched(tmp_path).gaps[0]


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "elsewhere").write_text(SECRET)
    (root / "file").write_text("x")
    really = os.open

    def swapping(path: str, flags: int) -> int:
        Path(path).unlink()
        Path(path).symlink_to(tmp_path / "elsewhere")
        return really(path, flags)

    monkeypatch.setattr(os, "open", swapping)
    findings = searched(root)
    assert (findings.secrets, findings.files, len(findings.gaps)) == ([], 0, 1)


def test_huge_sparse_files_are_searched_at_once(tmp_path: Path) -> None:
    with (tmp_path / "image").open("wb") as file:
        file.truncate(1 << 42)
        file.seek((1 << 41) + 12_345)
        file.write(SECRET.encode())
    began = time.monotonic()
    findings = searched(tmp_path)
    assert [form for _, form in places(findings)] == ["raw"]
    assert time.monotonic() - began < 5


def test_strange_names_are_shown_with_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (b"new\nline", b"bad\xff", "\u202ebidi".encode()):
        Path(os.fsdecode(name)).write_text(SECRET)
    shown = {hit.location.path for hit in searched(Path()).secrets}
    assert shown == {"new\\nline", "bad\\xff", "\\u202ebidi"}


def test_a_search_stops_when_told_to(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"file{number}").write_text("x")
    stop = threading.Event()
    limits = Limits(stop)
    search = TreeSearch(tmp_path, needles(), limits=limits, masked=str, progress=lambda _: None)
    stop.set()
    with pytest.raises(Interrupted):
        search.search([Source(path=".")])


def test_a_search_stops_within_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 16)
    (tmp_path / "big").write_bytes(b"0123456789abcdef" * (1 << 20))
    stop = threading.Event()
    failure: list[BaseException] = []

    def run() -> None:
        try:
            TreeSearch(tmp_path, needles(), limits=Limits(stop)).search([Source(path=".")])
        except Interrupted as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    stop.set()
    began = time.monotonic()
    thread.join(10)
    assert time.monotonic() - began < 1
    assert not thread.is_alive()
    assert failure


def test_a_deadline_leaves_a_gap_and_keeps_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / f"file{number}").write_text(SECRET)
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    findings = searched(tmp_path, limits=Limits(deadline=3))
    assert 0 < findings.files < 5
    assert len(findings.secrets) == findings.files
    assert findings.gaps[0].endswith(OVER_TIME)


def test_a_read_that_gives_less_than_there_is_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x" * 2000 + SECRET)
    whole = os.preadv
    monkeypatch.setattr(os, "preadv", lambda file, buffers, at: whole(file, [buffers[0][:1000]], at))
    assert len(searched(tmp_path).secrets) == 1


def test_bytes_are_counted_once(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET.ljust(1000, "."))
    (tmp_path / "other").write_text("x" * 500)
    assert searched(tmp_path).bytes == 1500


@pytest.mark.parametrize("name", [".env", ".env.production", ".env.local", ".envrc"])
def test_files_for_secrets_are_known_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("A=1")
    assert searched(tmp_path).dotenv == [tmp_path / name]


@pytest.mark.parametrize("name", [".env.example", ".env.sample", ".environment", "env", ".env.production.template"])
def test_examples_hold_no_secrets(name: str) -> None:
    assert not is_dotenv(name)
