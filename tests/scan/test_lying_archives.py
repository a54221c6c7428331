"""Archives whose headers lie, hold more than they say, or hide behind something else."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from readiness.config.model import Source
from readiness.scan.history import HistorySearch
from readiness.scan.tree import DEFAULT_BOUNDS, TreeSearch
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN, needles
from tests.scan.test_content import TEXT, ZEROS, searched, tarred, zipped

DAMAGED = "x: a damaged header; what follows was not opened: repack it"
DIFFER = "x!a.txt: its header and the archive's directory differ; repack the archive"
UNLISTED = "x: it holds files that its directory does not name; these were not opened"
BEHIND = "x: a zip archive behind other data, not opened: unpack it"
CUT_OFF = "x!a.txt: damaged (BadZipFile); not all of it was searched"
PACKED = gzip.compress(TEXT)
PROGRAM = b"MZ" + ZEROS


def tar(*members: tuple[str, bytes, dict[str, object]], pax: dict[str, str] | None = None) -> bytes:
    file = io.BytesIO()
    form = tarfile.PAX_FORMAT if pax else tarfile.GNU_FORMAT
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, data, fields in members:
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(data), pax or {}
            for field, value in fields.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def with_header(data: bytes, at: int, field: int, value: bytes) -> bytes:
    """A tar with other bytes in the header at an offset, and a checksum that fits."""
    header = bytearray(data[at : at + 512])
    header[field : field + len(value)] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:at] + header + data[at + 512 :]


def member(deflated: bytes, told: bytes, *, method: int = 8, flags: int = 0, size: int | None = None) -> bytes:
    """A zip of one member, whose directory tells of a content, of a method and of flags."""
    length = len(told) if size is None else size
    name, told_sizes = b"a.txt", (zlib.crc32(told), len(deflated), length)
    common = (0x21, *told_sizes, len(name), 0)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, *common) + name + deflated
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, flags, method, 0, *common, 0, 0, 0, 0, 0) + name
    return local + entry + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(local), 0)


def deflated(*parts: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = [stream.compress(part) + stream.flush(zlib.Z_SYNC_FLUSH) for part in parts]
    return b"".join(packed) + stream.flush()


LYING_TARS = {
    "damaged header": tar(("a", b"x", {}), ("b.gz", PACKED, {})).replace(b"b.gz", b"c.gz"),
    "of no whole number of blocks": tarred("a", b"x") + bytes(100) + tarred("b.gz", PACKED),
    "no size": with_header(tarred("a.gz", PACKED), 0, 124, b"00000000000\0"),
    "negative size": with_header(tarred("a.gz", PACKED), 0, 124, b"\xff" * 11 + b"\0"),
    "symbolic link": tar(("a", b"x", {}), ("l", PACKED, {"type": b"2", "linkname": "a"})),
    "hard link": tar(("a", b"x", {}), ("l", PACKED, {"type": b"1", "linkname": "a"})),
    "folder": tar(("d", PACKED, {"type": b"5"})),
    "pipe": tar(("p", PACKED, {"type": b"6"})),
}


@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
@pytest.mark.parametrize("lie", LYING_TARS)
def test_what_is_no_header_in_a_tar_is_a_gap(lie: str, wrap: Callable[[bytes], bytes]) -> None:
    assert searched(wrap(LYING_TARS[lie])) == ([], [DAMAGED])


def in_padding(data: bytes) -> bytes:
    return data[:600] + PLAIN.encode() + data[600 + len(PLAIN) :]


@pytest.mark.parametrize(
    "data",
    [
        in_padding(tarred("a", b"x")),
        tarred("a", b"x") + TEXT,
        with_header(tarred("a", b"x"), 0, 400, PLAIN.encode()),
        tar(("a", b"x", {}), pax={f"SCHILY.xattr.user.{PLAIN}": "1"}),
        tar(("a", b"x", {}), ("b", TEXT, {})).replace(b"b\0\0", b"c\0\0"),
        tar(("l", TEXT, {"type": b"1", "linkname": "a"})),
        tarred("a.gz", b"\x1f\x8b\x08\x08" + bytes(6) + PLAIN.encode() + b"\0" + gzip.compress(b"x")[10:]),
    ],
    ids=["padding", "behind the end", "header", "pax key", "damaged header", "hard link", "name of a gzip file"],
)
def test_what_is_no_file_in_a_compressed_tar_is_searched(data: bytes) -> None:
    places, _ = searched(gzip.compress(data))
    assert [place.split(" ", 1)[1] for place in places] == ["raw, outside the files in it"]


def test_what_a_file_in_a_compressed_tar_holds_is_told_once() -> None:
    assert searched(tarred("a.txt", TEXT, "w:gz")) == (["x!a.txt:2:7 raw"], [])


def sparse(size: int, holes: str, data: bytes) -> bytes:
    return tar(("s", data, {}), pax={"GNU.sparse.size": str(size), "GNU.sparse.map": holes})


def test_the_holes_of_a_sparse_file_count_as_inflated() -> None:
    assert searched(sparse(16 << 30, "0,1", b"x"))[1] == [
        "x: it inflates without measure (an archive bomb?); the rest was not opened"
    ]


@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
def test_what_the_map_of_a_sparse_file_leaves_out_is_a_gap(wrap: Callable[[bytes], bytes]) -> None:
    gap = "x!s: what its list of holes tells does not fit what is stored; unpack it"
    data = PACKED.ljust(1024, b"\0")
    for holes in ("0,1", "600,600,0,600", "9000,1024"):
        assert searched(wrap(sparse(5000, holes, data)))[1] == [gap]
    places, gaps = searched(wrap(sparse(5000, f"3000,{len(TEXT)}", TEXT)))
    assert places[0].endswith("x!s:2:7 raw")
    assert gaps == []


@pytest.mark.parametrize(
    ("data", "gap"),
    [
        (member(deflated(b"fine\n", TEXT), b"fine\n"), CUT_OFF),
        (member(deflated(b"fine\n") + deflated(TEXT), b"fine\n"), CUT_OFF),
        (member(deflated(TEXT), deflated(TEXT), method=0), DIFFER),
        (member(deflated(TEXT), TEXT, flags=1 << 5), DIFFER),
        (member(deflated(TEXT), TEXT).replace(struct.pack("<I", len(deflated(TEXT))), bytes(4), 1), DIFFER),
    ],
    ids=["more than is told", "two streams", "method", "flags", "size"],
)
def test_a_zip_whose_parts_disagree_is_a_gap(data: bytes, gap: str) -> None:
    assert searched(data)[1] == [gap]
    assert gap in searched(PROGRAM + data)[1]


def test_what_a_zip_holds_beyond_the_size_that_it_tells_is_found() -> None:
    places, gaps = searched(member(deflated(b"fine\n" * 200, TEXT), b"fine\n" * 200))
    assert (places, gaps) == (["x!a.txt:202:7 raw"], [CUT_OFF])


def test_a_zip_that_was_written_in_one_go_is_read() -> None:
    """Its sizes stand behind the files."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.txt", "w", force_zip64=True) as file:
            file.write(TEXT)
        archive.writestr("b/", b"")
    assert searched(pipe.getvalue()) == (["x!a.txt:2:7 raw"], [])


@pytest.mark.parametrize("version", [0, 63, 90])
def test_a_file_that_the_directory_leaves_out_is_a_gap_whatever_version_it_needs(version: int) -> None:
    first, second = bytearray(zipped("a.txt", TEXT)), zipped("b.txt", b"fine")
    first[4] = version
    assert searched(bytes(first[: first.index(b"PK\1\2")]) + second)[1] == [UNLISTED]


def with_large_end(data: bytes) -> bytes:
    at = data.index(b"PK\5\6")
    size, offset = struct.unpack_from("<2I", data, at + 12)
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
    return data[:at] + record + locator + data[at : at + 8] + b"\xff" * 4 + data[at + 12 :]


WHOLE = zipped("a.txt", TEXT)
END = WHOLE.index(b"PK\5\6")
BEHIND_PROGRAMS = {
    "zip64 with an offset": with_large_end(WHOLE),
    "much behind it": WHOLE + b"z" * 70_000,
    "directory cut off": WHOLE[: WHOLE.index(b"PK\1\2") + 9],
    "signature": WHOLE[:END] + b"PK\5\5\x04\0sign" + WHOLE[END:],
    "empty directory": WHOLE[: END + 8] + bytes(8) + WHOLE[END + 16 :],
}


@pytest.mark.parametrize("archive", BEHIND_PROGRAMS)
def test_a_zip_behind_a_program_that_cannot_be_opened_is_a_gap(archive: str, tmp_path: Path) -> None:
    data = PROGRAM + BEHIND_PROGRAMS[archive]
    assert searched(data) == ([], [BEHIND])
    (tmp_path / "x").write_bytes(data)
    (tmp_path / "large").write_bytes(bytes(1 << 20) + data)
    gaps = TreeSearch(tmp_path, needles(PLAIN)).search([Source(path=".")]).gaps
    assert gaps == [f"{tmp_path}/large, {tmp_path}/x: {BEHIND[3:]}"]


def seven_zip() -> bytes:
    header = struct.pack("<2QI", 1000, 20, 0)
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(header)) + header + bytes(1020)


@pytest.mark.parametrize(
    ("data", "what"),
    [(PROGRAM + seven_zip(), "a 7-zip archive"), (b"#!/bin/sh\ntail -n +3 $0 | tar xz\n" + PACKED, "a gzip file")],
)
def test_other_archives_behind_programs_are_gaps(data: bytes, what: str) -> None:
    assert searched(data) == ([], [f"x: {what} behind other data, not opened: unpack it"])
    assert searched(gzip.compress(data))[1] == [f"x: {what} behind other data, within an archive; not opened"]


def test_programs_that_only_know_archives_are_no_gaps() -> None:
    for data in (
        b"PK\3\4" + bytes(40),
        b"PK\3\4\x0a\0",
        b"7z\xbc\xaf\x27\x1c",
        b"7z\xbc\xaf\x27\x1c" + bytes(40),
        PACKED,
    ):
        assert searched(PROGRAM + data)[1] == []


@pytest.mark.parametrize("filters", [{"lc": 4}, {"lc": 0, "lp": 2}, {"pb": 0}])
def test_lzma_files_with_any_properties_are_opened(filters: dict[str, int]) -> None:
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, **filters}]
    assert searched(lzma.compress(TEXT, lzma.FORMAT_ALONE, filters=chain)) == (["x:2:7 raw"], [])


@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
def test_what_compressed_files_hold_beside_their_content_is_searched(wrap: Callable[[bytes], bytes]) -> None:
    comment = b"\x1f\x8b\x08\x10" + bytes(6) + b"c" * 600 + PLAIN.encode() + b"\0" + gzip.compress(b"x")[10:]
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", len(PLAIN)) + PLAIN.encode() + zstandard.compress(b"x")
    for data in (comment, gzip.compress(b"x") + comment, skipped):
        places, gaps = searched(wrap(data))
        assert len(places) == 1
        assert gaps == []


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [
        ("version https://hawser.github.com/spec/v1\noid sha256:4d\nsize 12\n", "Git LFS"),
        ("/annex/objects/SHA256E-s12--4d.txt\n", "git-annex"),
        ("../.git/annex/objects/4d/4d/SHA256E-s12--4d/SHA256E-s12--4d", "git-annex"),
    ],
)
def test_pointers_to_what_is_stored_elsewhere_are_gaps(pointer: str, kind: str, repository: Repository) -> None:
    reason = f"a {kind} pointer; what it stands for is stored elsewhere and was not searched"
    assert searched(pointer.encode())[1] == [f"x: {reason}"]
    repository.commit({"a.txt": pointer})
    gaps = HistorySearch(needles(PLAIN), DEFAULT_BOUNDS, shown=str).search([repository.path]).gaps
    assert [gap.partition(": ")[2] for gap in gaps] == [reason]
