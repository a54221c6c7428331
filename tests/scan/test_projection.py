"""What is left of a broken secret in a projection of the text stands in one piece."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.scan.projection import Projection

CORES = st.text(string.ascii_letters + string.digits, min_size=8, max_size=60).map(str.encode)
JOINTS = st.text(string.punctuation + string.whitespace + "\0", max_size=20).map(str.encode)


@given(st.lists(CORES, min_size=1, max_size=12, unique=True), st.data())
def test_whatever_breaks_a_core_vanishes(cores: list[bytes], data: st.DataObject) -> None:
    projection = Projection({core: {number} for number, core in enumerate(cores)})
    number = data.draw(st.integers(0, len(cores) - 1))
    broken = b"".join(bytes([byte]) + data.draw(JOINTS) for byte in cores[number])
    left = projection.of(b"\n" + broken + b"\n")
    keys = [key for key, numbers in projection.keys.items() if number in numbers]
    assert bool(keys) == (cores[number] not in projection.lacking)
    assert all(key in left for key in keys)


@pytest.mark.parametrize("joint", ['" b"', '" f"', '" u"', "\\n", "\\r\\n", "\\t"])
def test_prefixes_and_escapes_vanish_too(joint: str) -> None:
    core = b"3f0c9a1e7b2d4c689e150d8f6a4b7c21"
    projection = Projection({core: {0}})
    left = projection.of(joint.join(core.decode()).encode())
    assert all(key in left for key in projection.keys)


def test_little_is_left_of_ordinary_text() -> None:
    cores = [b"3f0c9a1e7b2d4c689e150d8f6a4b7c21", base64.b64encode(b"correct horse battery staple").rstrip(b"=")]
    projection = Projection({core: {0} for core in cores})
    text = b"The quick brown fox jumps over the lazy dog, 12 times; return value.items()\n" * 100
    assert len(projection.of(text)) < len(text) / 10


def test_a_key_says_enough_to_be_rare() -> None:
    core = b"3f0c9a1e7b2d4c689e150d8f6a4b7c21"
    assert all(len(key) >= 8 for key in Projection({core: {0}}).keys)


@pytest.mark.parametrize("spec", ["x{:02x}", "u{:04x}", "{:02X}"])
def test_digits_of_escapes_tell_no_more_than_others(spec: str) -> None:
    core = "".join(spec.format(byte) for byte in b"sk4f9dK2PqZt7Lm3xWvB6nR5yT").encode()
    other = base64.b64encode(b"correct horse battery staple").rstrip(b"=")
    keys = [key for key, numbers in Projection({core: {0}, other: {1}}).keys.items() if numbers == {0}]
    assert keys
    assert all(len(key) >= 10 for key in keys)


@given(st.lists(CORES, min_size=1, max_size=12, unique=True), st.data())
def test_one_key_is_left_of_what_is_torn_in_two_by_anything(cores: list[bytes], data: st.DataObject) -> None:
    projection = Projection({core: {number} for number, core in enumerate(cores)})
    number = data.draw(st.integers(0, len(cores) - 1))
    core = cores[number]
    left = projection.of(core)
    keys = [key for key, numbers in projection.keys.items() if number in numbers]
    if core in projection.lacking or len(left) < 2 * min(map(len, keys)):
        return  # then the keys overlap
    at = data.draw(st.integers(0, len(core)))
    torn = projection.of(core[:at]) + b"|" + projection.of(core[at:])
    assert any(key in torn for key in keys)


def test_texts_of_any_size_are_projected_alike() -> None:
    projection = Projection({b"Zq7XzJ9kVw3Y": {0}})
    text = b"Z" * 40_000 + b"." * 40_000 + b"q7" * 40_000
    assert projection.of(text) == projection.of(memoryview(text)) == text.replace(b".", b"")
    assert projection.of(b"") == b""


@pytest.mark.parametrize("core", [b"tentoneset", b"deadbeef", b"Zq7Xz", b"correcthorsebatterystaple"])
def test_secrets_of_few_rare_characters_are_lacking(core: bytes) -> None:
    other = b"3f0c9a1e7b2d4c689e150d8f6a4b7c21"
    alone, both = Projection({other: {0}}), Projection({other: {0}, core: {1}})
    assert both.lacking == {core}
    assert both.keys == alone.keys


@pytest.mark.parametrize("core", [b"3f0c9a1e7b2d4c689e150d8f6a4b7c21", b"kR7vQ2mZ9xT4bN8cW3jL", b"Zq7XzJ9kVw3Y"])
def test_most_secrets_are_not(core: bytes) -> None:
    assert not Projection({core: {0}}).lacking
