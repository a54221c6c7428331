from __future__ import annotations

import base64
import string
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readiness.scan.engine import EngineMaker, RegexEngine, engine_for
from readiness.scan.needles import Needles
from readiness.secret import forms_of, normalised
from tests.scan.planting import BREAKERS, CLIENT_ID, PLAIN, SECRET, SURROUNDINGS, WRITERS, encoded, needles

VALUES = st.text(string.ascii_letters + string.digits + "-_+/=.~&%$#", min_size=8, max_size=48)
NOISE = st.binary(max_size=200)
KNOWN = needles(SECRET, PLAIN)


def one_off(value: str, at: int) -> str:
    """The value with one character changed to another of its kind."""
    char = value[at]
    other = "7" if char.isdigit() and char != "7" else "a" if char.islower() and char != "a" else "Q"
    return value[:at] + (other if other != char else "R") + value[at + 1 :]


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
@pytest.mark.parametrize("writer", [*WRITERS, *BREAKERS])
@pytest.mark.parametrize("value", [SECRET, PLAIN])
def test_every_form_is_found_in_every_place(value: str, writer: str, surrounding: str) -> None:
    planted = SURROUNDINGS[surrounding]((WRITERS | BREAKERS)[writer](value))
    matches = KNOWN.find(planted)
    assert matches
    assert {match.sought.secret.reveal() for match in matches} == {value}


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
@pytest.mark.parametrize("writer", [*WRITERS, *BREAKERS])
@pytest.mark.parametrize("value", [SECRET, PLAIN])
def test_near_misses_are_not_found(value: str, writer: str, surrounding: str) -> None:
    write = (WRITERS | BREAKERS)[writer]
    misses = [one_off(value, at) for at in (0, 1, len(value) // 2, len(value) - 1)]
    misses += [value[1:], value[:-1], value[::-1], value.swapcase(), value[:5] + value[6:]]
    planted = b"\n--\n".join(SURROUNDINGS[surrounding](write(miss)) for miss in misses if value not in miss * 4)
    assert KNOWN.find(planted) == []


def test_a_place_is_told_exactly_and_once() -> None:
    block = b"x = 1\nkey = '" + SECRET.encode() + b"'\n"
    (match,) = needles().find(block)
    assert block[match.start : match.end].decode() == SECRET
    assert (match.form, match.sought.name) == ("raw", "secret 0")


def test_the_plainest_form_of_a_place_is_told() -> None:
    block = b"Authorization: Basic " + encoded(SECRET, before=f"{CLIENT_ID}:") + b"\n"
    assert [match.form for match in needles().find(block)] == ["Basic header"]


def test_a_broken_place_reaches_from_its_first_to_its_last_character() -> None:
    block = b'k = "' + SECRET[:10].encode() + b'" +\n    "' + SECRET[10:].encode() + b'";'
    (match,) = needles().find(block)
    assert block[match.start : match.end].startswith(SECRET[:10].encode())
    assert block[match.start : match.end].endswith(SECRET[10:].encode())
    assert match.form == "raw, broken up"


def test_a_place_in_utf16_text_is_told_in_bytes_of_the_file() -> None:
    text = "é\r\n日本 = " + encoded(SECRET).decode() + "\r\n"
    block = ("\ufeff" + text).encode("utf-16-le")
    (match,) = needles().find(block)
    assert match.form == "base64 in UTF-16"
    assert block[match.start : match.end].decode("utf-16-le") == encoded(SECRET).decode().rstrip("=")


def test_every_place_is_found_when_there_are_many() -> None:
    block = b"\n".join(b"%d %b" % (number, SECRET.encode()) for number in range(500))
    assert len(needles().find(block)) == 500


def test_secrets_that_hold_each_other_are_both_found() -> None:
    inner, outer = PLAIN, f"prefix-{PLAIN}-suffix"
    names = {match.sought.name for match in needles(inner, outer).find(outer.encode())}
    assert names == {"secret 0", "secret 1"}


def test_one_value_under_two_names_is_found_under_both() -> None:
    assert len(needles(SECRET, SECRET).find(SECRET.encode())) == 2


@pytest.mark.parametrize("value", ["!?#$%^&*()", "-+-+-+-a-+", "пароль-секрет-1", "日本語の秘密の鍵", "a!b@c#d$"])
def test_secrets_with_few_letters_are_found_too(value: str) -> None:
    known = needles(value)
    for text in (value.encode(), encoded(value), value.encode("utf-16-le"), value.encode().hex().encode()):
        assert known.find(b"before " + text + b" after")
    assert not known.find(b"before " + value[:-1].encode() + b" after")


def test_nothing_is_found_without_secrets_or_without_bytes() -> None:
    assert Needles([]).find(SECRET.encode()) == []
    assert needles().find(b"") == []


def test_needles_do_not_show_values() -> None:
    assert SECRET not in repr(needles())


def reference(data: bytes, value: str) -> bool:
    """The plain way: every form, in the data and in the data without its joints."""
    forms = forms_of(value, client_id=CLIENT_ID)
    texts = (data, normalised(data).data)
    return any(any(True for _ in form.occurrences(text)) for form in forms for text in texts)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from(sorted(WRITERS | BREAKERS)), NOISE, NOISE)
@example("00000000", "raw", b"", b"")
@example("aaaaaaaaaaaaaaaaaaaaaaaa", "three pieces", b"aaaa", b"aaa")
@example("--------", "base64", b"", b"")
def test_what_the_plain_way_finds_is_found(value: str, writer: str, before: bytes, after: bytes) -> None:
    data = before + b"\n" + (WRITERS | BREAKERS)[writer](value) + b"\n" + after
    found = bool(needles(value).find(data))
    assert found or not reference(data, value)
    assert found == reference(data, value) or b"\0" in data


@settings(max_examples=150, deadline=None)
@given(VALUES, st.data(), st.sampled_from(sorted(WRITERS | BREAKERS)))
def test_one_changed_character_never_matches(value: str, data: st.DataObject, writer: str) -> None:
    at = data.draw(st.integers(0, len(value) - 1))
    char = data.draw(st.sampled_from([char for char in string.ascii_letters + string.digits if char != value[at]]))
    miss = value[:at] + char + value[at + 1 :]
    written = (WRITERS | BREAKERS)[writer](miss)
    if value in miss * 5:  # a rotation: wrapped base64 repeats the value
        return
    assert needles(value).find(written) == []


@settings(max_examples=100, deadline=None)
@given(
    VALUES,
    st.lists(st.integers(1, 47), max_size=6),
    st.sampled_from([b'" + "', b"' .\n '", b"\\\n", b"\r\n\t", b'" "']),
)
def test_a_value_broken_anywhere_is_found(value: str, cuts: list[int], joint: bytes) -> None:
    edges = sorted({0, len(value), *(at for at in cuts if at < len(value))})
    pieces = [value[start:end].encode() for start, end in pairwise(edges)]
    data = b'key = "' + joint.join(pieces) + b'"'
    if reference(data, value):
        assert needles(value).find(data)


@pytest.mark.parametrize("engine", [engine_for, RegexEngine])
@pytest.mark.parametrize(
    "spelled",
    [
        "".join(f"&#{ord(char)};" for char in PLAIN),
        "".join(f"&#x{ord(char):x};" for char in PLAIN),
        "".join(f"&#x{ord(char):X};" for char in PLAIN),
        "".join(f"\\x{ord(char):02x}" for char in PLAIN),
        "".join(f"\\x{ord(char):02X}" for char in PLAIN),
    ],
)
def test_text_whose_every_character_is_escaped_is_found(engine: EngineMaker, spelled: str) -> None:
    assert len(needles(PLAIN, engine=engine).find(f"key = '{spelled}'\n".encode())) == 1
    assert needles(PLAIN, engine=engine).find(f"key = '{spelled[:-6]}'\n".encode()) == []


def test_a_text_is_shown_without_secrets_in_any_form() -> None:
    twice = base64.b64encode(base64.b64encode(PLAIN.encode())).decode().rstrip("=")
    assert needles(PLAIN).hidden(f"a {twice}.txt") == "a [redacted].txt"
    assert needles(PLAIN).hidden("app/a.txt") == "app/a.txt"
