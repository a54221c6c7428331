"""YAML text to a tree that knows where everything stands.

Built from the parser's events and not with `yaml.load`: positions stay exact, keys stay text (`on:` is a key,
not True), no tag constructs anything, and depth and size are bounded while reading. Anchors and aliases are
refused: an alias hides where a secret stands, and a few of them can unfold without end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from readiness.config.problem import Point, Problem, ProblemFound

MAX_DEPTH = 40
MAX_NODES = 20_000

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, the line breaks that editors do not count, and marks that make text read otherwise than
it stands."""

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})?(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,2})?", re.ASCII)
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value or key; `end` is exclusive."""

    text: str
    plain: bool
    start: Point
    end: Point

    @property
    def value(self) -> str | int | float | bool | None:
        """By the YAML 1.2 core rules, so that `no`, `on` and 2026-11-02 stay text as editors show them."""
        text = self.text
        if not self.plain:
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if text[-1].isdigit() and _FLOAT.fullmatch(text) and any(c.isdigit() for c in re.split("[eE]", text)[0]):
            return float(text)
        return text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    start: Point
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in their order; of a key that stands twice, `entries` has the first."""

    start: Point
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    duplicates: list[tuple[Scalar, Node]] = field(default_factory=list)


Node = Scalar | Sequence | Mapping


def compose(text: str) -> tuple[Node, list[Problem]]:
    """The one document in the text, and what is wrong in it that does not hide the rest.

    Raises ProblemFound where nothing more can be read: broken syntax, no document or several, too deep or too big.
    """
    composer = _Composer()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.feed(event)
    except yaml.MarkedYAMLError as error:
        raise ProblemFound(_syntax_problem(error, text)) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # The pure-Python scanner lets chr() and int() complain about absurd escapes and directives.
        raise ProblemFound(Problem("this is not valid YAML", at=(1, 1))) from None
    if composer.root is None:
        raise ProblemFound(Problem("the file is empty", suggestion="`readiness init` writes a starter config"))
    return composer.root, composer.problems


class _Composer:
    """Turns events into nodes with its own stack, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._stack: list[tuple[Sequence | Mapping, list[Scalar]]] = []
        self._nodes = 0

    def feed(self, event: yaml.Event) -> None:
        """Take one event of the parser."""
        if isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            problem = Problem("a second document starts here; a config is one document", at=_point(event.start_mark))
            raise ProblemFound(problem)
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)

    def _node(self, event: yaml.NodeEvent) -> None:
        start = _point(event.start_mark)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ProblemFound(Problem(f"the file holds more than {MAX_NODES} values", at=start))
        node = self._make(event, start)
        self._refuse_indirection(event, start)
        self._attach(node)
        if not isinstance(node, Scalar):
            if len(self._stack) >= MAX_DEPTH:
                raise ProblemFound(Problem(f"the nesting is deeper than {MAX_DEPTH} levels", at=start))
            self._stack.append((node, []))

    def _make(self, event: yaml.NodeEvent, start: Point) -> Node:
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(start)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(start)
        if not isinstance(event, yaml.ScalarEvent):
            return Scalar("", plain=False, start=start, end=_point(event.end_mark))
        if CONTROL.search(event.value):
            self.problems.append(Problem("the text holds a control character", at=start))
        return Scalar(event.value, plain=event.implicit[0], start=start, end=_point(event.end_mark))

    def _refuse_indirection(self, event: yaml.NodeEvent, start: Point) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.problems.append(
                Problem(
                    "anchors (&) and aliases (*) are not accepted in a config",
                    at=start,
                    suggestion="write the value where it is used; put it in quotes if it starts with & or *",
                )
            )
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            self.problems.append(
                Problem(
                    "tags (!) are not accepted in a config",
                    at=start,
                    suggestion="remove the tag; put the value in quotes if it starts with !",
                )
            )

    def _attach(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent, pending = self._stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif pending:
            key = pending.pop()
            if key.text in parent.entries:
                first = parent.entries[key.text][0].start[0]
                self.problems.append(Problem(f"this key stands twice; first on line {first}", at=key.start))
                parent.duplicates.append((key, node))
            else:
                parent.entries[key.text] = (key, node)
        elif isinstance(node, Scalar):
            pending.append(node)
        else:
            raise ProblemFound(Problem("a key must be plain text, not a list or a mapping", at=node.start))


def _point(mark: Any) -> Point:
    return mark.line + 1, mark.column + 1


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Reword the parser's complaint; the two parsers differ in words and may quote the text, so none are kept."""
    said = f"{error.context or ''} {error.problem or ''}"
    known = (words for sign, words in _SYNTAX if re.search(sign, said))
    sentence, suggestion = next(known, ("this is not valid YAML", None))
    mark = error.problem_mark or error.context_mark
    if mark and error.context_mark and (mark.index >= len(text.rstrip()) or "simple key" in said):
        # What is not closed is noticed at the end of the file, and a key without `:` on the next line.
        mark = error.context_mark
    return Problem(sentence, at=_point(mark) if mark else (1, 1), suggestion=suggestion)


_SYNTAX: tuple[tuple[str, tuple[str, str | None]], ...] = (
    (r"mapping values are not allowed", ("a `:` cannot stand here", "put text that holds `: ` in quotes")),
    (r"flow (sequence|mapping|node)", ("a list [ or a mapping { is not closed, or lacks a comma", None)),
    (r"quoted scalar", ("a quoted text is not closed, or holds an escape that YAML does not know", None)),
    (r"block mapping", ("this line does not fit the mapping it stands in", "check its indentation")),
    (r"block collection", ("this line does not fit the list it stands in", "check its indentation")),
    (r"simple key", ("a key lacks its `:`", "write `key: value`")),
    (r"cannot start any token", ("no value starts with this character", "indent with spaces, not tabs; use quotes")),
    (r"tag", ("tags (!) are not accepted in a config", "put the value in quotes if it starts with !")),
    (r"alias|anchor", ("anchors (&) and aliases (*) are not accepted in a config", "put the value in quotes")),
    (r"document", ("this is not one YAML document", "remove directives (%), `---` and `...`")),
)
