from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.scan.blocks import Block
from readiness.scan.place import LineCounter, TextView, printable, utf16_codec

TEXTS = st.text(st.sampled_from("ab \n\r\té日𝄞ਊĊ"), max_size=80)


def expected(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


@given(TEXTS, st.integers(0, 80))
def test_lines_and_columns_count_characters(text: str, at: int) -> None:
    at = min(at, len(text))
    data = text.encode()
    block = Block(0, data)
    assert LineCounter(data).locate(block, len(text[:at].encode())) == expected(text, at)


@given(TEXTS.filter(bool), st.integers(0, 80), st.integers(0, 40), st.integers(0, 10))
def test_lines_go_on_over_blocks(text: str, at: int, border: int, overlap: int) -> None:
    data = text.encode()
    border = min(border, len(data))
    overlap = min(overlap, border)
    first = Block(0, data[:border], 0, overlap)
    second = Block(border - overlap, data[border - overlap :], overlap, 0)
    place = len(text[: min(at, len(text))].encode())
    lines = LineCounter(first.data)
    if first.owns(place):
        assert lines.locate(first, place) == expected(text, min(at, len(text)))
    lines.finish(first)
    if second.owns(place - second.offset):
        assert lines.locate(second, place - second.offset) == expected(text, min(at, len(text)))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf16_is_counted_in_its_own_characters(codec: str, mark: str) -> None:
    text = "first line\nsecond\nĊਊ third line here"
    data = (mark + text).encode(codec)
    at = text.index("third")
    place = len((mark + text[:at]).encode(codec))
    assert LineCounter(data).locate(Block(0, data), place) == (3, 4)


def test_a_byte_order_mark_is_no_column() -> None:
    data = b"\xef\xbb\xbfabc"
    assert LineCounter(data).locate(Block(0, data), 3) == (1, 1)


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        (b"", None),
        (b"plain text", None),
        (b"\0" * 100, None),
        (b"\xff\xfea\0", "utf-16-le"),
        (b"\xfe\xff\0a", "utf-16-be"),
        ("no mark, but zeros".encode("utf-16-le"), "utf-16-le"),
        ("no mark, but zeros".encode("utf-16-be"), "utf-16-be"),
        (bytes(range(200)), None),
    ],
)
def test_utf16_is_recognised(head: bytes, codec: str | None) -> None:
    assert utf16_codec(head) == codec


@given(TEXTS, st.integers(0, 80), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_a_view_of_utf16_leads_back(text: str, at: int, codec: str) -> None:
    view = TextView(Block(0, text.encode(codec)), codec)
    assert view.data == text.encode()
    assert view.original(len(text[:at].encode())) == len(text[:at].encode(codec))


def test_a_view_of_a_block_that_begins_amid_a_character() -> None:
    data = "abc".encode("utf-16-le")
    view = TextView(Block(1, data[1:]), "utf-16-le")
    assert view.data == b"bc"
    assert view.original(1) == 3


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("src/main.py", "src/main.py"),
        ("naïve/日本.txt", "naïve/日本.txt"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("bad\udcffname", "bad\\xffname"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_paths_are_printable(path: str, shown: str) -> None:
    assert printable(path) == shown
    assert printable(path).isprintable()
    printable(path).encode()
