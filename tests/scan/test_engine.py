from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.scan.anchors import piece_length, pieces_of
from readiness.scan.engine import RegexEngine
from tests.scan.planting import PLAIN, SECRET

CORES = st.text(string.ascii_letters + string.digits, min_size=4, max_size=60).map(str.encode)


@given(st.lists(CORES, min_size=1, max_size=20))
def test_each_half_of_each_needle_holds_a_piece_of_it(needles: list[bytes]) -> None:
    pieces = pieces_of(needles)
    for needle in needles:
        half = (len(needle) + 1) // 2
        own = [piece for piece, announced in pieces.items() if needle in announced]
        assert any(piece in needle[:half] for piece in own)
        assert any(piece in needle[-half:] for piece in own)
        assert all(len(piece) == min(piece_length(needle), half) for piece in own)


@given(st.integers(0, 80), st.integers(0, 80))
def test_twenty_bytes_of_a_long_needle_hold_a_piece_of_it(start: int, seed: int) -> None:
    needle = "".join(string.ascii_letters[(seed + place * place) % 52] for place in range(100)).encode()
    assert any(piece in needle[start : start + 20] for piece in pieces_of([needle]))


def test_pieces_begin_with_few_and_rare_bytes() -> None:
    needles = [
        SECRET.translate(str.maketrans("", "", "+/=&_")).encode(),
        PLAIN.encode(),
        SECRET.encode().hex().encode(),
    ]
    firsts = {piece[0] for piece in pieces_of(needles)}
    assert len(firsts) <= 12
    assert not firsts & set(b"etrsi")


@settings(deadline=None)
@given(st.lists(CORES, min_size=1, max_size=6), st.data())
def test_a_region_touches_every_place(needles: list[bytes], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(needles) - 1))
    noise = data.draw(st.binary(max_size=300))
    block = b"#" * 9000 + noise + b'"' + needles[number] + b'"' + b"#" * 9000
    at = block.index(b'"' + needles[number]) + 1
    regions = list(RegexEngine([[needle] for needle in needles]).scan(block).regions)
    near = [region for region in regions if region.secret == number and region.start <= at + len(needles[number])]
    assert any(at - 4096 <= region.end for region in near)


def test_ordinary_text_has_no_regions() -> None:
    text = b"The quick brown fox jumps over the lazy dog, 1234567890 times; return value.items()\n" * 2000
    assert list(RegexEngine([[PLAIN.encode()], [SECRET.encode()]]).scan(text).regions) == []


@pytest.mark.parametrize("needles", [[], [[]], [[b""]], [[b"!!"]]])
def test_secrets_without_anything_to_look_for_do_no_harm(needles: list[list[bytes]]) -> None:
    regions = list(RegexEngine(needles).scan(b"some text").regions)
    assert all((region.start, region.end) == (0, 9) for region in regions)
