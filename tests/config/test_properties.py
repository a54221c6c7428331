"""Whatever the file holds, loading ends in a Config or in a ConfigError that repeats no secret."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.config import load_config
from readiness.config.shape import known_words
from readiness.errors import ConfigError
from tests.config.conftest import TODAY
from tests.config.test_loader import WHOLE

CANARY = "c4n4rySup3rS3cret"
WORDS = st.sampled_from([*sorted(known_words()), "production", "aurora", "30s", "2026-11-02", "1", "no", "", "x"])
MARKS = st.sampled_from(
    [": ", ":\n  ", "\n", "\n  ", "\n    ", "- ", "{", "}", "[", "]", ", ", "'", '"', "|\n", ">\n", "&", "*"]
)
MORE_MARKS = st.sampled_from(
    ["!", "#", "? ", "%", "@", "`", "\t", "\\", "<<: ", "---\n", "...\n", "\r", "\x00", "\x85", "é"]
)
SECRETIVE = ["client_secret", "webhook_secret", "password", "api_token", "Client-Secret", "client_secrets"]
SCALARS = st.sampled_from(
    [CANARY, f"x {CANARY} y", 7, True, None, "short", f"{CANARY}\n{CANARY}", f"{CANARY}: [", "a'b\"c"]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, SCALARS), inner, max_size=3)),
    max_leaves=6,
)


def outcome(content: bytes) -> str:
    """The error's text; empty when the file loads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readiness.yaml"
        path.write_bytes(content)
        try:
            load_config(path, today=TODAY)
        except ConfigError as error:
            return str(error)
    return ""


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(WORDS, MARKS, MORE_MARKS), max_size=40).map("".join))
def test_any_text(text: str) -> None:
    outcome(text.encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    outcome(content)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 30), st.one_of(MARKS, MORE_MARKS, WORDS))
def test_a_damaged_config(start: int, length: int, patch: str) -> None:
    outcome((WHOLE[:start] + patch + WHOLE[start + length :]).encode())


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["environments.sandbox", "environments", "", "policy", "environments.sandbox.partner", "nowhere.near"]
    ),
    st.sampled_from(SECRETIVE),
    TREES,
    st.sampled_from([None, True]),
    st.one_of(st.just(""), MARKS, MORE_MARKS),
)
def test_a_secret_is_never_repeated(place: str, key: str, value: object, flow: bool | None, noise: str) -> None:
    import yaml

    tree: object = {key: value, "unknown": 1}
    for name in reversed(place.split(".") if place else []):
        tree = {name: tree}
    text = yaml.dump(tree, default_flow_style=flow, width=40)
    assert CANARY not in outcome(text.encode())
    # And with something broken in the middle of the secret's own line, or just after.
    middle = text.find(CANARY) + len(CANARY) if CANARY in text else len(text) // 2
    assert CANARY not in outcome((text[:middle] + noise + text[middle:]).encode())
    assert CANARY not in outcome((f"version: 1\n{text[:-1]}{noise}\n{noise}").encode())
