"""Every object is asked for once, behind all that are stored as differences to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness.scan.delta_order import chains

ALL_ZERO = b"0" * 40


@st.composite
def listings(draw: st.DrawFn) -> list[bytes]:
    """Lines of a listing: each object's base is nobody, itself, another one, or one that is not listed."""
    count = draw(st.integers(0, 30))
    bases = draw(st.lists(st.one_of(st.none(), st.integers(0, count + 3)), min_size=count, max_size=count))
    return [
        b"%040x" % at if base is None else b"%040x %b" % (at, ALL_ZERO if base == at else b"%040x" % base)
        for at, base in enumerate(bases)
    ]


def order(listed: list[bytes]) -> list[bytes]:
    return [name for chain in chains(listed) for name in chain]


@given(listings())
def test_every_object_comes_once(listed: list[bytes]) -> None:
    assert sorted(order(listed)) == sorted(line.split()[0] for line in listed)


@given(st.lists(st.integers(0, 1000), max_size=40))
def test_a_base_comes_behind_what_is_stored_as_a_difference_to_it(choices: list[int]) -> None:
    listed = [b"%040x" % 0, *(b"%040x %040x" % (at, choice % at) for at, choice in enumerate(choices, 1))]
    place = {name: at for at, name in enumerate(order(listed))}
    assert all(place[words[0]] < place[words[1]] for line in listed if len(words := line.split()) > 1)


def test_a_chain_stays_together() -> None:
    listed = [b"a", b"b", b"c a", b"d b", b"e c"]
    assert list(chains(listed)) == [[b"e", b"c", b"a"], [b"d", b"b"]]


def test_differences_in_a_circle_are_asked_for_too() -> None:
    assert sorted(order([b"a b", b"b a", b"c"])) == [b"a", b"b", b"c"]
