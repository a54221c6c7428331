"""Secrets that must be read before they stand there: partly escaped, quoted-printable, wrapped and encoded again."""

from __future__ import annotations

import base64
import quopri
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.scan.engine import EngineMaker, RegexEngine, engine_for
from tests.scan.planting import needles

UUID = "3b1f8a52-9c4d-4e07-8f6a-1d2e3c4b5a69"
HEX = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f1e2d3c4b5a69788796a5b4c3d2e1f0"
RANDOM = "q7Jx+Zp/2mKd9VtR4bWn8HsLc5YfG3Tg="
KEY = "-----BEGIN KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\nAwEHBG0wawIBAQQgq7JxZp2mKd9VtR4b\n-----END KEY-----"
ENGINES = [engine_for, RegexEngine]
ESCAPES: tuple[Callable[[int], str], ...] = (
    "%{:02x}".format,
    "%{:02X}".format,
    "%25{:02X}".format,
    "&#{};".format,
    "&#x{:x};".format,
    "\\x{:02x}".format,
    "\\u{:04x}".format,
    "\\u{{{:x}}}".format,
    "\\{:03o}".format,
    "\\U{:08x}".format,
    "\\x{{{:x}}}".format,
    "%u{:04X}".format,
)


def escaped(value: str, chosen: list[int]) -> str:
    """The value, each character as it is (0) or escaped in one way."""
    ways = (*chosen, *[0] * len(value))
    return "".join(ESCAPES[way - 1](ord(char)) if way else char for char, way in zip(value, ways, strict=False))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([UUID, HEX, RANDOM]),
    st.lists(st.integers(0, len(ESCAPES)), max_size=64),
    st.sampled_from(ENGINES),
    st.text("abc%&\\ \n0", max_size=20),
)
def test_a_value_is_found_however_it_is_escaped_in_part(
    value: str, chosen: list[int], engine: EngineMaker, before: str
) -> None:
    data = f"{before} key = '{escaped(value, chosen)}'\n".encode()
    assert len(needles(value, engine=engine).find(data)) == 1
    other = f"{value[:12]}{'z' if value[12] != 'z' else 'y'}{value[13:]}"
    assert needles(value, engine=engine).find(f"{before} key = '{escaped(other, chosen)}'\n".encode()) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", [UUID, HEX, RANDOM])
@pytest.mark.parametrize("column", [60, 64, 76])
@pytest.mark.parametrize("before", ["", "SECRET=", "password: ", "password: " * 5 + "pass", "x" * 33])
def test_base64_that_was_wrapped_and_encoded_again(engine: EngineMaker, value: str, column: int, before: str) -> None:
    inner = "\n".join(textwrap.wrap(base64.b64encode(f"{before}{value}\n".encode()).decode(), column)) + "\n"
    data = b"data: " + base64.b64encode(inner.encode())
    assert [match.form for match in needles(value, engine=engine).find(data)] == ["base64 twice"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kept", ["\n", "\r\n"])
@pytest.mark.parametrize("written", ["\n", "\r\n"])
def test_base64_of_a_key_with_other_line_breaks(engine: EngineMaker, kept: str, written: str) -> None:
    known = needles(KEY.replace("\n", kept) + kept, engine=engine)
    for before in ("", "x", "xy"):
        data = base64.b64encode(f"{before}{KEY}\n".replace("\n", written).encode())
        assert [match.form for match in known.find(b"key: " + data + b"\n")] == ["base64"]
    assert known.find(base64.b64encode(KEY.replace("Zp2", "Zp3").replace("\n", written).encode())) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("before", range(30, 90, 7))
def test_quoted_printable(engine: EngineMaker, before: int) -> None:
    data = quopri.encodestring(b"x" * before + RANDOM.encode() + b" and more\n")
    (match,) = needles(RANDOM, engine=engine).find(data)
    assert match.form in {"raw", "raw, quoted-printable", "raw, broken up"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        KEY.replace("\n", "\r\n"),
        "key: |\n    " + KEY.replace("\n", "\n    "),
        KEY.replace("\n", "\\n"),
        KEY.replace("\n", "\\\\n"),
        " +\n".join(f'"{line}\\n"' for line in KEY.splitlines()),
        KEY.replace("\n", ""),
    ],
)
def test_a_key_of_several_lines(engine: EngineMaker, spelled: str) -> None:
    assert len(needles(KEY, engine=engine).find(f"x = {spelled}\n".encode())) == 1
    assert needles(KEY, engine=engine).find(f"x = {spelled.replace('Zp2', 'Zp3')}\n".encode()) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_quotes_that_are_doubled(engine: EngineMaker) -> None:
    value = """Wd7"kQ2'xPz9"""
    for data in (b'a,"Wd7""kQ2\'xPz9",b', b"values ('Wd7\"kQ2''xPz9')"):
        (match,) = needles(value, engine=engine).find(data)
        assert match.form == "quotes doubled"


@pytest.mark.parametrize("make", ENGINES)
@pytest.mark.parametrize("value", [UUID, RANDOM, "production-secret-Jj4H2go1zqMZ", "XykWZeiNNC8tPq3Lm2vR"])
def test_base64_is_found_however_it_was_wrapped_before_it_was_encoded_again(value: str, make: EngineMaker) -> None:
    known = needles(value, engine=make)
    for before in range(64):
        inner = base64.b64encode(b"y" * before + value.encode() + b"and so the text goes on")
        text = b"key: " + base64.b64encode("\n".join(textwrap.wrap(inner.decode(), 64)).encode())
        assert known.find(text + b"\n"), before


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([UUID, HEX, RANDOM]), st.data())
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("engine", ENGINES)
def test_escapes_in_utf16_are_resolved_too(engine: EngineMaker, codec: str, value: str, data: st.DataObject) -> None:
    ways = st.integers(0, len(ESCAPES))
    chosen = data.draw(st.lists(ways, min_size=len(value), max_size=len(value)))
    text = f"key = {escaped(value, chosen)}\n"
    assert needles(value, engine=engine).find(text.encode(codec))


@pytest.mark.parametrize("engine", ENGINES)
def test_entities_with_names_are_resolved(engine: EngineMaker) -> None:
    text = RANDOM.replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;")
    assert needles(RANDOM, engine=engine).find(f"<b>{text}</b>".encode())
