"""Archives of every kind, in each other, damaged, encrypted, and made to harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from readiness.scan import archive, blocks, decompress
from readiness.scan.content import Bounds, ContentSearch, Finds
from tests.scan.planting import PLAIN, needles

TEXT = b"# settings\nkey = " + PLAIN.encode() + b"\n"
ZEROS = bytes(5000)
MISS = TEXT.replace(PLAIN[3:5].encode(), b"zz")


def zipped(name: str, data: bytes, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def commented(archive: bytes) -> bytes:
    return archive[:-2] + b"\x05\0hello"


def tarred(name: str, data: bytes, mode: str = "w", *, kind: bytes = tarfile.REGTYPE) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as tar:  # type: ignore[call-overload]  # any mode
        info = tarfile.TarInfo(name)
        info.size, info.type = len(data), kind
        tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


def older(tar: bytes) -> bytes:
    """A tar of one file as it was before 1988: without a magic, and with another checksum."""
    header = tar[:148] + b" " * 8 + tar[156:257] + bytes(255)
    return header[:148] + b"%06o\0 " % sum(header) + header[156:] + tar[512:]


PACKERS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gz": (gzip.compress, ""),
    "bz2": (bz2.compress, ""),
    "xz": (lzma.compress, ""),
    "zst": (zstandard.ZstdCompressor().compress, ""),
    "zst behind a skippable frame": (
        lambda data: b"\x5a\x2a\x4d\x18\x04\0\0\0size" + zstandard.ZstdCompressor().compress(data),
        "",
    ),
    "lzma": (lambda data: lzma.compress(data, lzma.FORMAT_ALONE), ""),
    "several gz": (lambda data: gzip.compress(b"first\n") + gzip.compress(data), ""),
    "several bz2": (lambda data: bz2.compress(b"first\n") + bz2.compress(data), ""),
    "several xz": (lambda data: lzma.compress(b"first\n") + lzma.compress(data), ""),
    "zip": (lambda data: zipped("a.txt", data), "!a.txt"),
    "zip bzip2": (lambda data: zipped("a.txt", data, method=zipfile.ZIP_BZIP2), "!a.txt"),
    "zipapp": (lambda data: b"#!/usr/bin/env python3\n" + zipped("a.txt", data), "!a.txt"),
    "zip with a comment behind a program": (lambda data: ZEROS + commented(zipped("a.txt", data)), "!a.txt"),
    "zip with a long comment in front of a signature": (
        lambda data: ZEROS + zipped("a.txt", data)[:-2] + b"\xdc\x05" + b"c" * 1500 + b"\x30\x82" * 150,
        "!a.txt",
    ),
    "folder of a zip with content": (lambda data: zipped("a/", data), "!a/"),
    "tar": (lambda data: tarred("a.txt", data), "!a.txt"),
    "tar.gz with an unknown type": (lambda data: gzip.compress(tarred("a.txt", data, kind=b"Z")), "!a.txt"),
    "zip in an old tar": (lambda data: older(tarred("y.zip", zipped("a.txt", data))), "!y.zip!a.txt"),
    "zipapp in tar": (lambda data: tarred("d/y.pyz", b"#!python\n" + zipped("a.txt", data)), "!d/y.pyz!a.txt"),
    "tar.gz": (lambda data: tarred("a.txt", data, "w:gz"), "!a.txt"),
    "tar.bz2": (lambda data: tarred("a.txt", data, "w:bz2"), "!a.txt"),
    "tar.xz": (lambda data: tarred("a.txt", data, "w:xz"), "!a.txt"),
    "tar.zst": (lambda data: zstandard.ZstdCompressor().compress(tarred("a.txt", data)), "!a.txt"),
    "jar in wheel": (lambda data: zipped("lib/x.jar", zipped("a.txt", data)), "!lib/x.jar!a.txt"),
    "zip in tar.gz": (lambda data: tarred("d/y.zip", zipped("a.txt", data), "w:gz"), "!d/y.zip!a.txt"),
    "gz in zip": (lambda data: zipped("a.log.gz", gzip.compress(data)), "!a.log.gz"),
    "docker image": (lambda data: tarred("4f2a/layer.tar", tarred("app/.env", data)), "!4f2a/layer.tar!app/.env"),
    "oci image": (
        lambda data: tarred("blobs/sha256/4f2a", tarred("app/.env", data, "w:gz")),
        "!blobs/sha256/4f2a!app/.env",
    ),
    "jar in docker layer": (
        lambda data: tarred("l/layer.tar", tarred("app.jar", zipped("a.txt", data))),
        "!l/layer.tar!app.jar!a.txt",
    ),
}


def searched(data: bytes, *, depth: int = 3, memory: int = 1 << 20) -> tuple[list[str], list[str]]:
    finds = Finds()
    gaps: list[str] = []
    search = ContentSearch(
        needles(PLAIN),
        Bounds(depth, memory),
        finds=finds,
        leave_out=lambda reason, path: gaps.append(f"{path}: {reason}"),
        check=lambda: None,
    )
    search.search("x", io.BytesIO(data), len(data), None)
    return [f"{hit.location} {hit.form}" for hit in finds.secrets], gaps


@pytest.mark.parametrize("packer", PACKERS)
def test_every_archive_is_opened(packer: str) -> None:
    pack, inner = PACKERS[packer]
    places, gaps = searched(pack(b"x\n" * 70 + TEXT))
    line = 72 + packer.startswith("several")
    assert places == [f"x{inner}:{line}:7 raw"]
    assert gaps == []
    assert searched(pack(MISS)) == ([], [])


@pytest.mark.parametrize("packer", ["zip", "tar", "tar.gz"])
def test_names_in_archives_are_searched(packer: str) -> None:
    name = f"dump-{PLAIN}.txt"
    if packer in {"zip", "tar"}:
        data = (zipped if packer == "zip" else tarred)(name, b"x")
    else:
        data = tarred(name, b"x", "w:gz")
    places, gaps = searched(data)
    assert any(place.endswith("raw, in the name") for place in places)
    assert gaps == []


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_tars_one_behind_the_other_are_opened(packed: Callable[[bytes], bytes]) -> None:
    found, gaps = searched(packed(tarred("first.txt", b"fine") + tarred("second.txt", TEXT)))
    assert found == ["x!second.txt:2:7 raw"]
    assert gaps == []


def test_what_a_damaged_header_hides_in_a_tar_is_found() -> None:
    data = bytearray(tarred("a.txt", b"fine").rstrip(b"\0").ljust(1024, b"\0") + tarred("b.txt", TEXT))
    data[1024:1030] = b"\xff" * 6
    data[1024 + 148 : 1024 + 156] = b"\xff" * 8
    found, _ = searched(bytes(data))
    assert [text.partition(":")[0] for text in found] == ["x"]


def test_the_name_in_a_gzip_file_is_searched() -> None:
    file = io.BytesIO()
    with gzip.GzipFile(f"{PLAIN}.log", "wb", fileobj=file) as packed:
        packed.write(b"fine")
    found, _ = searched(file.getvalue())
    assert len(found) == 1


def test_depth_is_bounded_and_told() -> None:
    data = TEXT
    for level in range(5):
        data = zipped(f"{level}.zip", data)
    places, gaps = searched(data)
    assert places == []
    assert gaps == ["x!4.zip!3.zip!2.zip: archives deeper than `policy.archive_depth`, not opened"]
    assert searched(data, depth=5)[0] == ["x!4.zip!3.zip!2.zip!1.zip!0.zip:2:7 raw"]


def test_a_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "RATIO_FROM", 1 << 20)
    for pack in (gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress):
        places, (gap,) = searched(pack(bytes(100 << 20)))
        assert places == []
        assert "archive bomb" in gap
    bomb = zipped("a", zipped("b", bytes(50 << 20)))
    assert any("archive bomb" in gap for gap in searched(bomb)[1])


def test_too_many_entries_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    budget = archive.Budget(100, 100, entries=3)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as many:
        for number in range(5):
            many.writestr(str(number), "x")
    with pytest.raises(archive.Exhausted, match="more than 3 files"):
        for _ in archive.entries_of("zip archive", file, budget):
            pass


def test_an_inner_zip_that_is_too_large_is_a_gap() -> None:
    data = tarred("big.zip", zipped("a", TEXT * 1000, method=zipfile.ZIP_STORED), "w:gz")
    assert searched(data, memory=1000)[1] == [
        "x!big.zip: too large for an archive within an archive (`policy.max_object`), not opened"
    ]


def test_encrypted_entries_are_gaps() -> None:
    data = bytearray(zipped("a.txt", TEXT))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    assert searched(bytes(data)) == ([], ["x!a.txt: it is encrypted"])


@pytest.mark.parametrize("packer", [name for name in PACKERS if not re.search("in|image|app", name)])
def test_damaged_archives_are_gaps(packer: str) -> None:
    whole = PACKERS[packer][0](random.Random(1).randbytes(30_000) + TEXT)
    for cut in (len(whole) // 2, len(whole) - (12_000 if packer == "tar" else 30)):
        assert searched(whole[:cut])[1] != []
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    if packer not in {"tar", "zst", "tar.zst"}:  # these have no checksum
        assert searched(bytes(broken))[1] != []


def test_files_that_the_directory_of_a_zip_does_not_name_are_a_gap() -> None:
    first, second = zipped("a.txt", TEXT), zipped("b.txt", b"fine")
    for data in (first + second, ZEROS + first + ZEROS + second, second[: second.index(b"PK\x01\x02")] + first):
        assert searched(data)[1] == ["x: it holds files that its directory does not name; these were not opened"]
    assert searched(zipped("c.zip", first, method=zipfile.ZIP_STORED))[1] == []
    assert searched(b"PK\x03\x04 is how zip archives begin" + ZEROS + first)[1] == []


def test_a_zip_behind_other_data_within_an_archive_is_a_gap() -> None:
    assert searched(gzip.compress(b"#!python\n" + zipped("a.txt", TEXT)))[1] == [
        "x: a zip archive behind other data, within an archive; not opened"
    ]


def test_a_comment_that_looks_like_the_end_of_a_zip_hides_nothing() -> None:
    data = ZEROS + zipped("a.txt", TEXT)[:-2] + b"\x14\0" + b"PK\x05\x06c" * 4
    assert searched(data)[1] == ["x: a damaged zip archive (BadZipFile); not all of it was opened"]


def test_what_only_looks_like_the_end_of_a_zip_is_none() -> None:
    end = zipped("a.txt", b"x")[-22:]
    for data in (end[:-1], b"x" * 9 + end, ZEROS + end + b"x", b"some PK\x05\x06 and more text"):
        assert searched(b"#" + data)[1] == []


@pytest.mark.parametrize(
    "head",
    [
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07\x00",
        b"!<arch>\ndebian-binary",
        b"\x1f\x9d",
        b"\x02\x21\x4c\x18",
        b"xar!\0\x1c",
        b"MSWIM\0\0\0",
        b"PGDMP",
    ],
)
def test_what_cannot_be_opened_is_a_gap(head: bytes) -> None:
    (gap,) = searched(head + b"x" * 99)[1]
    assert "not opened: repack it" in gap


def test_text_with_digits_where_a_tar_has_its_checksum_is_no_tar() -> None:
    data = b"x" * 148 + b"001234\0 " + b"x" * 900
    assert searched(data + TEXT) == (["x:2:7 raw"], [])


def test_zstandard_without_its_library_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "find_spec", lambda _: None)
    gaps = searched(PACKERS["zst"][0](TEXT * 9))[1]
    assert gaps == ["x: a zstandard file, not opened: pip install 'aurora-readiness[scan]'"]


def test_blocks_of_packed_files_hide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1 << 14)
    for at in (0, 300, 1200, 1820, 1821, 5000):
        data = b"line %d\n" % at * at + TEXT + b"line\n" * 9000
        (place,) = searched(gzip.compress(data))[0]
        assert place == f"x:{at + 2}:7 raw"


def test_a_pointer_of_lfs_is_a_gap() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 12\n"
    assert searched(pointer)[1] == ["x: a Git LFS pointer; what it stands for is stored elsewhere and was not searched"]


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for pack, _ in PACKERS.values():
        searched(pack(TEXT))
    searched(tarred("../../evil", TEXT))
    assert list(tmp_path.iterdir()) == []
