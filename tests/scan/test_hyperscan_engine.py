"""Both engines, on the same bytes: they may point at different places, but the same must be found."""

from __future__ import annotations

import random
import string
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.config.presets import RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.scan.blocks import Block
from readiness.scan.engine import RegexEngine, engine_for, has_hyperscan
from readiness.scan.file import FileSearch
from readiness.scan.hyperscan_engine import HyperscanEngine
from readiness.scan.needles import Needles
from readiness.scan.patterns import all_patterns
from tests.scan.planting import BREAKERS, CLIENT_ID, PLAIN, SECRET, SURROUNDINGS, WRITERS, encoded, needles, wrapped

PATTERNS = all_patterns(KnownHosts(retired=dict(RETIRED_HOSTS)))
VALUES = st.text(string.ascii_letters + string.digits + "-_+/=.~&%$#", min_size=8, max_size=64)
JOINTS = [b'" + "', b"' .\n '", b"\\\n", b"\r\n\t", b'" "', b'" b"', b'");\ns.append("', b'"\ns += "', b"\\n", b"\n"]
TEXTS = [
    f'client_secret = "kR7vQ2mZ9xT4bN8cW3jL6pY1"  # api.flute.com, {CLIENT_ID}'.encode(),
    b"https://uat.rwaapps.net/oauth2/token",
    b'card: "4111 1111 1111 1111", "cvv": "123"',
    b"Authorization: Bearer kR7vQ2mZ9xT4bN8cW3jL6pY1kR7vQ2mZ9xT4bN8cW3jL6pY1",
    "key = кириллица aurora_client\r\n".encode("utf-16"),
    b'["ab", "cd", "ef", "gh", "ij", "kl", "mn"]\n1\n2\n3\n4\n5\n',
]


def both(*values: str) -> tuple[Needles, Needles]:
    return (
        needles(*values, patterns=PATTERNS, engine=HyperscanEngine),
        needles(*values, patterns=PATTERNS, engine=RegexEngine),
    )


def everything(known: Needles, data: bytes) -> tuple[object, object]:
    search = FileSearch(known, None)
    search.search(Block(0, data))
    return search.secrets("a"), search.matches("a")


FAST, SLOW = both(SECRET, PLAIN)


def test_hyperscan_is_used_where_it_is_installed() -> None:
    assert has_hyperscan()
    assert isinstance(engine_for([], []), HyperscanEngine)


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
@pytest.mark.parametrize("writer", [*WRITERS, *BREAKERS])
@pytest.mark.parametrize("value", [SECRET, PLAIN])
def test_both_find_every_form(value: str, writer: str, surrounding: str) -> None:
    data = SURROUNDINGS[surrounding]((WRITERS | BREAKERS)[writer](value))
    assert FAST.find(data)
    assert FAST.find(data) == SLOW.find(data)


@pytest.mark.parametrize("indent", [b"", b"    ", b"\t\t"])
@pytest.mark.parametrize("eol", [b"\n", b"\r\n", b"\\\n", b" \\\n", b"\\n", b"\\r\\n", b"\\\\n"])
def test_both_find_what_is_wrapped_at_any_column(eol: bytes, indent: bytes) -> None:
    texts = [
        *(value.encode() for value in (SECRET, PLAIN)),
        *(encoded(value, before=before) for value in (SECRET, PLAIN) for before in ("", "x")),
        *(encoded(encoded(value).decode()) for value in (SECRET, PLAIN)),
    ]
    for text, column in product(texts, range(1, 24)):
        data = b'key: "' + wrapped(text, column, eol=eol, indent=indent) + b'"\nrest: 1\n'
        assert FAST.find(data), (text, column)
        assert SLOW.find(data), (text, column)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.lists(st.integers(1, 63), max_size=8), st.sampled_from(JOINTS), st.sampled_from(TEXTS))
def test_both_find_what_is_broken_anywhere(value: str, cuts: list[int], joint: bytes, other: bytes) -> None:
    edges = sorted({0, len(value), *(at for at in cuts if at < len(value))})
    pieces = [value[start:end].encode() for start, end in pairwise(edges)]
    data = b"x = 1\n" + other + b'\nkey = "' + joint.join(pieces) + b'"\n' + other
    fast, slow = both(value)
    letters_between = any(chr(byte).isalpha() for byte in joint)
    if letters_between and max(map(len, pieces)) < 16:
        return  # then each engine finds what it can: too little is left in one piece to promise it
    assert everything(fast, data) == everything(slow, data)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*TEXTS, SECRET.encode(), PLAIN[:20].encode(), b"\0", b'"', b"\n"]), max_size=20),
    st.binary(),
)
def test_both_find_the_same_in_any_mixture(parts: list[bytes], noise: bytes) -> None:
    data = noise.join(parts)
    assert everything(FAST, data) == everything(SLOW, data)


@pytest.mark.parametrize("at", [0, 1, 2047, 9000, 24_999, 25_000])
@pytest.mark.parametrize("writer", ["raw", "utf-16-le", "pairs", "base64 wrapped at 4", "base64"])
def test_the_place_in_a_block_does_not_matter(at: int, writer: str) -> None:
    rng = random.Random(at)
    noise = bytes(rng.choices(b"abcdef \n", k=25_000))
    planted = (WRITERS | BREAKERS)[writer](PLAIN)
    data = noise[: at - at % 2] + b"\n\n" + planted + b"\n" + noise[at:]
    assert FAST.find(data)
    assert FAST.find(data) == SLOW.find(data)


@pytest.mark.parametrize("gap", [b"\n", b"\n" + b" " * 60, b'"\n' + b"\t" * 12 + b'+ "'])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_what_is_broken_into_crumbs_far_apart_is_found(size: int, gap: bytes) -> None:
    crumbs = [PLAIN[at : at + size].encode() for at in range(0, len(PLAIN), size)]
    data = b"x = 1\n" * 3000 + b'key = "' + gap.join(crumbs) + b'"\n' + b"x = 1\n" * 3000
    assert FAST.find(data)
    assert FAST.find(data) == SLOW.find(data)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("10231b6418", 'x = "1" b"0231b" b"6418"'),
        ("997213fcc", 'x="9" f"97213f" f"cc"'),
        ("nrRRffTrB", 'x = "nrR\\nRff\\nTrB"'),
        ("edyuinirir", "65\\n6479\\n75696e69726972"),
        ("zolmhfajmaz", "zolm\\nhfajma\\nz"),
    ],
)
def test_both_find_a_short_secret_that_is_broken_twice(value: str, text: str) -> None:
    fast, slow = both(value)
    assert fast.find(text.encode())
    assert slow.find(text.encode())


@pytest.mark.parametrize("short", ["blurrunt", "deadbeef", "12345678", "tentones", "a-!-!-!b"])
@pytest.mark.parametrize("joint", ['" b"', '" f"', '" + "', "\\n", "\n    ", "\\\n"])
@pytest.mark.parametrize(
    "value", [PLAIN, SECRET, "3f0c9a1e-7b2d-4c68-9e15-0d8f6a4b7c21", "correct-horse-battery-staple"]
)
def test_a_short_secret_does_not_hide_others(value: str, joint: str, short: str) -> None:
    known = needles(value, short, engine=HyperscanEngine)
    for size in range(2, 8):
        crumbs = [value[at : at + size] for at in range(0, len(value), size)]
        matches = known.find(f'x = "{joint.join(crumbs)}"\n'.encode())
        if value != "correct-horse-battery-staple" or joint not in {'" b"', '" f"'}:
            assert matches, size


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("value", [PLAIN, SECRET])
@pytest.mark.parametrize("name", ["apiKey", "QZ9_sandboxKey", "$x.Y7"])
def test_what_statements_put_together_is_found_whatever_they_name(name: str, value: str, codec: str) -> None:
    statements = "".join(f'{name} += "{value[at : at + 11]}";\n' for at in range(0, len(value), 11))
    assert FAST.find(statements.encode(codec))


@pytest.mark.parametrize("joint", ["\\u000a", "%0A", "&#10;", '";\nZQ_key += "'])
def test_base64_that_is_torn_in_two_is_found_whatever_stands_between(joint: str) -> None:
    for value, before in product((PLAIN, SECRET), ("", "x", "xy")):
        text = encoded(value, before=before).decode()
        for at in range(1, len(text)):
            assert FAST.find(f'key = "{text[:at]}{joint}{text[at:]}"\n'.encode()), (text, at)


@pytest.mark.parametrize(
    ("joint", "size", "codec"),
    [("\\n", 8, "utf-16-le"), ("\\u000a", 4, "utf-16-le"), ("&#10;", 6, "ascii"), ('" f"', 6, "ascii")],
)
@pytest.mark.parametrize(
    "value", [PLAIN, SECRET, "2c4cd8b3d522cb9d111e03aa31ef9d48", "gZC0TwvN-I+UIM!+n$$T+sw@+&##7:_"]
)
def test_both_find_what_joints_of_letters_break(value: str, joint: str, size: int, codec: str) -> None:
    crumbs = [value[at : at + size] for at in range(0, len(value), size)]
    data = f"{' ' * 300}\nkey = '{joint.join(crumbs)}'\n".encode(codec)
    fast, slow = both(value)
    assert fast.find(data)
    assert slow.find(data)


WITH_WORD = "production 3f0c9a1e-7b2d-4c68-9e15-0d8f6a4b7c21"


def test_a_word_that_a_secret_begins_with_is_not_pointed_at() -> None:
    (known, _) = both(WITH_WORD)
    text = b"production\nenv: 'production'\nname=production&production%20key production 4f0c9a1e\n" * 50
    assert known.signals(text).regions == []


@pytest.mark.parametrize("joint", ['";\nZQ_sandbox += "', '" + K3Y + "", "', "%0AZQ7", "=\n"])
def test_a_secret_with_such_a_word_is_found_where_it_is_torn(joint: str) -> None:
    (known, _) = both(WITH_WORD)
    for at in range(1, len(WITH_WORD)):
        assert known.signals(f'k = "{WITH_WORD[:at]}{joint}{WITH_WORD[at:]}"\n'.encode()).regions, at


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("MMECYm0fhryI", "MMECYm0%0Afhry%0AI"),
        ("river-horse-sunset", '"river-h");\nparts.append("orse-s");\nparts.append("uns");\nparts.append("et"'),
        ("t2xjmctsqu3dnoyhviokefc", '"t2xjmct"\nZ9 += "squ3dno"\nZ9 += "yhviokefc"'),
    ],
)
def test_half_of_a_secret_is_enough_where_nothing_tells_it_from_words(value: str, text: str) -> None:
    assert needles(value, engine=HyperscanEngine).find(f"k = {text}\n".encode())


def test_text_that_resembles_a_piece_is_not_pointed_at() -> None:
    engine = HyperscanEngine([[PLAIN.encode()]])
    piece = PLAIN[9:20].encode()
    assert engine.scan(b"x" + piece + b"y").regions == []
    assert engine.scan(b'"' + piece + b'"').regions != []


@pytest.mark.parametrize("texts", [[], [[]], [[b""]]])
def test_without_needles_nothing_is_found(texts: list[list[bytes]]) -> None:
    assert HyperscanEngine(texts).scan(b"some text" * 9).regions == []
    assert HyperscanEngine(texts).scan(b"").gates == []
