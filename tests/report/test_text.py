from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.report.text import EXCERPT_BYTES, excerpt, one_line, shorten, visible


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\x00b", "a⟨U+0000⟩b"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("\x7f\x85", "⟨U+007F⟩⟨U+0085⟩"),
        ("\u202egnp", "⟨U+202E⟩gnp"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\u2028\ufeff\xad", "⟨U+2028⟩⟨U+FEFF⟩⟨U+00AD⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\ufffe\U0001ffff", "⟨U+FFFE⟩⟨U+1FFFF⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\u3164", "⟨U+3164⟩"),
    ],
)
def test_what_cannot_be_seen_is_shown(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown


@pytest.mark.parametrize("text", ["plain", "Zürich → 漢字 שלום 🚀", "two\nlines\tand a tab", ""])
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text


def test_one_line_shows_line_feeds_too() -> None:
    assert one_line("a\nb\tc") == "a ↵ b c"


@given(st.text(alphabet=st.characters()))
def test_the_outcome_is_legal_xml_and_stable(text: str) -> None:
    shown = visible(text)

    assert visible(shown) == shown
    for character in shown:
        code = ord(character)
        assert code in {0x9, 0xA} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def test_a_long_text_is_cut_with_a_mark() -> None:
    cut = excerpt("é" * 3000)

    assert cut.endswith("… [cut: the first 2,048 of 6,000 bytes]")
    assert len(cut.partition("…")[0].encode()) == EXCERPT_BYTES


def test_a_cut_never_splits_a_character() -> None:
    assert excerpt("x" + "漢" * 1000).startswith("x" + "漢" * 682 + "…")


def test_a_text_at_the_limit_is_whole() -> None:
    assert excerpt("x" * EXCERPT_BYTES) == "x" * EXCERPT_BYTES


def test_shorten_keeps_what_fits() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abc defg", 5) == "abc…"
