from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest
import yaml

from readiness.config import yaml_tree
from readiness.config.problem import ProblemFound
from readiness.config.yaml_tree import MAX_DEPTH, MAX_NODES, Mapping, Node, Scalar, Sequence, compose

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__, autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Both parsers: the one in C is not in every installation."""
    monkeypatch.setattr(yaml_tree, "_LOADER", request.param)
    return request.param


def plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {name: plain(value) for name, (_, value) in node.entries.items()}


def value_of(text: str) -> Any:
    return plain(compose(f"key: {text}\n")[0])["key"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ("", None),
        ("~", None),
        ("null", None),
        ("''", ""),
        ("12", 12),
        ("-3", -3),
        ("'12'", "12"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        ("." + "9" * 99, "." + "9" * 99),
        ("9" * 5000, "9" * 5000),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("e5", "e5"),
        ("2026-11-02", "2026-11-02"),
        ("|\n  a\n  b", "a\nb\n"),
    ],
)
def test_values_are_what_an_editor_shows(text: str, value: object) -> None:
    read = value_of(text)
    assert (read, type(read)) == (value, type(value))


def test_keys_are_text() -> None:
    root, problems = compose("on: 1\nno: 2\n12: 3\n2026-11-02: 4\n~: 5\ntrue: 6\n")
    assert not problems
    assert plain(root) == {"on": 1, "no": 2, "12": 3, "2026-11-02": 4, "~": 5, "true": 6}


def test_positions_count_characters() -> None:
    root, _ = compose("é𝄞: {b: 𝄞x, c: y}\nd:\n  - e\n")
    assert isinstance(root, Mapping)
    key, inner = root.entries["é𝄞"]
    assert isinstance(inner, Mapping)
    assert (key.start, inner.start, inner.entries["c"][1].start) == ((1, 1), (1, 5), (1, 16))
    items = root.entries["d"][1]
    assert isinstance(items, Sequence)
    assert items.items[0].start == (3, 5)


def test_every_duplicate_is_told_and_the_first_one_counts() -> None:
    root, problems = compose("a: 1\nb: {c: 2, c: 3}\na: [4]\n")
    assert plain(root) == {"a": 1, "b": {"c": 2}}
    assert [(problem.at, problem.sentence) for problem in problems] == [
        ((2, 11), "this key stands twice; first on line 2"),
        ((3, 1), "this key stands twice; first on line 1"),
    ]


@pytest.mark.parametrize(
    ("text", "at", "sign"),
    [
        ("a: &x b\n", (1, 4), "anchors"),
        ("a: &x {b: c}\n", (1, 4), "anchors"),
        ("a: *x\n", (1, 4), "anchors"),
        ("<<: *x\n", (1, 5), "anchors"),
        ("a: !x b\n", (1, 4), "tags"),
        ("a: !!python/object/apply:os.system [id]\n", (1, 4), "tags"),
        ("a: !!str b\n", (1, 4), "tags"),
        ("a: !x [b]\n", (1, 4), "tags"),
        ('a: "\\0"\n', (1, 4), "control character"),
        ('a: "\\u202e"\n', (1, 4), "control character"),
    ],
)
def test_what_hides_a_value_is_refused(text: str, at: tuple[int, int], sign: str) -> None:
    _, problems = compose(text)
    assert [(problem.at, sign in problem.sentence) for problem in problems] == [(at, True)]


@pytest.mark.parametrize(
    ("text", "line", "sign"),
    [
        ("a: b: c\n", 1, "`:` cannot stand here"),
        ("a: [b\n", 1, "not closed"),
        ("a: {b: c\n\n\n", 1, "not closed"),
        ('a: "b\n', 1, "quoted text"),
        ('a: "\\q"\n', 1, "quoted text"),
        ('a: "\\UFFFFFFFF"\n', 1, ""),
        ("a:\n\t- b\n", 2, "tabs"),
        ("a: @b\n", 1, "no value starts"),
        ("a: b\n c: d\n", 2, "cannot stand here"),
        ("a:\n  b: c\n d: e\n", 3, "does not fit"),
        ("a: b\nc\n", 2, "lacks its `:`"),
        ("- a\nb: c\n", 2, "does not fit the list"),
        ("a: !x!y b\n", 1, "tags"),
        ("%YAML 9.9\n---\na: b\n", 1, "not one YAML document"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\n...\nb: 2\n", 3, ""),
        ("? [a]\n: b\n", 1, "a key must be plain text"),
        ("{a: b}: c\n", 1, "a key must be plain text"),
    ],
)
def test_what_cannot_be_read_has_a_place_and_a_reason(text: str, line: int | None, sign: str) -> None:
    with pytest.raises(ProblemFound) as caught:
        compose(text)
    problem = caught.value.problem
    assert sign in f"{problem.sentence} {problem.suggestion}"
    assert problem.at is not None
    assert line is None or problem.at[0] == line


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file(text: str) -> None:
    with pytest.raises(ProblemFound, match="the file is empty"):
        compose(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * (MAX_DEPTH + 5),
        "a: " + "[" * 100_000,
        "a: " + "{b: " * 500 + "c" + "}" * 500,
        "".join(" " * depth + "a:\n" for depth in range(200)),
        "- " * 300 + "a",
    ],
)
def test_deep_nesting_stops_early(text: str) -> None:
    with pytest.raises(ProblemFound, match=r"nesting is deeper|not closed"):
        compose(text)


def test_too_many_values_stop_early() -> None:
    with pytest.raises(ProblemFound, match=f"more than {MAX_NODES} values"):
        compose("a: [" + "b, " * MAX_NODES + "]\n")


def test_an_alias_bomb_stays_small() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    tracemalloc.start()
    started = time.process_time()
    _, problems = compose(text)
    spent, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(problems) == 30 + 29 * 9
    assert peak < 8_000_000
    assert spent < 5
